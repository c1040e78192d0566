package needs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/session"
)

// A Need is what a command needs. The zero value needs nothing.
type Need struct {
	Skip    string // why it can't be run on the machine
	Stay    bool   // it keeps its terminal
	Program string // the program that keeps it: "sh", "mysql"; "" if it reads no input
	Until   string // what it prints when it is ready
	Type    string // what it asks for
	Timeout string
	Ready   string
	Exit    int
	Hub     bool     // it logs in to Docker Hub, or pushes to it
	Options []string // other options
	User    string   // the user of Docker Hub that it names
}

// Joins reports whether two commands can be in one snippet.
func (n Need) Joins(o Need) bool {
	return n.Skip == o.Skip && !n.Stay && !o.Stay && n.Type == "" && o.Type == "" && len(n.Options)+len(o.Options) == 0 && n.Exit == 0 && n.Ready == o.Ready
}

// refused are commands that can't be run on the machine, with the reason that
// is published.
var refused = []struct {
	re  *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`^(?:vi|vim|nano|emacs|code|subl|gedit|notepad|atom|mate)(?: |$)`), OpensEditor},
	{regexp.MustCompile(`^docker .*\s(?:vi|vim|nano|emacs)(?: \S+)?$`), OpensEditor},
	{regexp.MustCompile(`^docker .*(?:\s\.\.\.(?:\s|$)|/path/(?:to|on|in)/|\bHOST_PATH\b)`), "stands for commands of the reader's own"},
	{regexp.MustCompile(`^(?:open|xdg-open|start|explorer|google-chrome|firefox)(?: |$)`), "needs a desktop"},
	{regexp.MustCompile(`^(?:docker-machine|vagrant|VBoxManage|boot2docker)(?: |$)|\$\(docker-machine `), "needs virtual machines"},
	{regexp.MustCompile(`^(?:kubectl|kubeadm|minikube|kind|k3d|k3s|helm|kustomize|oc|istioctl|kompose|microk8s)(?: |$)`), "needs a Kubernetes cluster"},
	{regexp.MustCompile(`^(?:aws|az|gcloud|gsutil|eksctl|heroku|doctl|ibmcloud|flyctl|fly|bx|vercel|netlify|firebase|ecs-cli|eb)(?: |$)`), "needs an account at a cloud provider"},
	{regexp.MustCompile(`^docker (?:scout|scan|sbom|model|desktop|debug|offload|mcp|sandbox|ai|app|extension)(?: |$)`), "needs Docker Desktop or an account"},
	{regexp.MustCompile(`^docker trust |^notary |^docker content-trust`), "needs a notary server"},
	{regexp.MustCompile(`^docker swarm join(?: |$)`), "needs a second host"},
	{regexp.MustCompile(`^(?:ssh|scp|sftp|ssh-copy-id|rsync [^ ]+ [^ ]+@) `), "needs a second host"},
	{regexp.MustCompile(`^(?:choco|winget|scoop|brew|mas|colima|lima|limactl|powershell|pwsh|wsl)(?: |$)`), "is for macOS or Windows"},
	{regexp.MustCompile(`^(?:systemctl|service|journalctl|chkconfig|update-rc\.d|initctl|loginctl|hostnamectl|timedatectl|snap)(?: |$)`), "needs systemd, which the machine has not"},
	{regexp.MustCompile(`^(?:reboot|shutdown|poweroff|halt|init [06])(?: |$)`), "would end the machine"},
	{regexp.MustCompile(`get\.docker\.com|download\.docker\.com|(?:apt(?:-get)?|yum|dnf|apk|zypper|pacman) (?:-y |-q+ )*(?:install|add|-S) .*\b(?:docker-ce\S*|docker\.io|docker-engine|docker-compose(?:-plugin)?|containerd\.io|docker)\b|github\.com/docker/(?:compose|machine)/releases|docker-compose-\$\(uname|/usr/local/bin/docker-compose|apt-key .*docker|yum-config-manager|add-apt-repository|yum-utils|sources\.list\.d/docker|keyrings/docker`), "installs Docker, which the machine has"},
	{regexp.MustCompile(`^(?:usermod|newgrp|gpasswd|addgroup|groupadd) .*docker|^newgrp`), "gives rights to Docker, which the lab's user has"},
	{regexp.MustCompile(`^(?:screen|tmux|byobu|htop|mc|less|more|man|info)(?: |$)`), "fills the screen until a key is pressed"},
	{regexp.MustCompile(`^(?:passwd|visudo|su)(?: |$)`), "changes the machine's user"},
	{regexp.MustCompile(`^dockerd(?: |$)|^kill .*dockerd|killall dockerd`), "would stop the machine's Docker Engine"},
	{regexp.MustCompile(`^nvidia-|--gpus|nvidia-docker`), "needs a graphics card"},
	{regexp.MustCompile(`\bDOCKER_HOST=|docker -H |docker context (?:create|use) |tcp://[\w.<>-]+:237[56]`), "needs a second host"},
}

// accounts matches registries that need the reader's own account.
var accounts = regexp.MustCompile(`\b(?:[\w-]+\.dkr\.ecr\.[\w-]+\.amazonaws\.com|[\w-]*\.?gcr\.io|ghcr\.io|quay\.io|[\w-]+\.azurecr\.io|registry\.gitlab\.com|[\w-]+\.pkg\.dev|registry\.[\w.-]+\.(?:com|io|org|net)|dtr\.\S+|<[\w -]*registry[\w -]*>)(?:[/ :]|$)`)

var blanksRE = regexp.MustCompile(` {2,}`)

// plain removes sudo and variables before a command. It reduces the space
// between words before the first quote to one blank.
func plain(text string) string {
	text = strings.TrimSpace(text)
	if quoted := strings.IndexAny(text+"\n", "\"'\n"); strings.Contains(text[:quoted], "  ") {
		text = blanksRE.ReplaceAllString(text[:quoted], " ") + text[quoted:]
	}
	for {
		t := strings.TrimPrefix(text, "sudo ")
		t = regexp.MustCompile(`^(?:-[EHSn]+ |time |winpty |nohup )`).ReplaceAllString(t, "")
		t = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*=\S* +`).ReplaceAllString(t, "")
		if t == text {
			return text
		}
		text = t
	}
}

// OpensEditor is the reason for skipping full-screen editors.
const OpensEditor = "opens an editor"

// Of returns what a command at the shell's prompt needs. output is what the
// page shows below it.
func Of(text string, output []string) (n Need) {
	t := plain(text)
	for _, r := range refused {
		if r.re.MatchString(t) {
			return Need{Skip: r.why}
		}
	}
	if classify.Leaves(t) {
		return Need{Skip: "would end the terminal"}
	}
	if m := winRE.FindString(text); m != "" {
		return Need{Skip: "is for Windows"}
	}
	if strings.HasPrefix(t, "docker swarm init") && strings.Contains(strings.Join(output, "\n"), "could not choose an IP address") {
		return Need{Skip: "fails on machines with several addresses, which this one has not"}
	}
	n.Timeout = timeoutOf(t)
	n.Ready = readyOf(t)
	if wrong := hubOf(t, &n); wrong != "" {
		return Need{Skip: wrong}
	}
	if program, sure := classify.Starts(t); sure || program != "" && len(output) > 0 && waits(output) {
		n.Stay, n.Program = true, program
		if strings.Contains(t, " attach ") {
			n.Type = `\n` // the prompt is on the screen already; Enter makes the shell show it again
		}
		if program == "mysql" || program == "psql" || program == "mariadb" {
			n.Type = passwordOf(t)
		}
	} else if until, endless := endlessOf(t); endless {
		n.Stay, n.Until = true, until
		if until == "" {
			n.Until = firstSteady(output)
		}
	}
	if pagerRE.MatchString(t) {
		n.Type = "q"
	}
	if !n.Stay {
		n.Exit = ExitOf(t, output)
		if image, rest, ok := ranImage(strings.Fields(t)); ok && len(rest) == 0 && unset(bareName(image), t) {
			n.Exit = 1
		}
	}
	return n
}

var winRE = regexp.MustCompile(`(?:^|\s)[A-Z]:\\|\$env:|mcr\.microsoft\.com/windows|microsoft/(?:nanoserver|windowsservercore|iis)`)

// pagerRE matches a command whose output a pager shows until a key is pressed.
var pagerRE = regexp.MustCompile(`\| *(?:less|more)(?: -\w+)*$`)

// waits reports whether an output ends with the prompt of a shell in a
// container.
func waits(output []string) bool {
	p, ok := session.At(strings.TrimSpace(output[len(output)-1]), true)
	return ok && p.Kind == session.Nested
}

// Password returns what to type when a database client asks for a password, ""
// if it does not ask.
func Password(text string) string {
	if strings.HasPrefix(plain(text), "psql") || strings.HasPrefix(plain(text), "my") || strings.HasPrefix(plain(text), "mariadb") {
		return passwordOf(plain(text))
	}
	return ""
}

func passwordOf(t string) string {
	if regexp.MustCompile(` (?:-p|-p -\S+|-W)(?: |$)|--password(?: |$)`).MatchString(t) {
		return `secret\n`
	}
	return ""
}

var (
	slowRE  = regexp.MustCompile(`^docker (?:image )?(?:build|pull|push)\b|^docker buildx |^docker[ -]compose .*\b(?:up|build|pull|run|create)\b|^docker stack deploy|^docker service (?:create|update)|\b(?:apt-get|apt|yum|dnf|apk|pip3?|npm|yarn|mvn|gradle|go|bundle|composer|cargo)\b.*\b(?:install|update|upgrade|add|ci|build|package|get|ci)\b|^git clone`)
	heavyRE = regexp.MustCompile(`^(?:mysql|mariadb|elasticsearch|jenkins/jenkins|jenkins|cassandra|kafka|oracle|mssql|gitlab|sonarqube|wordpress|keycloak|neo4j|rabbitmq|tomcat|kibana|logstash)(?::[\w.-]+)?(?:\s|$)`)
)

// timeoutOf returns a longer timeout for builds and pulls than the default of
// two minutes.
func timeoutOf(t string) string {
	if slowRE.MatchString(t) {
		return "10m"
	}
	return ""
}

// readyOf returns a longer time for servers that need more than half a minute
// to listen.
func readyOf(t string) string {
	image, _, _ := Image(t)
	if heavyRE.MatchString(image+" ") && regexp.MustCompile(` (?:-p|-P|--publish)\b| -\w*p `).MatchString(t) {
		return "120s"
	}
	return ""
}

var (
	loginRE = regexp.MustCompile(`^docker login\b(.*)$`)
	pushRE  = regexp.MustCompile(`^docker (?:image )?push (?:-\S+ )*(\S+)`)
)

// hubOf fills in what a login or a push needs. It returns the reason if the
// registry is not available.
func hubOf(t string, n *Need) string {
	if m := loginRE.FindStringSubmatch(t); m != nil {
		args := strings.Fields(m[1])
		if len(args) > 0 && !strings.HasPrefix(args[len(args)-1], "-") && strings.Contains(args[len(args)-1], ".") && !strings.Contains(m[1], "docker.io") {
			return "needs an account at another registry"
		}
		n.Hub = true
		user := ""
		for i, a := range args {
			if (a == "-u" || a == "--username") && i+1 < len(args) {
				user = args[i+1]
			} else if v, ok := strings.CutPrefix(a, "--username="); ok {
				user = v
			} else if v, ok := strings.CutPrefix(a, "-u"); ok && v != "" {
				user = v
			}
		}
		n.User = user
		switch {
		case strings.Contains(t, "--password-stdin") || slices.Contains(args, "-p") || strings.Contains(t, "--password"):
		case user != "":
			n.Type = `$DOCKERHUB_TOKEN\n`
		default:
			n.Type = `USER\n$DOCKERHUB_TOKEN\n` // the writer fills in the user
		}
		return ""
	}
	if m := pushRE.FindStringSubmatch(t); m != nil {
		image := m[1]
		first, _, slash := strings.Cut(image, "/")
		switch {
		case accounts.MatchString(image):
			return "needs an account at another registry"
		case !slash:
			return "needs a name on Docker Hub that is the reader's own"
		case strings.ContainsAny(first, ".:") || first == "localhost":
			return "" // the lab's own registry
		}
		n.Hub, n.User = true, first
	}
	return ""
}

// ends maps what a failed command prints to its exit status.
var ends = []struct {
	re   *regexp.Regexp
	exit int
}{
	{regexp.MustCompile(`^(?:-?\w*sh|bash|/bin/sh): .*(?:command )?not found`), 127},
	{regexp.MustCompile(`^ping: .*(?:Name or service not known|Temporary failure in name resolution|unknown host)`), 2},
	{regexp.MustCompile(`^docker: Error response from daemon: .*(?:executable file not found|no such file or directory)`), 127},
	{regexp.MustCompile(`^docker: (?:Error|invalid|unknown)|^docker: 'run`), 125},
	{regexp.MustCompile(`^(?:Error response from daemon|Error: No such|Error: |error: |ERROR: |Cannot connect to the Docker|"docker [\w ]+" (?:requires|accepts)|unknown flag|ping: bad address|nslookup: can't)`), 1},
	{regexp.MustCompile(`^(?:cat|ls|rm|touch|cp|mkdir|mv|echo|sh|chown|mount): .*(?:No such file|can't|Permission denied|Read-only|not permitted|cannot)`), 1},
}

var curlRE = regexp.MustCompile(`curl: \((\d+)\)`)

// ExitOf guesses the exit status of a command from the output on the page; 0
// if nothing looks like a failure.
func ExitOf(text string, output []string) int {
	if len(output) == 0 || strings.Contains(text, "|") || strings.Contains(text, " -d ") && len(output) > 3 {
		return 0
	}
	for i, line := range output {
		line = strings.TrimSpace(line)
		if m := curlRE.FindStringSubmatch(line); m != nil {
			return atoi(m[1])
		}
		if i > 0 && i < len(output)-2 { // one message among many lines
			continue
		}
		for _, e := range ends {
			if e.re.MatchString(line) {
				word := path.Base(strings.Fields(plain(text) + " x")[0])
				if word == "ls" && e.exit == 1 {
					return 2 // as in coreutils, which the machine has; 1 in BusyBox
				}
				return e.exit
			}
		}
	}
	return 0
}

func atoi(s string) (n int) {
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}
