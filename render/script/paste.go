package script

import (
	"cmp"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
)

// A Paste is a text that readers paste into a terminal, or a key that they
// press there. It contains placeholders as the page does.
type Paste struct {
	Machine string   // name of the machine, if the lab names its machines
	Term    int      // the number of the terminal
	Prompt  string   // prompt of the program to which it is pasted, "" for the shell
	Key     string   // a key to press, "^C"; the other fields are empty then
	Parts   []Part   // the text
	Answers []string // what to type when its programs ask, in order
	Sets    []string // variables that it sets but the page does not show, with their values
}

// A Part is some text of a Paste.
type Part struct {
	Text    string
	Snippet *content.Snippet // its snippet; nil if the page does not show it
}

// Token stands for the reader's password in Answers.
const Token = "$DOCKERHUB_TOKEN"

// A Paster turns the snippets of a lab into text that can be pasted: commands
// as they are, files as here-documents, diffs as patches. Snippets must be
// added in the order of the page, because it keeps track of the programs and
// directories of terminals.
type Paster struct {
	lab    *config.Lab
	record *content.Record // nil if there is none that applies

	terms  map[place]*terminal
	pastes []Paste // of the current step
	full   bool    // nothing can be added to the last one
	wait   float64 // seconds until the last thing that was started was ready
}

// A place is a terminal of a machine.
type place struct {
	machine string
	term    int
}

// A terminal is the state of a terminal.
type terminal struct {
	used   bool // something was pasted
	away   bool // its directory may not be the lab's
	inside bool // a program keeps it
	prompt string
}

// NewPaster returns the Paster of a lab.
func NewPaster(lab *config.Lab, record *content.Record) *Paster {
	return &Paster{lab: lab, record: record, terms: map[place]*terminal{}}
}

// Step returns what was added since the last call.
func (p *Paster) Step() []Paste {
	pastes := p.pastes
	p.pastes, p.full, p.wait = nil, false, 0
	return pastes
}

// Add adds a snippet, and reports whether there is something of it to paste.
func (p *Paster) Add(s *content.Snippet) bool {
	if s.Options.Skip != "" {
		return false
	}
	switch s.Role {
	case info.File:
		t := p.free(s)
		p.text(t, s, p.file(s, p.terms[t].away))
	case info.Diff:
		t := p.free(s)
		p.text(t, s, p.patch(s, p.terms[t].away))
	case info.Shell, info.Console:
	default:
		return false
	}
	p.commands(s)
	return s.Role == info.File || s.Role == info.Diff || len(s.Commands) > 0
}

// Patch returns the commands that apply a diff, which must be the next snippet
// of the lab.
func (p *Paster) Patch(s *content.Snippet) string {
	return p.patch(s, p.terms[p.free(s)].away)
}

// at returns a terminal. It creates it at its first use.
func (p *Paster) at(at place) *terminal {
	t := p.terms[at]
	if t == nil {
		t = &terminal{}
		p.terms[at] = t
	}
	return t
}

// place returns the terminal that a paste is for.
func (p *Paste) place() place { return place{p.Machine, p.Term} }

// free returns a terminal of a snippet's machine that is at the shell's prompt: the
// last one that something was pasted into, if possible.
func (p *Paster) free(s *content.Snippet) place {
	at := place{p.lab.MachineOf(s.Options.On), 1}
	if n := len(p.pastes); n > 0 && p.pastes[n-1].Machine == at.machine && !p.at(p.pastes[n-1].place()).inside {
		return p.pastes[n-1].place()
	}
	for p.at(at).inside {
		at.term++
	}
	return at
}

// first reports whether a terminal is the only one of its machine that is used.
func (p *Paster) first(at place) bool {
	for other := range p.terms {
		if other != at && other.machine == at.machine {
			return false
		}
	}
	return true
}

// text adds text that is typed to a terminal's shell or program.
func (p *Paster) text(at place, s *content.Snippet, text string) {
	t := p.at(at)
	n := len(p.pastes)
	if n == 0 || p.full || p.pastes[n-1].place() != at {
		p.pastes = append(p.pastes, Paste{Machine: at.machine, Term: at.term, Prompt: t.prompt})
		p.full = false
		n++
	}
	last := &p.pastes[n-1]
	if !t.used && !t.inside {
		t.used = true
		if begin := p.begin(p.first(at), text); begin != "" {
			last.Parts = append(last.Parts, Part{Text: begin})
			last.Sets = p.variables()
		}
	}
	if p.wait > 0 && !t.inside {
		last.Parts = append(last.Parts, Part{Text: "sleep " + strconv.Itoa(int(math.Ceil(2+3*p.wait))) + "\n"})
		p.wait = 0
	}
	last.Parts = append(last.Parts, Part{text, s})
}

// begin returns the commands that a new terminal needs before a text: they
// change to the lab's directory and set its variables.
func (p *Paster) begin(first bool, text string) string {
	var b strings.Builder
	if dir := shellPath(p.lab.Dir); !strings.Contains(text, "cd "+dir) {
		if first {
			b.WriteString("mkdir -p " + dir + " && ")
		}
		b.WriteString("cd " + dir + "\n")
	}
	for _, set := range p.variables() {
		b.WriteString("export " + set + "\n")
	}
	return b.String()
}

// variables returns the commands that set the lab's variables.
func (p *Paster) variables() (sets []string) {
	for _, name := range slices.Sorted(maps.Keys(p.lab.Env)) {
		sets = append(sets, name+"="+shellWord(p.lab.Env[name]))
	}
	return sets
}

// commands adds the commands of a snippet.
func (p *Paster) commands(s *content.Snippet) {
	result := p.record.Of(s.Number, s.Role)
	at := place{p.lab.MachineOf(s.Options.On), cmp.Or(s.Options.Term, 1)}
	t := p.at(at)
	first := len(p.pastes)
	if first > 0 && !p.full && p.pastes[first-1].place() == at {
		first-- // the last one is extended
	}
	for i, c := range s.Commands {
		ran := result.Command(i)
		if t.inside && !typedInside(s, c, ran) {
			t.inside, t.prompt, p.full = false, "", true
		}
		if c.Key {
			p.pastes, p.full = append(p.pastes, Paste{Machine: at.machine, Term: at.term, Key: strings.TrimSpace(c.Text)}), true
			t.inside, t.prompt = false, ""
			continue
		}
		if prompt := promptOf(c, ran); t.inside && prompt != t.prompt {
			t.prompt, p.full = prompt, true
		}
		text := c.Text + "\n"
		if s.Options.NoTTY {
			text = "{ " + text + "} < /dev/null\n"
		}
		p.text(at, s, text)
		if !t.inside && movesRE.MatchString(c.Text) {
			t.away = !strings.HasSuffix(c.Text, "cd "+shellPath(p.lab.Dir))
		}
		switch {
		case ran != nil && ran.Stays, ran == nil && c.Stay:
			t.inside, p.full = true, true
		case ran != nil && ran.Ready > 0:
			p.wait = ran.Ready
		}
	}
	for _, answer := range strings.SplitAfter(s.Options.Type, "\n") {
		if answer != "" && first < len(p.pastes) && p.pastes[first].Key == "" {
			p.pastes[first].Answers = append(p.pastes[first].Answers, strings.TrimSuffix(answer, "\n"))
		}
	}
}

// movesRE finds commands that may change the shell's directory.
var movesRE = regexp.MustCompile(`(^|[^\w./-])(cd|pushd|popd)($|[^\w./-])`)

// promptOf returns the prompt of the program that a command is typed to.
func promptOf(c *content.Command, ran *content.CommandResult) string {
	if ran != nil {
		return ran.Prompt
	}
	return c.Prompt
}

// typedInside reports whether a command is typed to the program in the
// terminal, if there is one.
func typedInside(s *content.Snippet, c *content.Command, ran *content.CommandResult) bool {
	switch {
	case c.Key, promptOf(c, ran) != "":
		return true
	case ran != nil:
		return ran.Unchecked == content.UncheckedProgram
	}
	return s.Role == info.Shell
}

// file returns the commands that write a file.
func (p *Paster) file(s *content.Snippet, away bool) string {
	name := p.path(s.Options.File, away)
	var b strings.Builder
	if path.Dir(s.Options.File) != "." {
		b.WriteString("mkdir -p " + p.path(path.Dir(s.Options.File), away) + "\n")
	}
	into := "> "
	if s.Options.Append {
		into = ">> "
	}
	if s.Code == "" {
		b.WriteString(": " + into + name + "\n")
	} else {
		b.WriteString("cat " + into + name + hereDocument(s.Code) + "\n")
	}
	if s.Options.Mode != 0 {
		b.WriteString("chmod " + strconv.FormatUint(uint64(s.Options.Mode.Perm()), 8) + " " + name + "\n")
	}
	return b.String()
}

// path returns the name of a file of the lab's directory for the shell. It is
// relative unless the shell is in another directory.
func (p *Paster) path(file string, away bool) string {
	if away {
		return shellPath(path.Join(p.lab.Dir, file))
	}
	if strings.HasPrefix(file, "-") {
		file = "./" + file
	}
	return shellWord(file)
}

var hunkRE = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

// patch returns the commands that apply a diff. Hunks on a page may have wrong
// line numbers or none. Git finds each by its lines anyway if it is allowed to
// accept hunks without context.
func (p *Paster) patch(s *content.Snippet, away bool) string {
	git := "git"
	if away {
		git += " -C " + shellPath(p.lab.Dir)
	}
	return git + " apply --unidiff-zero" + hereDocument(unified(s.Options.File, s.Code)) + "\n"
}

// unified returns a diff with all the headers that programs need.
func unified(file, diff string) string {
	type hunk struct {
		start    string
		old, new int
		lines    strings.Builder
	}
	var hunks []*hunk
	for line := range strings.Lines(diff) {
		begins := strings.HasPrefix(line, "@@")
		switch {
		case len(hunks) == 0 && (strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ") ||
			strings.HasPrefix(line, "diff ") || strings.HasPrefix(line, "index ")):
			continue
		case begins || len(hunks) == 0:
			hunks = append(hunks, &hunk{start: "1"})
		}
		h := hunks[len(hunks)-1]
		if begins {
			if m := hunkRE.FindStringSubmatch(line); m != nil {
				h.start = m[1]
			}
			continue
		}
		switch line[0] {
		case '-':
			h.old++
		case '+':
			h.new++
		case '\\':
		default:
			h.old, h.new = h.old+1, h.new+1
		}
		h.lines.WriteString(line)
	}
	var b strings.Builder
	b.WriteString("--- a/" + file + "\n+++ b/" + file + "\n")
	for _, h := range hunks {
		b.WriteString("@@ -" + h.start + "," + strconv.Itoa(h.old) + " +" + h.start + "," + strconv.Itoa(h.new) + " @@\n" + h.lines.String())
	}
	return b.String()
}
