package needs

import (
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/session"
)

// followers are commands that never end by themselves, with what they print at
// once; "" if that is not known.
var followers = []struct {
	re    *regexp.Regexp
	until string
}{
	{regexp.MustCompile(`^docker (?:container )?stats(?: |$)`), "CONTAINER"},
	{regexp.MustCompile(`^docker[ -]compose (?:\S+ )*?logs (?:.* )?(?:-\w*f\w*|--follow)(?: |$)`), "|"}, // between the service and what it prints
	{regexp.MustCompile(`^docker[ -](?:compose|container|service)?(?: -\S+ \S+)* ?logs .*(?:-f|--follow)\b|^docker logs .*(?:-f|--follow)\b|^docker(?:[ -]compose)? (?:\S+ )?logs -\w*f`), ""},
	{regexp.MustCompile(`^docker (?:system )?events(?: |$)`), ""},
	{regexp.MustCompile(`^watch `), "Every "},
	{regexp.MustCompile(`^tail .*(?:-f|-F|--follow)\b`), ""},
	{regexp.MustCompile(`^top(?: |$)`), "PID"},
	{regexp.MustCompile(`^(?:python3? -m http\.server|python -m SimpleHTTPServer)`), "Serving HTTP"},
	{regexp.MustCompile(`^(?:flask run|npm start|npm run (?:dev|start)|yarn (?:start|dev)|node \S+\.js|rails s|php -S|uvicorn|gunicorn|mvn spring-boot:run|serve )`), ""},
	{regexp.MustCompile(`^while (?:true|:|sleep|\[ 1)`), ""},
}

// servers are images that serve until they are stopped, with what they print
// when they are ready.
var servers = map[string]string{
	"nginx": "start worker process", "httpd": "resuming normal operations", "redis": "eady to accept connections", "postgres": "database system is ready to accept connections",
	"mysql": "ready for connections", "mariadb": "ready for connections", "mongo": "aiting for connections", "registry": "listening on", "memcached": "", "rabbitmq": "Server startup complete",
	"tomcat": "Server startup in", "jenkins/jenkins": "Jenkins is fully up", "elasticsearch": "started", "traefik": "", "haproxy": "", "wordpress": "resuming normal operations", "grafana/grafana": "HTTP Server Listen",
}

// longSleep matches a sleep that is too long to wait for.
var longSleep = regexp.MustCompile(`^sleep (?:inf|\d+[mhd]|\d{3,})`)

// IgnoresInterrupt reports whether a command runs a program that ^C does not
// end as the first process of a container: the kernel does not deliver signals
// to it without a handler.
func IgnoresInterrupt(text string) bool {
	_, rest, ok := ranImage(strings.Fields(plain(text)))
	return ok && longSleep.MatchString(strings.Join(rest, " ")) && !strings.Contains(text, "--init")
}

var (
	saysRE    = regexp.MustCompile(`\becho (?:-\w+ )?["']?([A-Za-z][\w ]*)`)
	followsRE = regexp.MustCompile(`^docker (?:container )?logs (?:\S+ )*?([\w.-]+)(?:\s+#.*)?$`)
)

// Says returns the name of a container that a command starts in the
// background, and an expected line of its log: that of its server when it is
// ready, or the text that its command prints.
func Says(text string) (name, says string) {
	image, name, detached := Image(text)
	if !detached || name == "" {
		return "", ""
	}
	if m := saysRE.FindStringSubmatch(text); m != nil {
		return name, strings.TrimSpace(m[1])
	}
	return name, servers[bareName(image)]
}

// Follows returns the name of the container whose log a command follows.
func Follows(text string) string {
	if m := followsRE.FindStringSubmatch(plain(text)); m != nil {
		return m[1]
	}
	return ""
}

// Exec returns the container in which a command runs another one, and that command.
func Exec(text string) (name, command string) {
	for _, call := range session.Calls(plain(text)) {
		if len(call) > 1 && call[0] == "docker" && call[1] == "container" {
			call = call[1:]
		}
		if len(call) < 3 || call[1] != "exec" {
			continue
		}
		for i := 2; i < len(call); i++ {
			switch a := call[i]; {
			case takesValue.MatchString(a):
				i++
			case !strings.HasPrefix(a, "-"):
				return a, strings.Join(call[i+1:], " ")
			}
		}
	}
	return "", ""
}

var (
	psqlRE  = regexp.MustCompile(`^(?:psql|pg_dump|pg_dumpall|createdb)\b`)
	mysqlRE = regexp.MustCompile(`^(?:mysql|mysqldump|mariadb)\b`)
	shellRE = regexp.MustCompile(`^(?:/bin/)?(?:ba)?sh$`)
)

// Ready returns the command that ends with 0 once the database in a container answers,
// or "" if a command there needs none. Both servers answer on a socket before that,
// while their entrypoints set them up.
func Ready(image, command, name string) string {
	image = bareName(image)
	switch enters := shellRE.MatchString(command); {
	case psqlRE.MatchString(command), enters && image == "postgres":
		return "docker exec " + name + " pg_isready -h 127.0.0.1"
	case mysqlRE.MatchString(command) && !strings.Contains(command, "--version"), enters && (image == "mysql" || image == "mariadb"):
		return "docker exec " + name + " sh -c 'mysqladmin ping -h 127.0.0.1 || mariadb-admin ping -h 127.0.0.1'"
	}
	return ""
}

// redirRE matches a redirection of output, but not "<name>".
var redirRE = regexp.MustCompile(`(?:^|\s)[\d&]?>`)

var pingRE = regexp.MustCompile(`(?:^|\s)ping(?:6)? (.*)$`)

var serviceRE = regexp.MustCompile(`^docker service (?:create|update)(?: |$)`)

// endlessOf reports whether a command runs until it is stopped, and returns
// what it prints when it is ready.
func endlessOf(t string) (until string, endless bool) {
	for _, f := range followers {
		if f.re.MatchString(t) && !strings.Contains(t, "--no-stream") && !strings.Contains(t, "--until") && !strings.HasSuffix(t, "&") && !strings.Contains(t, "| head") {
			return f.until, true
		}
	}
	if serviceRE.MatchString(t) {
		return "", false // it does not wait for its containers
	}
	if m := pingRE.FindStringSubmatch(t); m != nil && !regexp.MustCompile(`-c *\d|-w *\d|-W *\d+ *-c`).MatchString(m[1]) && !redirRE.MatchString(t) && !strings.Contains(t, " -d") && !strings.HasPrefix(t, "apt") && !strings.Contains(t, "install") && !strings.HasPrefix(t, "docker build") {
		return "bytes from", true
	}
	if regexp.MustCompile(`^docker[ -]compose\b.* up\b`).MatchString(t) && !regexp.MustCompile(` (?:-d|--detach|-\w*d\w*|--no-start|--abort-on\S*|--exit-code\S*|--wait)(?: |$)`).MatchString(t) {
		return "Attaching to", true
	}
	for _, call := range session.Calls(t) {
		image, rest, ok := ranImage(call)
		if !ok {
			continue
		}
		name := bareName(image)
		if until, is := servers[name]; is && len(rest) == 0 && !unset(name, t) {
			return until, true
		}
		published := strings.Contains(t, " -p ") || strings.Contains(t, " -P ") || strings.Contains(t, "--publish") || regexp.MustCompile(` -[a-z]+p `).MatchString(t)
		if published && len(rest) == 0 || published && strings.Contains(strings.ToLower(strings.Join(rest, " ")), "server") {
			return "", true // a server; it is ready when its port listens
		}
		if joined := strings.Join(rest, " "); strings.Contains(joined, "tail -f") || longSleep.MatchString(joined) || strings.HasPrefix(joined, "top") {
			return "", true
		}
	}
	return "", false
}

// unset reports whether a database server lacks the password without which it
// exits at once.
func unset(name, t string) bool {
	return (name == "postgres" || name == "mysql" || name == "mariadb") && !strings.Contains(t, "-e ") && !strings.Contains(t, "--env") && !strings.Contains(t, " -e")
}

func bareName(image string) string {
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image = image[:i]
	}
	return strings.TrimPrefix(strings.TrimPrefix(image, "library/"), "docker.io/")
}

// takesValue matches options of docker run with a value in the next word.
var takesValue = regexp.MustCompile(`^(?:-[vpehwumlc]|--(?:volume|publish|env|name|hostname|net|network|workdir|user|link|memory|cpus|entrypoint|mount|restart|env-file|add-host|dns|ip|cap-add|cap-drop|device|label|log-driver|log-opt|network-alias|net-alias|pid|ipc|platform|pull|runtime|security-opt|shm-size|tmpfs|ulimit|volumes-from|expose|health-cmd|health-interval|cpu-shares|cpuset-cpus|memory-swap|gpus|memory-reservation|pids-limit|stop-signal))$`)

// ranImage returns the image of a docker run in the foreground, and the command
// that is run in it.
func ranImage(call []string) (image string, rest []string, ok bool) {
	if len(call) > 0 && call[0] == "sudo" {
		call = call[1:]
	}
	if len(call) < 3 || call[0] != "docker" {
		return "", nil, false
	}
	i := 1
	if call[i] == "container" {
		i++
	}
	if i >= len(call) || call[i] != "run" {
		return "", nil, false
	}
	for i++; i < len(call); i++ {
		a := call[i]
		switch {
		case !strings.HasPrefix(a, "-"):
			return a, call[i+1:], true
		case a == "--detach" || a == "-d" || !strings.HasPrefix(a, "--") && !takesValue.MatchString(a) && strings.Contains(a, "d"):
			return "", nil, false
		case takesValue.MatchString(a):
			i++
		case !strings.HasPrefix(a, "--") && len(a) > 2 && takesValue.MatchString("-"+a[len(a)-1:]):
			i++
		}
	}
	return "", nil, false
}

// Image returns the image that a command runs, and the container's name.
func Image(text string) (image, name string, detached bool) {
	for _, call := range session.Calls(plain(text)) {
		if len(call) < 3 || call[0] != "docker" || call[1] != "run" && call[1] != "create" && (len(call) < 4 || call[2] != "run" && call[2] != "create") {
			continue
		}
		for i := 2; i < len(call); i++ {
			a := call[i]
			switch {
			case a == "run" || a == "create":
			case a == "--name" && i+1 < len(call):
				name = call[i+1]
				i++
			case strings.HasPrefix(a, "--name="):
				name = strings.TrimPrefix(a, "--name=")
			case takesValue.MatchString(a):
				i++
			case strings.HasPrefix(a, "-"):
				detached = detached || a == "--detach" || !strings.HasPrefix(a, "--") && strings.Contains(a, "d")
				if !strings.HasPrefix(a, "--") && len(a) > 2 && takesValue.MatchString("-"+a[len(a)-1:]) {
					i++
				}
			default:
				return a, name, detached
			}
		}
	}
	return "", "", false
}

// firstSteady returns a line of an old output that a new one will probably
// have: the first one without digits.
func firstSteady(output []string) string {
	for _, line := range output {
		t := strings.TrimSpace(line)
		if len(t) > 8 && len(t) < 60 && !strings.ContainsAny(t, `0123456789"`) && !strings.HasPrefix(t, "<") && !strings.HasPrefix(t, "Unable") {
			return t
		}
	}
	return ""
}

// Endless reports whether a command runs until it is stopped, and returns what
// it prints when it is ready.
func Endless(text string) (until string, endless bool) { return endlessOf(plain(text)) }
