// Package terminals tracks the state of a reader's terminals along a page: the
// current terminal, the program in it, and the directory of its shell.
package terminals

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/notes"
)

// Terminals are a reader's open terminals at a place of a page.
type Terminals struct {
	*notes.Notes
	All map[int]*Terminal
	At  int // the current terminal

	machine string // "" if the lab has only one, or on the first of several
	lab     *directory
}

// A directory is the lab's directory, which is the same on all its machines.
type directory struct {
	page string // path of the page in the handbook, which gives the default name
	dir  string // "" for the default
}

// New returns the terminals of a page, which begins in the first one.
func New(page string, n *notes.Notes) *Terminals {
	return &Terminals{Notes: n, All: map[int]*Terminal{}, At: 1, lab: &directory{page: page}}
}

// On returns the terminals of another machine of the lab.
func (ts *Terminals) On(machine string) *Terminals {
	return &Terminals{Notes: ts.Notes, All: map[int]*Terminal{}, At: 1, machine: machine, lab: ts.lab}
}

// Options returns the options of a block that is typed in the current
// terminal.
func (ts *Terminals) Options() []string { return ts.options(ts.At) }

func (ts *Terminals) options(n int) (opts []string) {
	if n > 1 {
		opts = append(opts, layout.TermOption(n))
	}
	return append(opts, ts.FileOptions()...)
}

// FileOptions returns the options of a file that is written on the current
// machine.
func (ts *Terminals) FileOptions() []string {
	if ts.machine == "" {
		return nil
	}
	return []string{layout.Option("on", ts.machine)}
}

// Terminal returns terminal n.
func (ts *Terminals) Terminal(n int) *Terminal {
	if ts.All[n] == nil {
		ts.All[n] = &Terminal{dir: lab}
	}
	return ts.All[n]
}

// Here returns the current terminal.
func (ts *Terminals) Here() *Terminal { return ts.Terminal(ts.At) }

// LabDir returns the directory of the lab.
func (ts *Terminals) LabDir() string { return cmp.Or(ts.lab.dir, defaultDir(ts.lab.page)) }

// Choose moves to the terminal of a fence, and returns what must be typed
// before it.
func (ts *Terminals) Choose(g *classify.Guess, first string) (before []*layout.Block) {
	t := ts.Here()
	switch {
	case g.Term > 0:
		ts.At = g.Term
	case ts.keepsPort(first) > 0:
		ts.At = ts.keepsPort(first) // the program there must end first
	case ts.At != 1 && !ts.Terminal(1).Busy():
		ts.At = 1 // the second terminal is only used while the first one is busy
	case t.Endless && (t.ignores || visits.MatchString(strings.TrimSpace(first))):
		for n := 2; ; n++ {
			if !ts.Terminal(n).Busy() {
				ts.Note(g.Fence.Line, layout.TermOption(n), "terminal %d is kept by what was started there, and this is about it", ts.At)
				ts.At = n
				break
			}
		}
	}
	t = ts.Here()
	if !t.used && ts.At > 1 {
		if from := ts.Terminal(1).dir; from != "" && from != lab && from != t.dir { // readers open it in their current directory
			before = append(before, &layout.Block{Lang: "bash", Opts: append(ts.Options(), "hide"), Code: []string{"cd " + ts.shellPath(from)}, Runs: true})
			t.dir = from
		}
	}
	t.used = true
	return before
}

// portRE matches how a command publishes a port of the machine.
var portRE = regexp.MustCompile(`(?:\s-\w*p|--publish)[ =]*(?:[\d.]+:)?(\d+):\d`)

// keepsPort returns the terminal in which a program in the foreground has a port
// that a command publishes, or 0.
func (ts *Terminals) keepsPort(command string) int {
	if _, endless := needs.Endless(command); !endless {
		return 0
	}
	for _, wants := range portRE.FindAllStringSubmatch(command, -1) {
		for n := 1; n <= len(ts.All); n++ {
			t := ts.Terminal(n)
			for _, has := range portRE.FindAllStringSubmatch(t.command, -1) {
				if t.Endless && has[1] == wants[1] {
					return n
				}
			}
		}
	}
	return 0
}

// LeaveOthers returns what must be typed to leave the shells in other terminals whose
// containers a command stops: nothing more could be typed where one was killed.
func (ts *Terminals) LeaveOthers(command string, line int) (before []*layout.Block) {
	if !stopsRE.MatchString(strings.TrimSpace(command)) {
		return nil
	}
	for n := 1; n <= maxTerminals; n++ {
		t := ts.All[n]
		if t == nil || n == ts.At || t.Program == "" || !t.EndedBy(command) {
			continue
		}
		ts.Note(line, "left "+t.Program, "the next command stops its container")
		for _, b := range t.leave(ts.options(n)) {
			b.Line, b.Runs = line, true
			before = append(before, b)
		}
	}
	return before
}

const maxTerminals = 9

// stopsRE matches a command that works on a container that has ended, too.
var stopsRE = regexp.MustCompile(`^(?:sudo )?docker (?:container )?(?:stop|rm) `)

// AtShell returns what must be typed to get back to the shell's prompt. If
// detach is set, it detaches from a container and leaves it running.
func (ts *Terminals) AtShell(line int, detach bool) (before []*layout.Block) {
	t := ts.Here()
	if !t.Busy() {
		return nil
	}
	what := cmp.Or(t.Program, "what was started there")
	detach = detach && t.Program == "sh"
	before = t.leave(ts.Options())
	if detach {
		b := before[len(before)-1]
		b.Code, b.Opts = nil, append([]string{`type="^P^Q"`}, b.Opts...)
		before = before[len(before)-1:]
	}
	ts.Note(line, "left "+what, "a command for the shell follows in the same terminal")
	for _, b := range before {
		b.Line, b.Runs = line, true
	}
	return before
}

// shellPath returns a directory in shell syntax.
func (ts *Terminals) shellPath(dir string) string {
	if rest, ok := strings.CutPrefix(dir, lab); ok {
		return ts.LabDir() + rest
	}
	return dir
}

// Block begins a snippet of the shell.
func (ts *Terminals) Block(g *classify.Guess, line int) *layout.Block {
	b := &layout.Block{Fence: g.Fence, Line: g.Fence.Line + 1 + line, Lang: "bash", Runs: true}
	b.Opts = ts.Options()
	return b
}

// Place returns the path, relative to the lab's directory, of a file named by
// a reader in the current terminal.
func (ts *Terminals) Place(name string) string {
	dir := ts.Here().dir // files are written on the host, whatever program is in the terminal
	switch {
	case dir == "":
		return name
	case dir == lab || strings.HasPrefix(dir, lab+"/"):
		return strings.TrimPrefix(path.Join(dir, name), lab+"/")
	case ts.lab.dir == "" && (strings.HasPrefix(dir, "~/") || strings.HasPrefix(dir, "/")):
		ts.lab.dir = dir // the lab's directory is that of its files
	}
	if at := ts.lab.dir; at != "" && (dir == at || strings.HasPrefix(dir, at+"/")) {
		return strings.TrimPrefix(path.Join(strings.TrimPrefix(dir, at), name), "/")
	}
	return path.Join("..", name) // outside
}

// defaultDir returns the default directory of a lab.
func defaultDir(page string) string {
	name := strings.TrimSuffix(path.Base(page), ".md")
	if name == "index" {
		name = path.Base(path.Dir(page))
	}
	name = regexp.MustCompile(`^\d{4}-\d\d?-\d\d?-`).ReplaceAllString(name, "") // the date of a post
	name = regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-")
	return "~/" + cmp.Or(strings.Trim(name, "-"), "lab")
}
