package placeholders

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/hosts"
	"handbook/cmd/handbook/adopt/session"
)

// A From says where a run finds a value.
type From struct {
	Snippet string // its name
	Line    int    // of its command in the source
	Match   string // expression for the value in its output
}

// Printed are values in old outputs that later commands of the page use: the
// tokens with which machines join a swarm, and their addresses.
type Printed struct {
	From   map[string]From   // by placeholder
	Values map[string]string // of other placeholders
	Told   []Told

	names   map[string]string // the placeholder by what the page writes
	sources []*source
}

// A Told is a guess about a word of the page.
type Told struct {
	Line             int // of the source
	Word, Taken, Why string
}

// A source is a command that prints values.
type source struct {
	command *hosts.Command
	prints  string // kind of values: the token of a worker or a manager, the ids of nodes, an address, or the name of a service or container
	name    string // of its snippet, once a value is taken from it
}

var (
	tokenRE   = regexp.MustCompile(`SWMTKN-[\w.…*-]+`)
	joinsRE   = regexp.MustCompile(`--token[ =\\\n>]+("?[^\s"]+|<[^>\n]*>)`)
	targetRE  = regexp.MustCompile(`(<[^<>\n]+>|[^\s:"]+):(?:2377|<[^<>\n]+>|\[?PORT\]?)`)
	ownRE     = regexp.MustCompile(`--(?:advertise|listen)-addr[ =\\\n>]+"?(<[^<>\n]+>|[^\s:"]+)`)
	addressRE = regexp.MustCompile(`^\d{1,3}(?:\.\d{1,3}){3}$`)
	standInRE = regexp.MustCompile(`^<.*>$|^\[.*\]$|^[A-Z][A-Z0-9_-]+$|^(?i:x{3,}[.x]*|ip|.*[-_]?ip(?:[-_]?addr(?:ess)?)?)$`)
	nodeRE    = regexp.MustCompile(`^([a-z0-9]{25})\s+\*?\s*([\w.-]+)\s`)
)

// NewPrinted finds the values of a page.
func NewPrinted(all []*classify.Guess, h *hosts.Hosts) *Printed {
	p := &Printed{From: map[string]From{}, Values: map[string]string{}, names: map[string]string{}}
	p.addresses(all, h)
	if h.Machines == nil {
		return p
	}
	tokens, nodes := map[string]*source{}, map[string]*source{}
	hostname := map[string]string{} // of nodes, by id
	for _, c := range h.Commands {
		if c.Address != "" && c.Machine != "" {
			p.own(c.Line, c.Address, c.Machine, "it is the address in the prompt of "+c.Machine)
		}
		for _, m := range ownRE.FindAllStringSubmatch(c.Text, -1) {
			p.own(c.Line, m[1], c.Machine, "it is the address of "+c.Machine+", which tells it to the others")
		}
		if c.IsJoin() {
			p.join(c, tokens)
		}
		for id, s := range nodes {
			if strings.Contains(c.Text, id) {
				p.take(c.Line, id, "<"+hostname[id]+"-id>", s, `(?m)^(\S+) +\*? +`+hostname[id]+` `, "line %d printed it")
			}
		}
		if kind := c.Tokens(); kind != "" {
			s := &source{command: c, prints: kind}
			p.sources = append(p.sources, s)
			for _, line := range c.Output {
				for _, token := range tokenRE.FindAllString(line, -1) {
					tokens[token] = s
				}
			}
		}
		s := &source{command: c, prints: "nodes"}
		for _, line := range c.Output {
			if m := nodeRE.FindStringSubmatch(line); m != nil && strings.Contains(c.Text, "docker node ls") {
				nodes[m[1]], hostname[m[1]] = s, m[2]
			}
		}
	}
	p.Told = slices.DeleteFunc(p.Told, func(t Told) bool { return typedAt(all, 0, t.Word) == 0 })
	return p
}

// shown are the ways in which commands print an address, or the random name of
// a service or a container, each with an expression that finds the value.
var shown = []struct {
	re    *regexp.Regexp
	match string
}{
	{regexp.MustCompile(`^\s*(\d{1,3}(?:\.\d{1,3}){3})\s*$`), `(?m)^(\d+(?:\.\d+){3})$`},
	{regexp.MustCompile(`^[0-9a-z]{12} +([a-z]+_[a-z]+) +(?:replicated|global) `), `(?m)^\S+ +(\S+) +(?:replicated|global) `},
	{regexp.MustCompile(`^[0-9a-f]{12} .* {2,}([a-z]+_[a-z]+)$`), `(?m)^[0-9a-f]{12} .* (\S+)$`},
	{regexp.MustCompile(`"IPAddress": "(\d{1,3}(?:\.\d{1,3}){3})"`), `"IPAddress": "(\d+(?:\.\d+){3})"`},
}

// addresses finds the addresses and names that one command prints and a later
// one uses.
func (p *Printed) addresses(all []*classify.Guess, h *hosts.Hosts) {
	for _, c := range h.Commands {
		found, match, rows := "", "", 0
		for _, line := range c.Output {
			for _, s := range shown {
				if m := s.re.FindStringSubmatch(strings.TrimRight(line, " ")); m != nil {
					rows++
					found, match = m[1], s.match
				}
			}
		}
		if rows != 1 { // looking for what is typed takes as long as the page is
			continue
		}
		if line := typedAt(all, c.Line, found); line > 0 {
			name := "address"
			switch {
			case strings.Contains(match, "replicated"):
				name = "service"
			case strings.Contains(match, "{12}"):
				name = "container"
			}
			placeholder := "<" + name + ">"
			for n := 2; typedAt(all, 0, placeholder) > 0; n++ { // used by the page itself
				placeholder = fmt.Sprintf("<%s-%d>", name, n)
			}
			p.take(line, found, placeholder, &source{command: c, prints: name}, match, "line %d printed it")
		}
	}
}

// typedAt returns the first line below another one at which a word is typed, 0 if
// there is none.
func typedAt(all []*classify.Guess, below int, word string) int {
	for _, g := range all {
		switch g.Class {
		case classify.Commands, classify.Transcript, classify.Mixed, classify.Typed:
		default:
			continue
		}
		for i, line := range g.Fence.Code {
			at := g.Fence.Line + 1 + i
			if at <= below || !strings.Contains(line, word) || !slices.Contains(printedWord.FindAllString(line, -1), word) {
				continue
			}
			if _, prompt := session.At(strings.TrimSpace(line), true); prompt || g.Class == classify.Commands || g.Class == classify.Typed || strings.Contains(line, "--token") || strings.Contains(line, ":2377") {
				return at
			}
		}
	}
	return 0
}

// own notes that the page contains an address of a machine.
func (p *Printed) own(line int, found, machine, why string) {
	if !addressRE.MatchString(found) && !standInRE.MatchString(found) || p.names[found] != "" {
		return
	}
	name := "<" + machine + "-ip>"
	p.names[found] = name
	p.Told = append(p.Told, Told{line, found, name, why})
	p.Values[name] = "$(getent ahostsv4 " + machine + " | head -n 1 | cut -d ' ' -f 1)"
}

// join finds the token and the address with which a machine joins.
func (p *Printed) join(c *hosts.Command, tokens map[string]*source) {
	if m := joinsRE.FindStringSubmatch(c.Text); m != nil && !strings.HasPrefix(m[1], "$") {
		s, why := tokens[m[1]], "line %d printed it"
		if s == nil {
			why = "it is taken for the token that line %d prints"
			kind := "worker"
			if c.AsManager() {
				kind = "manager"
			}
			for _, one := range p.sources {
				if s == nil || one.prints == kind {
					s = one
				}
			}
		}
		if s != nil {
			p.take(c.Line, strings.Trim(m[1], `"`), map[string]string{"worker": "<join-token>", "manager": "<manager-token>"}[s.prints], s, `--token (SWMTKN-\S+)`, why)
		}
	}
	if m := targetRE.FindStringSubmatch(c.Text); m != nil && (addressRE.MatchString(m[1]) || standInRE.MatchString(m[1])) && len(p.sources) > 0 {
		p.take(c.Line, m[1], "<swarm-address>", p.sources[0], `(\S+):2377`, "it is the address of the machine with the swarm, which line %d prints")
	}
}

// take makes a placeholder for a value that a source prints.
func (p *Printed) take(line int, found, name string, s *source, match, why string) {
	if p.names[found] != "" {
		return
	}
	if s.name == "" {
		s.name = map[string]string{"worker": "init", "manager": "manager-token", "nodes": "nodes", "address": "address", "service": "services", "container": "containers"}[s.prints]
		if s.prints == "worker" && !s.command.IsInit() {
			s.name = "worker-token"
		}
		for n, stem := 2, s.name; p.taken(s); n++ {
			s.name = fmt.Sprintf("%s-%d", stem, n)
		}
	}
	from := From{Snippet: s.name, Line: s.command.Line, Match: match}
	for n, stem := 2, strings.TrimSuffix(name, ">"); p.From[name] != from && p.From[name] != (From{}); n++ {
		name = fmt.Sprintf("%s-%d>", stem, n)
	}
	p.names[found], p.From[name] = name, from
	p.Told = append(p.Told, Told{line, found, name, fmt.Sprintf(why, s.command.Line)})
}

// taken reports whether another source already has the name of this one.
func (p *Printed) taken(s *source) bool {
	for _, from := range p.From {
		if from.Snippet == s.name && from.Line != s.command.Line {
			return true
		}
	}
	return false
}

// Source returns the name of the snippet with the command at a line, "" if no value
// comes from it.
func (p *Printed) Source(line int) string {
	for _, from := range p.From {
		if from.Line == line {
			return from.Snippet
		}
	}
	return ""
}

var printedWord = regexp.MustCompile(`<[^<>\n]+>|\[[^\]\n ]+\]|[^\s"'=:,/\\@]+`)

// Replace replaces values in commands by placeholders.
func (p *Printed) Replace(code []string) []string {
	if len(p.names) == 0 {
		return code
	}
	out := make([]string, len(code))
	for i, line := range code {
		out[i] = printedWord.ReplaceAllStringFunc(line, func(word string) string {
			if name := p.names[word]; name != "" {
				return name
			}
			return word
		})
	}
	return out
}
