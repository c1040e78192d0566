// Package repair finds out from a run what a failed command needs, and which
// later commands then can't be run either.
package repair

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/session"
)

// A Repair is what the command at a line needs, as found by a run.
type Repair struct {
	Skip    string   `json:"skip,omitempty"` // why it can't be run
	Exit    *int     `json:"exit,omitempty"` // the status with which it ends
	Open    bool     `json:"open,omitempty"` // its output differs from that on the page
	Ends    bool     `json:"ends,omitempty"` // it does not keep its terminal
	Type    *string  `json:"type,omitempty"` // what it asks for; "" if it asks for nothing
	Options []string `json:"options,omitempty"`
}

// Repairs are the repairs of a page, by the lines of its source.
type Repairs map[int]Repair

// Merge adds another repair.
func (r Repair) Merge(more Repair) Repair {
	if more.Skip != "" {
		r.Skip = more.Skip
	}
	if more.Exit != nil {
		r.Exit = more.Exit
	}
	if more.Type != nil {
		r.Type = more.Type
	}
	r.Open, r.Ends = r.Open || more.Open, r.Ends || more.Ends
	for _, o := range more.Options {
		if !strings.Contains(" "+strings.Join(r.Options, " ")+" ", " "+o+" ") {
			r.Options = append(r.Options, o)
		}
	}
	return r
}

// String says what a repair does.
func (r Repair) String() string {
	var all []string
	if r.Skip != "" {
		all = append(all, "skip: "+r.Skip)
	}
	if r.Exit != nil {
		all = append(all, fmt.Sprintf("exit=%d", *r.Exit))
	}
	if r.Open {
		all = append(all, "any output")
	}
	if r.Ends {
		all = append(all, "no stay")
	}
	if r.Type != nil {
		all = append(all, "type="+strconv.Quote(*r.Type))
	}
	return strings.Join(append(all, r.Options...), ", ")
}

var (
	exitedRE = regexp.MustCompile(`exited with (\d+).*expected (\d+)`)
	partRE   = regexp.MustCompile(`part \d+ of the pipeline exited with (\d+)`)
	// meantRE matches texts that announce a failure.
	meantRE = regexp.MustCompile(`(?i)\b(?:fail\w*|errors?|denied|refused?|rejected|forbidden|won't|will not work|doesn't work|does not work|not (?:be )?(?:able|allowed|reachable|exist)|cannot|can't|couldn't|unable|no longer|isn't|not found)\b`)
)

// reasons are reasons why commands fail today, by their output.
var reasons = []struct {
	re  *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`failed to load cache key: Get "`), "its address can't be reached"}, // of ADD
	{regexp.MustCompile(`(?i)pull access denied|manifest unknown|manifest for .* not found|no such host|failed to resolve reference|failed to resolve source metadata|registry-1\.docker\.io|repository does not exist|not supported .*schema`), "its image can't be pulled"},
	{regexp.MustCompile(`(?i)unable to locate package|has no installation candidate|no package .* available|unable to select packages|no such package`), "its package can't be had any more"},
	{regexp.MustCompile(`(?i)could not resolve host|temporary failure in name resolution|network is unreachable|connection timed out|bad address|failed to connect to .*port 443`), "its address can't be reached"},
	{regexp.MustCompile(`(?i)command not found|: not found$`), "its command is not there"},
	{regexp.MustCompile(`(?i)permission denied|operation not permitted`), "the machine does not allow it"},
	{regexp.MustCompile(`(?i)no such container|no such image|no such (?:volume|network|service)`), "what it is about is not there"},
	{regexp.MustCompile(`(?i)no such file or directory|cannot find|failed to read dockerfile|no configuration file provided|can't open`), "a file that it needs is not there"},
}

// Of returns the repair of a failed command. text is the text of the page
// around it.
func Of(f Failure, text string) Repair {
	details := strings.Join(f.Details, "\n")
	why := ""
	for _, r := range reasons {
		if r.re.MatchString(details) {
			why = r.why
			break
		}
	}
	outside := why != "" && why != "what it is about is not there" && why != "the machine does not allow it" && why != "a file that it needs is not there" && why != "its command is not there"
	switch {
	case strings.Contains(f.Message, "something other than the page says"):
		return Repair{Open: true}
	case f.Reason == "container-ended":
		return Repair{Options: []string{"dies"}}
	case f.Reason == "not-listening", f.Reason == "unhealthy":
		return Repair{Options: []string{"ready=no"}}
	case f.Reason == "typed-left-over":
		return Repair{Type: new(string)}
	case f.Reason == "waits-for-input" && regexp.MustCompile(`\[[Yy]/[Nn]\]`).MatchString(f.Message+details):
		return Repair{Type: ptr(`y\n`)}
	case f.Reason == "waits-for-input":
		return Repair{Skip: "waits for input that the page does not tell"}
	case strings.Contains(f.Message, "expected that it keeps the terminal") && strings.HasPrefix(f.Message, "ended with 0"):
		return Repair{Ends: true}
	}
	if m := exitedRE.FindStringSubmatch(f.Message); m != nil {
		got, _ := strconv.Atoi(m[1])
		if m[2] != "0" || got != 0 && !outside && meantRE.MatchString(text) {
			return Repair{Exit: &got}
		}
		if why == "" {
			why = "fails today: it exits with " + m[1]
		}
		return Repair{Skip: why}
	}
	if partRE.MatchString(f.Message) && why == "" {
		why = "a part of the pipeline fails today"
	}
	if why == "" {
		switch {
		case strings.HasPrefix(f.Message, "still running"), strings.HasPrefix(f.Message, "no prompt came back"):
			why = "does not end by itself"
		case strings.Contains(f.Message, "did not appear"), strings.Contains(f.Message, "neither a prompt"):
			why = "does not become ready"
		default:
			why = "fails today: " + strings.ReplaceAll(f.Message, `"`, "'")
		}
	}
	return Repair{Skip: why}
}

func ptr[T any](v T) *T { return &v }

// A Failure is a failure of a lab.
type Failure struct {
	Line    int // of the new page
	Command string
	Message string
	Reason  string
	Details []string
	Propose string // what --fix would do about it
}

// Missing are the things that skipped commands would have made.
type Missing struct {
	names     map[string]string // names, with the command that would have made each
	container string            // the command of the last container, if it was skipped
	compose   string
	ports     map[string]string
}

var (
	tagRE2     = regexp.MustCompile(`\s-t[ =]*(\S+)|--tag[ =](\S+)`)
	portRE     = regexp.MustCompile(`(?:-p|--publish)[ =]*(?:[\d.]+:)?(\d+):\d+`)
	urlPort    = regexp.MustCompile(`(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)`)
	ancestorRE = regexp.MustCompile(`ancestor=[^\s)]+`)
	createRE   = regexp.MustCompile(`^docker (?:volume|network|service|secret|config) create (?:.*\s)?(\S+)$`)
	serviceRE  = regexp.MustCompile(`--name[ =](\S+)`)
	CloneRE    = regexp.MustCompile(`^git clone (?:-\S+ )*\S*?/([\w.-]+?)(?:\.git)?/?(?: (\S+))?$`)
)

// made returns the names of what a command makes.
func made(text string) (names []string, container bool, ports []string) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "sudo ")
	if image, name, _ := needs.Image(text); image != "" {
		container = true
		names = append(names, "ancestor="+image)
		if name != "" {
			names = append(names, name)
		}
	}
	for _, m := range portRE.FindAllStringSubmatch(text, -1) {
		ports = append(ports, m[1])
	}
	if strings.HasPrefix(text, "docker build ") || strings.HasPrefix(text, "docker image build ") || strings.Contains(text, "buildx build ") {
		for _, m := range tagRE2.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1]+m[2])
		}
	}
	if m := createRE.FindStringSubmatch(text); m != nil {
		names = append(names, m[1])
		if s := serviceRE.FindStringSubmatch(text); s != nil {
			names = append(names, s[1])
		}
	}
	if strings.HasPrefix(text, "docker tag ") || strings.HasPrefix(text, "docker image tag ") || strings.HasPrefix(text, "docker commit ") {
		if f := strings.Fields(text); len(f) > 3 {
			names = append(names, f[len(f)-1])
		}
	}
	if m := CloneRE.FindStringSubmatch(text); m != nil {
		if m[2] != "" {
			m[1] = m[2]
		}
		names = append(names, m[1])
	}
	return names, container, ports
}

// Follows returns why a command can't be run without a skipped one, "" if it
// can.
func (m *Missing) Follows(text string) string {
	if len(m.names) == 0 && m.container == "" && m.compose == "" && len(m.ports) == 0 {
		return ""
	}
	t := strings.TrimPrefix(strings.TrimSpace(text), "sudo ")
	own, container, _ := made(t)
	isOwn := map[string]bool{}
	for _, n := range own {
		isOwn[n] = true
	}
	for _, call := range session.Calls(t) {
		if len(call) < 2 || call[0] != "docker" && call[0] != "cd" && call[0] != "docker-compose" {
			continue
		}
		for _, word := range call[1:] {
			word = strings.TrimPrefix(word, "--network=")
			name, _, _ := strings.Cut(word, ":")
			if call[0] == "cd" {
				name, _, _ = strings.Cut(word, "/")
			}
			for _, n := range []string{word, name} {
				if by := m.names[n]; by != "" && !isOwn[n] {
					return "needs what is skipped above: " + by
				}
			}
		}
	}
	for _, a := range ancestorRE.FindAllString(t, -1) {
		if by := m.names[a]; by != "" && !isOwn[a] {
			return "needs what is skipped above: " + by
		}
	}
	if m.container != "" && !container && strings.Contains(t, "$(docker ps -lq)") {
		return "needs what is skipped above: " + m.container
	}
	if m.compose != "" && regexp.MustCompile(`^docker[ -]compose\b`).MatchString(t) {
		return "needs what is skipped above: " + m.compose
	}
	if p := urlPort.FindStringSubmatch(t); p != nil && m.ports[p[1]] != "" {
		return "needs what is skipped above: " + m.ports[p[1]]
	}
	return ""
}

// Note records what a command makes, or would have made.
func (m *Missing) Note(text string, skipped bool) {
	t := strings.TrimPrefix(strings.TrimSpace(text), "sudo ")
	names, container, ports := made(t)
	by := strings.NewReplacer(`"`, "'", "`", "'").Replace(session.FirstLine(t))
	if r := []rune(by); len(r) > 40 {
		by = string(r[:40]) + "…"
	}
	if m.names == nil {
		m.names, m.ports = map[string]string{}, map[string]string{}
	}
	up := regexp.MustCompile(`^docker[ -]compose\b.*\bup\b`).MatchString(t)
	for _, n := range names {
		if skipped {
			m.names[n] = by
		} else {
			delete(m.names, n)
		}
	}
	for _, p := range ports {
		if skipped {
			m.ports[p] = by
		} else {
			delete(m.ports, p)
		}
	}
	switch {
	case container && skipped:
		m.container = by
	case container:
		m.container = ""
	case up && skipped:
		m.compose = by
	case up:
		m.compose = ""
	}
}
