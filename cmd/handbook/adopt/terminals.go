package adopt

import (
	"cmp"
	"path"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
)

// terminals are what a reader has open at a place of a page.
type terminals struct {
	*notes
	all map[int]*terminal
	at  int    // the one that the page is at
	dir string // of the lab, "" for the default
}

// terminal returns terminal n.
func (ts *terminals) terminal(n int) *terminal {
	if ts.all[n] == nil {
		ts.all[n] = &terminal{dir: lab}
	}
	return ts.all[n]
}

// here is the terminal that the page is at.
func (ts *terminals) here() *terminal { return ts.terminal(ts.at) }

// labDir is the directory of the lab.
func (ts *terminals) labDir() string { return cmp.Or(ts.dir, defaultDir(ts.page.Path)) }

// choose moves to the terminal that a fence is typed in, and returns what has to
// be typed before.
func (ts *terminals) choose(g *classify.Guess, first string) (before []*block) {
	t := ts.here()
	switch {
	case g.Term > 0:
		ts.at = g.Term
	case ts.at != 1 && !ts.terminal(1).busy():
		ts.at = 1 // a second terminal is for what a first one is busy with
	case t.endless && (t.ignores || visits.MatchString(strings.TrimSpace(first))):
		for n := 2; ; n++ {
			if !ts.terminal(n).busy() {
				ts.note(g.Fence.Line, termOption(n), "terminal %d is kept by what was started there, and this is about it", ts.at)
				ts.at = n
				break
			}
		}
	}
	t = ts.here()
	if !t.used && ts.at > 1 {
		if from := ts.terminal(1).dir; from != "" && from != lab && from != t.dir { // readers open it where they are
			before = append(before, &block{lang: "bash", opts: []string{termOption(ts.at), "hide"}, code: []string{"cd " + ts.shellPath(from)}, runs: true})
			t.dir = from
		}
	}
	t.used = true
	return before
}

// atShell returns what has to be typed so that the shell's prompt is there. A shell in
// a container is left running if detach is set.
func (ts *terminals) atShell(line int, detach bool) (before []*block) {
	t := ts.here()
	if !t.busy() {
		return nil
	}
	what := cmp.Or(t.program, "what was started there")
	detach = detach && t.program == "sh"
	before = t.leave(ts.at)
	if detach {
		b := before[len(before)-1]
		b.code, b.opts = nil, append([]string{`type="^P^Q"`}, b.opts...)
		before = before[len(before)-1:]
	}
	ts.note(line, "left "+what, "a command for the shell follows in the same terminal")
	for _, b := range before {
		b.line, b.runs = line, true
	}
	return before
}

// shellPath writes a directory as a shell takes it.
func (ts *terminals) shellPath(dir string) string {
	if rest, ok := strings.CutPrefix(dir, lab); ok {
		return ts.labDir() + rest
	}
	return dir
}

// block begins a snippet of the shell.
func (ts *terminals) block(g *classify.Guess, line int) *block {
	b := &block{fence: g.Fence, line: g.Fence.Line + 1 + line, lang: "bash", runs: true}
	if ts.at > 1 {
		b.opts = append(b.opts, termOption(ts.at))
	}
	return b
}

// place returns the path of a file from the lab's directory on, as a reader in
// the terminal at hand writes it.
func (ts *terminals) place(name string) string {
	dir := ts.here().dir // files are made on the host, whatever runs there
	switch {
	case dir == "":
		return name
	case dir == lab || strings.HasPrefix(dir, lab+"/"):
		return strings.TrimPrefix(path.Join(dir, name), lab+"/")
	case ts.dir == "" && (strings.HasPrefix(dir, "~/") || strings.HasPrefix(dir, "/")):
		ts.dir = dir // the lab lives where its files are
	}
	if ts.dir != "" && (dir == ts.dir || strings.HasPrefix(dir, ts.dir+"/")) {
		return strings.TrimPrefix(path.Join(strings.TrimPrefix(dir, ts.dir), name), "/")
	}
	return path.Join("..", name) // outside
}
