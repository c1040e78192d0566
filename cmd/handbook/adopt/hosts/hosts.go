// Package hosts finds the machines on which the commands of a page are run,
// from the names in its prompts and its text.
package hosts

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/session"
)

// Hosts are the machines of a page.
type Hosts struct {
	Machines []string   // in the order in which the page names them; empty if it needs only one
	Why      string     // reason for several machines
	Commands []*Command // all commands of the page, even if it needs only one machine

	terms   map[int]string    // machines by terminal, if each terminal is on a machine of its own
	manager string            // the machine that makes the swarm
	joined  map[string]string // "worker" or "manager", for machines that have joined it
	lines   map[int]*Command
}

// A Command is a command typed at a shell's prompt.
type Command struct {
	Line    int // of the source
	Text    string
	Output  []string // what the page shows below it
	Machine string   // "" if the page needs only one
	Why     string   // reason for the machine

	Address string // of the machine, if the prompt has it

	host  string // host name in its prompt
	term  int    // terminal in its info string, or 0
	fence *foreign.Fence
}

// maxMachines is how many machines a lab can have.
const maxMachines = 5

var (
	initRE  = regexp.MustCompile(`^(?:sudo )?docker swarm init\b`)
	joinRE  = regexp.MustCompile(`^(?:sudo )?docker swarm join(?:\s|$)`)
	tokenRE = regexp.MustCompile(`^(?:sudo )?docker swarm join-token .*?(worker|manager)\b`)
	// manages matches commands that only work on a swarm manager.
	manages = regexp.MustCompile(`^(?:sudo )?docker (?:node|service|stack|secret|config|swarm (?:init|join-token|update|ca|unlock-key))\b`)
	// role matches usual names of hosts of a cluster.
	role = regexp.MustCompile(`^(?:(?:swarm|docker)-?)?(?:node|worker|manager|master|mgr|leader|host|vm|server|pi|machine|slave|client)-?\d*$`)
	// roleRE matches such names in a text: with a number, or of a unique host.
	roleRE  = regexp.MustCompile("(?i)\\b(?:on|in|to|from|into|at|of)\\s+(?:(?:the|your)\\s+)?[`*\"“_]*((?:swarm[-_]?)?(?:node|worker|manager|master|mgr|leader|host|vm|server)[-_ ]?\\d|manager|master|leader)\\b")
	validRE = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)
)

// Of finds the machines of a page, and the machine of each command.
func Of(all []*classify.Guess) *Hosts {
	h := &Hosts{Commands: commands(all), joined: map[string]string{}, lines: map[int]*Command{}}
	for _, c := range h.Commands {
		h.lines[c.Line] = c
	}
	h.choose()
	if h.Machines == nil {
		return h
	}
	h.place()
	for _, g := range all {
		if h.terms[terminal(g)] != "" {
			g.Term = 0 // it is the first terminal of another machine
		}
	}
	return h
}

// terminal returns the terminal that the info string of a fence names, or 0.
func terminal(g *classify.Guess) int {
	if termRE.MatchString(g.Fence.Info.Lang) || g.Fence.Info.Attr("terminal-id", "term", "terminal", "data-term") != "" {
		return g.Term
	}
	return 0
}

// termRE matches the language of a fence that is a terminal of Play with Docker.
var termRE = regexp.MustCompile(`^term\d$`)

// At returns the command at a line, or nil.
func (h *Hosts) At(line int) *Command { return h.lines[line] }

// IsInit reports whether a command creates a swarm.
func (c *Command) IsInit() bool { return initRE.MatchString(c.Text) }

// IsJoin reports whether a command has its machine join a swarm.
func (c *Command) IsJoin() bool { return IsJoin(c.Text) }

// IsJoin reports whether a command has its machine join a swarm.
func IsJoin(text string) bool { return joinRE.MatchString(text) }

var managerRE = regexp.MustCompile(`(?i)\b(?:as|another|second|third|more) (?:a |an )?(?:manager|master|leader)s?\b`)

// AsManager reports whether the page says that a command makes its machine
// join as a manager.
func (c *Command) AsManager() bool {
	return strings.Contains(strings.Join(c.Output, "\n"), "as a manager") || managerRE.MatchString(c.said())
}

// Failed reports whether the page shows that a command fails.
func (c *Command) Failed() bool { return needs.ExitOf(c.Text, c.Output) != 0 }

// Tokens returns the kind of join token that a command prints: "worker" or
// "manager", "" if it prints none.
func (c *Command) Tokens() string {
	if c.Failed() {
		return ""
	}
	if m := tokenRE.FindStringSubmatch(c.Text); m != nil {
		return m[1]
	}
	if c.IsInit() {
		return "worker"
	}
	return ""
}

// commands lists the commands of a page that are typed at a shell's prompt.
func commands(all []*classify.Guess) (list []*Command) {
	for _, g := range all {
		add := func(line int, text string, p session.Prompt, output []string) {
			list = append(list, &Command{Line: g.Fence.Line + 1 + line, Text: strings.TrimSpace(text), Output: output, Address: p.Address, host: MachineName(p.Host), term: terminal(g), fence: g.Fence})
		}
		switch g.Class {
		case classify.Commands:
			statements, _ := session.Statements(g.Fence.Code)
			for _, s := range statements {
				add(s.Line, s.Text, session.Prompt{}, nil)
			}
		case classify.Transcript, classify.Mixed:
			entries := classify.Between(g.Fence.Code)
			if g.Class == classify.Transcript {
				entries = session.Split(g.Fence.Code, classify.Session(false))
			}
			for _, e := range entries {
				if len(e.Typed) > 0 && e.Prompt.Kind == session.Host {
					add(e.Line, e.Command(), e.Prompt, e.Output)
				}
			}
		case classify.Output:
			if n := len(list); n > 0 && len(list[n-1].Output) == 0 {
				list[n-1].Output = g.Fence.Code
			}
		}
	}
	return list
}

// MachineName returns the name of a host in a lab; "" if it has no valid one.
func MachineName(host string) string {
	name, _, _ := strings.Cut(strings.ToLower(host), ".")
	name = strings.ReplaceAll(strings.ReplaceAll(name, "_", "-"), " ", "")
	if !validRE.MatchString(name) || name == "localhost" {
		return ""
	}
	return name
}

// choose finds the machines that the page needs.
func (h *Hosts) choose() {
	var prompts, text []string
	add := func(to *[]string, name string) {
		same := func(other string) bool {
			return strings.ReplaceAll(other, "-", "") == strings.ReplaceAll(name, "-", "")
		}
		if name != "" && !slices.ContainsFunc(*to, same) && len(*to) < maxMachines {
			*to = append(*to, name)
		}
	}
	inits, joins, roles := 0, 0, true
	last := 0 // the last terminal in which something joins
	for _, c := range h.Commands {
		if c.IsInit() {
			inits++
		}
		if c.IsJoin() {
			joins++
			last = max(last, c.term)
		}
		if role.MatchString(c.host) || strings.HasPrefix(strings.TrimPrefix(c.Text, "sudo "), "docker ") {
			add(&prompts, c.host)
			roles = roles && (c.host == "" || role.MatchString(c.host))
		}
		if c.host == "" {
			for _, m := range roleRE.FindAllStringSubmatch(c.said(), -1) {
				add(&text, MachineName(m[1]))
			}
		}
	}
	switch {
	case len(prompts) > 1 && (roles || inits+joins > 0):
		h.Machines, h.Why = prompts, "the prompts name several hosts"
	case inits == 0 || joins == 0:
		return
	case len(prompts) < 2 && last > 1 && last <= maxMachines:
		h.Machines, h.Why = []string{"node1"}, "what is typed in other terminals joins the swarm of the first one"
		h.terms = map[int]string{1: "node1"}
		for n := 2; n <= last; n++ {
			name := fmt.Sprintf("node%d", n)
			h.Machines, h.terms[n] = append(h.Machines, name), name
		}
	default:
		for _, name := range text {
			add(&prompts, name)
		}
		h.Machines, h.Why = prompts, "the text names several hosts"
		if len(prompts) < 2 {
			h.Why = "a machine joins the swarm of another one"
			for n := 1; len(h.Machines) == 0 || len(h.Machines) < min(1+joins, maxMachines); n++ {
				if len(h.Machines) == 0 {
					h.Machines = []string{"manager"}
				}
				add(&h.Machines, fmt.Sprintf("worker%d", n))
			}
		}
	}
}

// said returns the text before a command.
func (c *Command) said() string {
	const near = 400 // characters
	text := c.fence.Heading + ".\n" + c.fence.Sentence
	return text[max(0, len(text)-near):]
}

// place chooses the machine of each command.
func (h *Hosts) place() {
	for _, c := range h.Commands {
		if c.IsInit() {
			h.manager = cmp.Or(c.host, h.terms[c.term], h.named(c), h.Machines[0])
			break
		}
	}
	h.manager = cmp.Or(h.manager, h.Machines[0])
	at, heading := h.manager, ""
	for _, c := range h.Commands {
		if c.fence.Heading != heading { // a new section begins on the first machine
			at, heading = h.manager, c.fence.Heading
		}
		c.Machine, c.Why = h.of(c, at)
		if c.IsJoin() {
			h.joined[c.Machine] = "worker"
			if c.AsManager() {
				h.joined[c.Machine] = "manager"
			}
		}
		if c.host != "" || !manages.MatchString(c.Text) && !c.IsJoin() {
			at = c.Machine
		}
	}
}

// of chooses the machine of a command; at is the current one.
func (h *Hosts) of(c *Command, at string) (machine, why string) {
	if slices.Contains(h.Machines, c.host) {
		return c.host, "its prompt names it"
	}
	if m := h.terms[c.term]; m != "" {
		return m, "its terminal is one of that machine"
	}
	named := h.named(c)
	switch {
	case c.IsInit():
		return h.manager, "the swarm is made here"
	case manages.MatchString(c.Text) && strings.Contains(strings.Join(c.Output, "\n"), "not a swarm manager") && named != "":
		return named, "the text before it names it"
	case manages.MatchString(c.Text):
		if h.joined[named] == "manager" {
			return named, "the text before it names it"
		}
		return h.manager, "only a manager of the swarm obeys"
	case c.IsJoin():
		if named != "" && named != h.manager && h.joined[named] == "" {
			return named, "the text before it names it"
		}
		for _, m := range h.Machines {
			if m != h.manager && h.joined[m] == "" {
				return m, "it has not joined yet"
			}
		}
	case named != "":
		return named, "the text before it names it"
	}
	return at, "so is the command before it"
}

// named returns the machine that the text before a command names: the last one
// that follows "on" or the like.
func (h *Hosts) named(c *Command) (machine string) {
	last := -1
	text := c.said()
	for _, m := range h.Machines {
		re := regexp.MustCompile("(?i)\\b(?:on|in|to|from|into|at)\\s+(?:(?:the|your)\\s+)?[`*\"“_]*" + spelled(m) + `\b`)
		for _, at := range re.FindAllStringIndex(text, -1) {
			if at[0] > last {
				last, machine = at[0], m
			}
		}
	}
	if machine == "" { // the heading may be its name
		for _, m := range h.Machines {
			if regexp.MustCompile("(?i)^\\W*(?:node |host |machine )?" + spelled(m) + `\b\W*$`).MatchString(c.fence.Heading) {
				return m
			}
		}
	}
	return machine
}

// spelled returns an expression for variants of a machine's name, such as
// "Node 2" and "node-2".
func spelled(name string) string {
	stem := strings.TrimRight(name, "0123456789")
	if number := name[len(stem):]; number != "" {
		return regexp.QuoteMeta(strings.TrimRight(stem, "-")) + "[-_ ]?" + number
	}
	return regexp.QuoteMeta(name)
}
