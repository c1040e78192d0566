package classify

import (
	"path"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/session"
)

// follow records the effects of a fence on the next one.
func (c *classifier) follow(g *Guess) {
	switch g.Class {
	case Commands, Mixed, Transcript, Typed, Windows:
	case File:
		c.edited = ""
		return
	default:
		return
	}
	if Key(g.Fence.Code) != "" {
		c.leave()
		return
	}
	c.edited = ""
	c.aside = g.Term > 1 && g.Class != Typed
	for _, e := range entriesOf(g, c.inside != "") {
		text := e.Command()
		if text == "" {
			continue
		}
		c.ran = strings.TrimSpace(text)
		if m := editorRE.FindStringSubmatch(text); m != nil {
			c.edited = m[1]
		}
		if e.Prompt.Kind == session.Host && e.Prompt.Name == "$" && e.Prompt.Text != "" && g.Term < 2 && g.Class != Typed {
			c.keeps("", false)
		}
		if Leaves(text) {
			c.leave()
			continue
		}
		if c.inside == "" || regexp.MustCompile(`^(?:sudo )?(?:docker|docker-compose)\b`).MatchString(c.ran) {
			program, sure := Starts(text)
			if sure && g.Term > 1 {
				c.aways = program
			}
			switch {
			case program != "" && sure:
				c.keeps(program, false)
			case program != "":
				c.keeps("", true)
			case g.Class != Typed && e.Prompt.Kind != session.Nested && g.Term < 2:
				c.keeps("", false)
			}
		} else if program, sure := Starts(text); sure && c.inside == "sh" {
			c.outer, c.inside = append(c.outer, c.inside), program
		}
		switch e.Prompt.Kind {
		case session.Nested:
			c.inside = "sh"
		case session.Program:
			if e.Prompt.Name != "" {
				c.inside = strings.TrimRight(e.Prompt.Name, "> ")
			}
		}
	}
	// A prompt at the end shows which program has the terminal.
	for i := len(g.Fence.Code) - 1; i >= 0; i-- {
		line := strings.TrimSpace(g.Fence.Code[i])
		if line == "" {
			continue
		}
		if p, ok := session.At(line, c.inside != ""); ok && !p.Bare && g.Class != Commands {
			switch p.Kind {
			case session.Nested:
				if !Leaves(strings.TrimPrefix(line, strings.TrimSpace(p.Text))) {
					c.inside = "sh"
				}
			case session.Host:
				if strings.TrimSpace(strings.TrimPrefix(line, p.Text)) == "" {
					c.keeps("", false)
				}
			}
		}
		break
	}
}

// keeps records that a program has, or may have, the terminal.
func (c *classifier) keeps(program string, maybe bool) {
	c.inside, c.outer, c.maybe = program, nil, maybe
}

// leave records that the program in the terminal has ended.
func (c *classifier) leave() {
	if len(c.outer) == 0 {
		c.keeps("", false)
		return
	}
	last := len(c.outer) - 1
	c.inside, c.outer = c.outer[last], c.outer[:last]
}

// entriesOf splits a fence with commands.
func entriesOf(g *Guess, inside bool) []*session.Entry {
	if g.Class == Transcript || g.Class == Typed && hasPrompts(g.Fence.Code, inside) {
		return session.Split(g.Fence.Code, Session(inside))
	}
	var all []*session.Entry
	statements, _ := session.Statements(g.Fence.Code)
	for _, s := range statements {
		all = append(all, &session.Entry{Line: s.Line, Typed: strings.Split(s.Text, "\n")})
	}
	return all
}

// Session returns options for reading sessions. inside says that a program runs in
// the terminal.
func Session(inside bool) session.Options {
	return session.Options{Inside: inside, Known: Known, Types: types, Starts: func(text string) string {
		program, sure := Starts(text)
		if !sure {
			return ""
		}
		return program
	}}
}

// types reports whether a line without a prompt is input of a program.
func types(program, line string, first bool) bool {
	if outputLine(line) != "" || line == "" {
		return false
	}
	switch program {
	case "sh":
		is, sure := isCommand(line)
		return sure || is && first && (!alsoProse[strings.Fields(line)[0]] || flagRE.MatchString(line))
	case "sql", "mysql", "mariadb", "psql":
		return sqlRE.MatchString(line) && strings.ContainsAny(line[len(line)-1:], ";(,") || useRE.MatchString(line)
	}
	return false
}

// useRE matches input of a database's client that needs no semicolon.
var useRE = regexp.MustCompile(`(?i)^(?:use \w+|\\(?:dt|l|c|d|du)\b[\w ]*)$`)

func hasPrompts(code []string, inside bool) bool {
	count, _ := session.Prompts(code, Session(inside))
	return len(count) > 0
}

// Leaves reports whether a line ends the program to which it is typed.
func Leaves(text string) bool {
	switch strings.TrimSuffix(strings.TrimSpace(text), ";") {
	case "exit", "logout", "quit", "exit()", "quit()", `\q`, "^C", "^D", "^P^Q", "EXIT", "QUIT", `\quit`, ".exit", "exit 0", `# exit`:
		return true
	}
	return false
}

var (
	shells   = set(`sh bash ash zsh dash ksh /bin/sh /bin/bash /bin/ash /usr/bin/bash bash.exe powershell cmd`)
	clients  = set(`mysql psql redis-cli mongo mongosh mariadb sqlite3 cqlsh python python3 node irb ipython iex ghci php telnet jshell scala R julia`)
	shellish = set(`alpine ubuntu debian centos fedora busybox bash amazonlinux rockylinux almalinux oraclelinux archlinux opensuse/leap kalilinux/kali-rolling nicolaka/netshoot docker/whalesay-none gcc golang ruby-none buildpack-deps`)
	systems  = set(`alpine ubuntu debian centos fedora busybox`)
	repls    = map[string]string{"python": "python", "node": "node", "ruby": "irb", "jshell": "jshell"}
	servers  = set(`nginx httpd redis postgres mysql mariadb mongo registry memcached rabbitmq tomcat jenkins/jenkins jenkins wordpress traefik haproxy elasticsearch grafana/grafana prom/prometheus hello-world`)
	valued   = set(`-v --volume -p --publish -e --env --name -h --hostname --net --network -w --workdir -u --user --link -m --memory --cpus --entrypoint --mount --restart --env-file --add-host --dns --ip --cap-add --cap-drop --device --label -l --log-driver --log-opt --network-alias --net-alias --pid --ipc --platform --pull --runtime --security-opt --shm-size --tmpfs --ulimit --volumes-from --expose --health-cmd --cpu-shares -c --cpuset-cpus --memory-swap --gpus --index --detach-keys -f --file --project-name`)
)

// Starts returns the interactive program that a command starts: "sh", "mysql",
// …; "" if none. sure is false if it depends on the image.
func Starts(text string) (program string, sure bool) {
	for _, call := range session.Calls(text) {
		for len(call) > 0 && (call[0] == "sudo" || call[0] == "winpty") {
			call = call[1:]
		}
		if len(call) == 0 {
			continue
		}
		if p, s := startsCall(call); p != "" && !(clients[path.Base(call[0])] && fedRE.MatchString(text)) {
			program, sure = p, s
		}
	}
	return program, sure
}

// fedRE matches a client that reads a file: "mysql < pears.sql".
var fedRE = regexp.MustCompile(`\s<\s*[\w./~-]+\s*$`)

func startsCall(call []string) (program string, sure bool) {
	word := path.Base(call[0])
	switch {
	case word == "docker" || word == "docker-compose" || word == "podman":
		return startsDocker(call[1:])
	case shells[call[0]] && len(call) == 1:
		return "sh", true
	case clients[word] && len(call) == 1 && word != "telnet":
		return word, true
	case word == "psql" || word == "mysql" || word == "mariadb" || word == "redis-cli" || word == "mongosh" || word == "mongo":
		return ofCommand(call)
	case word == "ssh" && len(call) >= 2:
		return "sh", false
	case word == "su" || word == "nsenter" || word == "chroot":
		return "", false
	}
	return "", false
}

// startsDocker reads "run", "exec", "attach" and their compose variants.
func startsDocker(args []string) (string, bool) {
	verb := ""
	interactive, detached, entrypoint := false, false, ""
	for i := 0; i < len(args); i++ {
		a := args[i]
		if verb == "" {
			switch a {
			case "container", "compose":
				if a == "compose" {
					interactive = true
				}
			case "run", "exec", "attach", "start":
				verb = a
			default:
				if strings.HasPrefix(a, "-") {
					if valued[a] {
						i++
					}
					continue
				}
				return "", false
			}
			continue
		}
		if strings.HasPrefix(a, "-") {
			short := !strings.HasPrefix(a, "--")
			switch {
			case short && !valued[a]:
				interactive = interactive || strings.Contains(a, "t")
				detached = detached || strings.Contains(a, "d")
				if last := "-" + a[len(a)-1:]; len(a) > 2 && valued[last] {
					i++ // "-itv /a:/b", "-dp 80:80"
				}
			case a == "--interactive" || a == "--tty" || strings.HasPrefix(a, "--tty="):
				interactive = true
			case a == "--detach":
				detached = true
			case strings.HasPrefix(a, "--entrypoint="):
				entrypoint = strings.TrimPrefix(a, "--entrypoint=")
			case a == "--entrypoint" && i+1 < len(args):
				entrypoint = args[i+1]
				i++
			case valued[a]:
				i++
			}
			continue
		}
		rest := args[i+1:]
		if verb == "attach" {
			return "sh", true
		}
		if detached || !interactive {
			return "", false
		}
		if entrypoint != "" && len(rest) == 0 {
			rest = []string{entrypoint}
		}
		if verb == "start" {
			return "sh", false
		}
		if len(rest) == 0 {
			if verb == "exec" {
				return "", false
			}
			return ofImage(a)
		}
		return ofCommand(rest)
	}
	return "", false
}

func ofCommand(rest []string) (string, bool) {
	for len(rest) > 1 && (rest[0] == "env" || rest[0] == "winpty") {
		rest = rest[1:]
	}
	word := path.Base(rest[0])
	switch {
	case shells[rest[0]] || shells[word]:
		if len(rest) > 1 && (rest[1] == "-c" || rest[1] == "-lc") {
			return "", false
		}
		return "sh", true
	case clients[word]:
		if word == "python" || word == "python3" || word == "node" || word == "php" || word == "R" {
			if len(rest) > 1 {
				return "", false
			}
			return word, true
		}
		for _, a := range rest[1:] {
			if a == "-c" || a == "-e" || a == "--eval" || a == "--version" || word == "psql" && (a == "-f" || a == "-l") || strings.HasPrefix(a, "-e") && len(a) > 2 {
				return "", false
			}
		}
		if word == "redis-cli" && len(rest) > 1 && !strings.HasPrefix(rest[len(rest)-1], "-") && (len(rest) < 3 || !strings.HasPrefix(rest[len(rest)-2], "-")) {
			return "", false
		}
		return word, true
	case rest[0] == "" && len(rest) == 1:
		return "sh", false
	}
	return "", false
}

func ofImage(image string) (string, bool) {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	switch {
	case shellish[name], systems[path.Base(name)]: // "pears/alpine" is made from it
		return "sh", true
	case repls[name] != "":
		return repls[name], true
	case servers[name]:
		return "", false
	}
	return "sh", false
}
