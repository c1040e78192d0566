package adopt

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/prose"
	"handbook/cmd/handbook/adopt/session"
)

// A writer writes one page.
type writer struct {
	*notes
	options  Options
	doc      *foreign.Page
	values   *values
	terms    *terminals
	files    *files
	commands *commands
	samples  *samples
	layout   *layout

	last   lastCommand
	hosts  []string // that prompts name
	leaves string   // the text before the fence at hand
}

// A lastCommand is the last command of the page so far, to which an output below
// belongs.
type lastCommand struct {
	text    string
	line    int  // in the source
	open    bool // it may have output below it
	claimed bool // it has some already
}

// newWriter makes a writer of a page. The names are paths of pages, by those in the
// source; read reads a file of it, and fits tells whether all of them are not too many
// for one lab.
func newWriter(source string, names map[string]string, copies copies, o Options, read func(name string) ([]byte, bool), fits func() bool) *writer {
	n := &notes{page: &Page{Source: source, Path: names[source]}}
	terms := &terminals{notes: n, all: map[int]*terminal{}, at: 1}
	files := &files{notes: n, terms: terms, text: map[string]string{}, parts: map[string]bool{}}
	samples := &samples{notes: n, files: files, copies: copies, read: read, fits: fits, course: o.Name, names: names}
	return &writer{
		notes: n, options: o, terms: terms, files: files,
		commands: &commands{notes: n, repairs: o.Repairs[source], cloneURL: samples.cloneURL, says: map[string]string{}},
		samples:  samples,
		layout:   &layout{notes: n, names: names, copies: copies, terms: terms, blocks: map[*foreign.Fence][]*block{}},
	}
}

// write returns the page as the handbook has it.
func (w *writer) write(text []byte) (*Page, []byte) {
	w.doc = w.readPage(text)
	w.files.doc, w.layout.doc, w.commands.doc = w.doc, w.doc, w.doc
	w.page.Title = cmp.Or(prose.Title(w.doc.Title), titleOf(w.page.Source))
	w.page.Guess = classify.Page(w.doc)
	for _, g := range w.page.Guess {
		w.note(g.Fence.Line, string(g.Class), "%s", g.Why)
	}
	w.page.Lab = w.isLab()
	for _, line := range slices.Sorted(maps.Keys(w.commands.repairs)) {
		w.page.Repaired = append(w.page.Repaired, Note{line, w.commands.repairs[line].String(), "a run has shown it"})
	}
	for _, g := range w.page.Guess {
		g.Fence.Code = prose.Unescape(g.Fence.Code)
		if IsPage(w.page.Source) && (g.Class == classify.Commands || g.Class == classify.Typed) {
			g.Fence.Code = noClaims(g.Fence.Code)
		}
	}
	w.values = valuesOf(w.page.Guess)
	w.commands.values, w.layout.values = w.values, w.values
	var samples []*block
	if w.page.Lab {
		samples = w.samples.find()
		w.commands.cloned, w.layout.brings = w.samples.cloned, w.samples.brings
	}
	for i, g := range w.page.Guess {
		w.drifts(g)
		w.commands.typedNext = i+1 < len(w.page.Guess) && w.page.Guess[i+1].Class == classify.Typed
		w.leaves = g.Fence.Sentence
		if w.commands.line = g.Fence.Line; i > 0 {
			w.leaves = w.page.Guess[i-1].Fence.Sentence + " " + w.leaves
		}
		if w.page.Lab {
			w.layout.blocks[g.Fence] = w.convert(g, w.page.Guess[i+1:])
		} else {
			w.layout.blocks[g.Fence] = []*block{plainBlock(g)}
		}
	}
	if len(samples) > 0 {
		first := w.page.Guess[0].Fence
		for _, b := range samples {
			b.fence = first
		}
		w.layout.blocks[first] = append(samples, w.layout.blocks[first]...)
	}
	if w.page.Lab && !w.runsAnything() {
		w.page.Lab = false
		w.note(1, "a page", "nothing on it can be run")
		for _, g := range w.page.Guess {
			w.layout.blocks[g.Fence] = []*block{plainBlock(g)}
		}
	}
	return w.page, w.layout.assemble()
}

func (w *writer) runsAnything() bool {
	for _, all := range w.layout.blocks {
		for _, b := range all {
			if b.runs {
				return true
			}
		}
	}
	return false
}

var claimRE = regexp.MustCompile(`^([^#"']*\s)?(#+)[ \t]*(?:->|=>|[→⇒])`)

// noClaims writes arrows at the beginning of comments as the handbook reads no
// expected output from them.
func noClaims(code []string) []string {
	out := make([]string, len(code))
	for i, line := range code {
		out[i] = claimRE.ReplaceAllString(line, "$1$2 -->")
	}
	return out
}

// noLab are titles and names of pages that are looked things up in.
var noLab = regexp.MustCompile(`(?i)cheat[ -]?sheet|glossary|changelog|contributing|code[ _-]of[ _-]conduct|licen[sc]e|\bfaq\b|interview questions|table of contents|command reference|^reference\b`)

// isLab decides whether a page is worked through on a machine.
func (w *writer) isLab() bool {
	if noLab.MatchString(w.page.Title) || noLab.MatchString(path.Base(w.page.Source)) {
		w.note(1, "a page", "its name says that things are looked up in it")
		return false
	}
	runs, windows, synopses, clones := 0, 0, 0, 0
	for _, g := range w.page.Guess {
		switch g.Class {
		case classify.Commands, classify.Transcript, classify.Mixed:
			runs++
			if strings.HasPrefix(strings.TrimSpace(g.Fence.Text()), "git clone") && len(g.Fence.Code) < 4 {
				clones++
			}
		case classify.Windows:
			windows++
		case classify.Text:
			if strings.Contains(g.Why, "synopsis") {
				synopses++
			}
		}
	}
	switch {
	case runs == 0:
		w.note(1, "a page", "no fence has commands")
		return false
	case runs == clones:
		w.note(1, "a page", "its only commands fetch the course")
		return false
	case windows > runs*2:
		w.note(1, "a page", "it is for Windows")
		return false
	case synopses > runs*2:
		w.note(1, "a page", "most of its commands are synopses")
		return false
	}
	w.note(1, "a lab", "%d of its fences have commands", runs)
	return true
}

// plainBlock writes a fence on a page that is no lab.
func plainBlock(g *classify.Guess) *block {
	b := &block{fence: g.Fence, line: g.Fence.Line, code: g.Fence.Code}
	switch g.Class {
	case classify.Commands, classify.Typed:
		b.lang = "bash"
	case classify.Transcript, classify.Mixed:
		b.lang = "console"
	case classify.File:
		b.lang = g.Lang
	case classify.Windows:
		b.lang = "powershell"
	default:
		b.lang = "text"
		if l := g.Fence.Info.Lang; l == "mermaid" || l == "markdown" || l == "diff" {
			b.lang = l
		}
	}
	return b
}

// convert writes a fence of a lab.
func (w *writer) convert(g *classify.Guess, rest []*classify.Guess) []*block {
	switch g.Class {
	case classify.Commands:
		var output []string
		if len(rest) > 0 && rest[0].Class == classify.Output {
			output = rest[0].Fence.Code
		}
		return w.plainCommands(g, output)
	case classify.Transcript, classify.Mixed:
		return w.session(g)
	case classify.Typed:
		return w.typed(g)
	case classify.File:
		return []*block{w.files.file(g, rest)}
	case classify.Output:
		return []*block{w.output(g)}
	case classify.Windows:
		b := plainBlock(g)
		b.lang = "powershell"
		b.skip("for Windows")
		return []*block{b}
	}
	b := plainBlock(g)
	if b.lang == "diff" || b.lang == "markdown" {
		b.lang = "text"
	}
	return []*block{b}
}

// plainCommands writes commands without prompts. Those that need something of their
// own stand in a snippet of their own. output is what the page shows below the
// last one.
func (w *writer) plainCommands(g *classify.Guess, output []string) (all []*block) {
	code := w.values.replace(g.Fence.Code)
	statements, parsed := session.Statements(code)
	if !parsed {
		statements, _ = session.Statements(unprose(code))
	}
	if len(statements) == 0 {
		b := plainBlock(g)
		b.lang = "text"
		return []*block{b}
	}
	first := strings.TrimSpace(statements[0].Text)
	all = w.terms.choose(g, first)
	all = append(all, w.atShell(g.Fence.Line)...)
	var cur *block
	var curNeed needs.Need
	for i, s := range statements {
		t := w.terms.here()
		if t.busy() && i > 0 && t.program != "" && !onHost.MatchString(strings.TrimSpace(s.Text)) {
			// The fence goes on in the container that its own command started.
			b := w.terms.block(g, s.Line)
			b.code = append(trimLead(s.Lead), strings.Split(s.Text, "\n")...)
			b.runs = true
			b.marks = []mark{{len(trimLead(s.Lead)), b.line}}
			w.mendTyped(b)
			was := t.program
			if w.type1(b, s.Text); t.program != was && !classify.Leaves(s.Text) {
				w.enters(b, s.Text)
			}
			all, cur = append(all, b), nil
			continue
		}
		all = append(all, w.atShell(g.Fence.Line+1+s.Line)...)
		all = append(all, w.commands.lists(s.Text, g.Fence.Line+1+s.Line, w.terms.at)...)
		var shown []string
		if i == len(statements)-1 {
			shown = output
		}
		n := w.need(s.Text, shown, g.Fence.Line+1+s.Line)
		if len(statements) == 1 && n.Skip == "" && !n.Stay && n.Exit == 0 && n.Type == "" && meantToFail(g.Fence.Sentence) && w.commands.repairs[w.last.line].Exit == nil {
			n.Exit = 1
			w.note(w.last.line, "exit=1", "the text before it says that it fails")
		}
		if cur == nil || !curNeed.Joins(n) {
			cur = w.terms.block(g, s.Line)
			curNeed = n
			all = append(all, cur)
			cur.code = trimLead(s.Lead)
		} else {
			cur.code = append(cur.code, s.Lead...)
			if n.Timeout != "" {
				curNeed.Timeout = n.Timeout
			}
		}
		cur.marks = append(cur.marks, mark{len(cur.code), g.Fence.Line + 1 + s.Line})
		cur.code = append(cur.code, strings.Split(s.Text, "\n")...)
		cur.apply(n)
		w.ran(s.Text, n, nil)
	}
	return all
}

var (
	failsRE = regexp.MustCompile(`(?i)\b(?:should|will|must|is expected to|is going to)(?: now| also)? (?:fail|not work)(?:[.!?:,;]|$)`)
	condRE  = regexp.MustCompile(`(?i)\b(?:if|unless|otherwise|when|without|later)\b`)
)

// meantToFail reports whether a text says that what follows fails, come what may.
func meantToFail(text string) bool {
	for _, s := range strings.FieldsFunc(text+" ", func(r rune) bool { return strings.ContainsRune(".!?:;\n", r) }) {
		if failsRE.MatchString(s) && !condRE.MatchString(s) {
			return true
		}
	}
	return false
}

var onHost = regexp.MustCompile(`^(?:sudo )?(?:docker|docker-compose|docker-machine|kubectl)(?: |$)`)

func trimLead(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return slices.Clone(lines)
}

// need says what a command needs, and keeps in mind its line.
func (w *writer) need(text string, output []string, line int) needs.Need {
	w.last.line = line
	return w.commands.of(text, output, line)
}

// atShell returns what has to be typed so that the shell's prompt is there.
func (w *writer) atShell(line int) []*block {
	_, failed := w.commands.repairs[-line]
	return w.terms.atShell(line, detachRE.MatchString(w.leaves) && !failed)
}

// detachRE matches how pages tell to leave a container running.
var detachRE = regexp.MustCompile(`(?i)\b(?:ctrl|control|ctl|\^)[-+ ]?p\b|detach`)

// ran keeps in mind what a command at the shell's prompt leaves behind.
func (w *writer) ran(text string, n needs.Need, output []string) {
	t := w.terms.here()
	w.printed(0, text, output)
	w.last.text, w.last.open, w.last.claimed = text, n.Skip == "", len(output) > 0
	if n.Skip != "" {
		return
	}
	t.cd(text)
	if n.Stay {
		t.keep(text, n)
	}
	for _, other := range w.terms.all {
		if other.endedBy(text) {
			other.free()
		}
	}
	for _, name := range writes(text) {
		w.files.text[name] = ""
	}
}

// printed keeps what a page shows below a command.
func (w *writer) printed(line int, text string, output []string) {
	if len(output) > 0 {
		w.page.Old = append(w.page.Old, OldOutput{cmp.Or(line, w.commands.line), w.values.bound(text), output})
	}
}

var writesRE = regexp.MustCompile(`>>? *([\w./-]+)`)

// writes returns the files that a command redirects its output to.
func writes(text string) (all []string) {
	for _, m := range writesRE.FindAllStringSubmatch(session.FirstLine(text), -1) {
		all = append(all, m[1])
	}
	return all
}

// mendTyped changes a snippet that is typed to a program by what runs have shown
// of its line.
func (w *writer) mendTyped(b *block) {
	w.last.line = b.line
	r := w.commands.repairs[b.line]
	if r.Skip != "" {
		b.skip(r.Skip)
		w.note(b.line, "skip", "%s", r.Skip)
		w.last.open = false
		return
	}
	if r.Exit != nil {
		b.opts = append(b.opts, fmt.Sprintf("exit=%d", *r.Exit))
	}
	if r.Type != nil && *r.Type != "" {
		b.opts = append(b.opts, `type="`+*r.Type+`"`)
	}
	b.opts = append(b.opts, r.Options...)
}

// type1 keeps in mind what a line that is typed to a program leaves behind.
func (w *writer) type1(b *block, text string) {
	t := w.terms.here()
	w.last.text, w.last.open, w.last.claimed = text, true, false
	if classify.Leaves(text) {
		t.out()
		return
	}
	if program, sure := classify.Starts(text); sure && t.program == "sh" {
		t.into(program)
	}
	if until, endless := needs.Endless(text); endless && b != nil {
		b.opts = append(b.opts, "stay", option("until", cmp.Or(until, "bytes from")))
		t.endless = false
	}
}

// unprose drops lines that are no shell: marks of what was left out.
func unprose(code []string) []string {
	out := slices.Clone(code)
	for i, line := range out {
		if t := strings.TrimSpace(line); t == "..." || t == "…" || t == "[...]" {
			out[i] = ""
		}
	}
	return out
}
