package session

import (
	"regexp"
	"strings"
)

// A Kind is a kind of prompt.
type Kind int

const (
	None    Kind = iota
	Host         // the reader's shell
	Nested       // a shell in a container
	Program      // mysql, python, …
	Windows      // PowerShell, cmd
)

// A Prompt is a prompt at the beginning of a line.
type Prompt struct {
	Kind    Kind
	Text    string // as written
	Name    string // in the handbook's form: "$", "/ #", "root@[..]:/#", "mysql>"
	Host    string // the host name in it, "node1" or "worker"
	Address string // address of the host, if the prompt has it
	Bare    bool   // "# ", "> ": only the context shows whether it is a prompt
}

var (
	windowsRE = regexp.MustCompile(`^(?:PS(?: [A-Za-z]:[^>]*| [~/][^>]*)?> ?|[A-Za-z]:\\[^>]*> ?)`)
	// playRE matches the prompt of Play with Docker, on one line or two.
	playRE = regexp.MustCompile(`^\[((?:node|manager|worker|master|host)[\w-]*)\] \(local\) \S+@([\d.]+) \S*?(?:\s*[$#] ?|\s*$)`)
	// clusterRE matches the prompt of a host that is named by its role in a
	// cluster, in brackets or with a number: "[manager1]$ ", "worker2:~# ",
	// "[node1] docker ps".
	clusterRE = regexp.MustCompile(`^(?:\[((?:swarm-?)?(?:node|manager|worker|master|mgr|leader|host|vm|server)[-_]?\d*)\](?:[: ]?[~/][^\s$#]*)? ?(?:[$#](?: +|$)|)|((?:swarm-?)?(?:node|manager|worker|master|mgr|leader|host|vm|server)[-_]?\d)(?::[~/]?[^\s$#]*)? ?[$#](?: +|$))`)
	userRE    = regexp.MustCompile(`^(?:\([\w.-]+\) ?)?\[?([\w.-]+)@([\w.<>-]+)(?:[: ][^$#%>\]]{0,60}|:)?\]?\s?[$#%](?: |$)`)
	// looseRE matches a container's prompt that someone has typed from memory.
	// Only a command after it shows that it is a prompt.
	looseRE = regexp.MustCompile(`^root@[\w.<>-]+:(?:[~/][^\s#$]*)? (?:apt|apt-get|cat|cd|curl|echo|exit|ls|mkdir|mysql|npm|pip|ps|psql|python3?|service|touch|vim?)\b`)
	// nestedRE matches the prompts of ash, of a shell with its version, and of
	// one with a container id that someone has typed from memory.
	nestedRE  = regexp.MustCompile(`^(?:/[\w./-]* [#$](?: |$)|~ [#](?: |$)|(?:bash|sh|ash|zsh)-\d[\w.]*[#$] ?|(?:[0-9a-f]*[0-9][0-9a-f]{3,}|[0-9a-f]{3,}[0-9][0-9a-f]*)[#$](?: |$))`)
	programRE = regexp.MustCompile(`^(?:(?:mysql|mariadb|MariaDB \[[^\]]*\]|mongo|mongosh|sqlite|redis|cqlsh|psql|ksql|scala|groovy|node|deno|test|admin|[\w-]+:PRIMARY|[\w-]+ \[direct: \w+\] \w+)> ?|[\w]+[=-][#>] ?|(?:127\.0\.0\.1|localhost|[\w.-]+):6379(?:\[\d+\])?> ?|>>> ?|irb\([^)]*\):\d+:\d+[>*] ?|In \[\d+\]: ?|iex\(\d+\)> ?)`)
	dollarRE  = regexp.MustCompile(`^(?:[~\w./-]{1,40} ?)?\$(?: +|$)`)
	typedRE   = regexp.MustCompile(`^(?:sudo )?docker `)
	tightRE   = regexp.MustCompile(`^\$(?:sudo|docker|docker-compose|cd|ls|curl|git|mkdir|cat|echo|npm|python)\b`)
	fancyRE   = regexp.MustCompile(`^(?:➜ +\S+ +(?:git:\(\S+\) +)?(?:✗ +)?|[❯➜λ▶»] ?|% )`)
	hexRE     = regexp.MustCompile(`^[0-9a-f]{6,64}$`)
)

// At returns the prompt at the beginning of a line. inside says that a shell
// in a container has the terminal, so that root@web:/# is its prompt.
func At(line string, inside bool) (Prompt, bool) {
	if m := windowsRE.FindString(line); m != "" {
		return Prompt{Kind: Windows, Text: m, Name: strings.TrimSpace(m)}, true
	}
	if m := playRE.FindStringSubmatch(line); m != nil {
		return Prompt{Kind: Host, Text: m[0], Name: "$", Host: m[1], Address: m[2]}, true
	}
	if m := clusterRE.FindStringSubmatch(line); m != nil && (strings.ContainsAny(m[0], "$#") || typedRE.MatchString(line[len(m[0]):])) {
		return Prompt{Kind: Host, Text: m[0], Name: "$", Host: m[1] + m[2]}, true
	}
	if m := nestedRE.FindString(line); m != "" {
		return Prompt{Kind: Nested, Text: m, Name: nestedName(m)}, true
	}
	if m := programRE.FindString(line); m != "" {
		return Prompt{Kind: Program, Text: m, Name: strings.TrimSpace(m)}, true
	}
	if looseRE.MatchString(line) {
		m := line[:strings.IndexByte(line, ' ')+1]
		return Prompt{Kind: Nested, Text: m, Name: "root@[..]:[..]#"}, true
	}
	if m := userRE.FindStringSubmatch(line); m != nil {
		user, host := m[1], m[2]
		if hexRE.MatchString(host) || inside && user == "root" && !typedRE.MatchString(line[len(m[0]):]) || strings.Contains(host, "<") {
			return Prompt{Kind: Nested, Text: m[0], Name: userName(m[0], host)}, true
		}
		return Prompt{Kind: Host, Text: m[0], Name: "$", Host: host}, true
	}
	if m := dollarRE.FindString(line); m != "" {
		if before := strings.TrimRight(m, "$ "); before == "" || strings.ContainsAny(before, "~/") {
			return Prompt{Kind: Host, Text: m, Name: "$"}, true
		}
	}
	if rest, ok := strings.CutPrefix(line, "$>"); ok { // typed from memory
		return Prompt{Kind: Host, Text: line[:len(line)-len(strings.TrimLeft(rest, " "))], Name: "$"}, true
	}
	if tightRE.MatchString(line) {
		return Prompt{Kind: Host, Text: "$", Name: "$"}, true
	}
	if m := fancyRE.FindString(line); m != "" {
		return Prompt{Kind: Host, Text: m, Name: "$"}, true
	}
	for _, bare := range []string{"# ", "> "} {
		if strings.HasPrefix(line, bare) {
			return Prompt{Kind: Host, Text: bare, Name: "$", Bare: true}, true
		}
	}
	return Prompt{}, false
}

func nestedName(text string) string {
	name := strings.TrimSpace(text)
	if i := strings.IndexByte(name, '-'); i > 0 && name[0] != '/' && name[0] != '~' { // bash-5.1#
		return name[:i] + "-[..]" + name[len(name)-1:]
	}
	return name
}

// userName returns the prompt in the handbook's form, with a wildcard for the
// host, which is the container's id and differs each time. It may be written
// as "<id>".
func userName(text, host string) string {
	if strings.HasPrefix(text, "root@<") || strings.HasPrefix(text, "root@"+host+":#") { // a prompt always has a directory
		return "root@[..]:[..]#"
	}
	return strings.Replace(strings.TrimSpace(text), "@"+host, "@[..]", 1)
}
