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
	"handbook/cmd/handbook/adopt/files"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/hosts"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/prose"
	"handbook/cmd/handbook/adopt/session"
	"handbook/cmd/handbook/adopt/sources"
	"handbook/cmd/handbook/adopt/terminals"
	"handbook/content/wording"
)

// A writer writes one page.
type writer struct {
	*notes.Notes
	course   *course
	page     *Page
	doc      *foreign.Page
	values   *values
	hosts    *hosts.Hosts
	terms    *terminals.Terminals            // of the current machine
	machines map[string]*terminals.Terminals // of all machines
	files    *files.Shown
	samples  *files.Samples
	commands *commands
	blocks   map[*foreign.Fence][]*layout.Block

	last    lastCommand
	prompts []string // hosts that prompts name
	leaves  string   // the text before the current fence
}

// A lastCommand is the last command of the page so far, to which an output below
// belongs.
type lastCommand struct {
	text    string
	line    int  // in the source
	open    bool // its output may follow
	claimed bool // it has output already
}

// newWriter makes a writer of a page.
func newWriter(source string, c *course) *writer {
	n := &notes.Notes{}
	page := &Page{Source: source, Path: c.names[source]}
	terms := terminals.New(page.Path, n)
	shown := files.New(n, terms)
	samples := &files.Samples{Notes: n, Shown: shown, Source: source, Path: page.Path, Copies: c.copies, Read: c.read, Course: c.Name, Fits: c.fits, Pages: c.names}
	return &writer{
		Notes: n, course: c, page: page, terms: terms, files: shown, samples: samples,
		commands: &commands{Notes: n, repairs: c.Repairs[source], samples: samples, says: map[string]string{}, starting: map[string]string{}},
		blocks:   map[*foreign.Fence][]*layout.Block{},
	}
}

// write returns the page as the handbook has it.
func (w *writer) write(text []byte) (*Page, []byte) {
	w.doc = w.readPage(text)
	w.files.Doc, w.commands.doc = w.doc, w.doc
	w.page.Title = cmp.Or(prose.Title(w.doc.Title), titleOf(w.page.Source), "Lab")
	for _, f := range w.doc.Fences {
		if commands, ok := session.History(f.Code, classify.Known); ok {
			f.Code = commands
			w.Note(f.Line, "commands without their numbers", "it is what history prints")
		}
	}
	w.page.Guess = classify.Page(w.doc)
	w.files.Guess, w.samples.Guess = w.page.Guess, w.page.Guess
	for _, g := range w.page.Guess {
		w.Note(g.Fence.Line, string(g.Class), "%s", g.Why)
	}
	w.page.Lab = w.isLab()
	for _, line := range slices.Sorted(maps.Keys(w.commands.repairs)) {
		w.page.Repaired = append(w.page.Repaired, notes.Note{Line: line, Taken: w.commands.repairs[line].String(), Why: "a run has shown it"})
	}
	for _, g := range w.page.Guess {
		g.Fence.Code = prose.Unescape(g.Fence.Code)
		if sources.IsPage(w.page.Source) && (g.Class == classify.Commands || g.Class == classify.Typed) {
			g.Fence.Code = noClaims(g.Fence.Code)
		}
	}
	w.findHosts()
	w.values = valuesOf(w.page.Guess, w.hosts)
	w.commands.values = w.values
	for _, t := range w.values.printed.Told {
		w.Note(t.Line, t.Taken, "%q: %s", t.Word, t.Why)
	}
	var samples []*layout.Block
	if w.page.Lab {
		samples = w.samples.Find()
		w.page.Clones = w.samples.Clones
	}
	for i, g := range w.page.Guess {
		w.drifts(g)
		w.commands.typedNext = i+1 < len(w.page.Guess) && w.page.Guess[i+1].Class == classify.Typed
		w.leaves = g.Fence.Sentence
		if w.commands.line = g.Fence.Line; i > 0 {
			w.leaves = w.page.Guess[i-1].Fence.Sentence + " " + w.leaves
		}
		if w.page.Lab {
			w.blocks[g.Fence] = w.convert(g, w.page.Guess[i+1:])
		} else {
			w.blocks[g.Fence] = []*layout.Block{plainBlock(g)}
		}
	}
	if len(samples) > 0 {
		first := w.page.Guess[0].Fence
		for _, b := range samples {
			b.Fence = first
		}
		w.blocks[first] = append(samples, w.blocks[first]...)
	}
	if w.page.Lab && !w.runsAnything() {
		w.page.Lab = false
		w.Note(1, "a page", "nothing on it can be run")
		for _, g := range w.page.Guess {
			w.blocks[g.Fence] = []*layout.Block{plainBlock(g)}
		}
	}
	return w.page, w.layOut()
}

// layOut returns the page as it is written.
func (w *writer) layOut() (out []byte) {
	text := &prose.Text{Doc: w.doc, Source: w.page.Source, Path: w.page.Path, Pages: w.course.names, Files: w.course.copies, Note: w.Once}
	text.Nowhere = func(line int, to string) {
		w.Wrong(foreign.Problem{Path: w.page.Source, Line: w.page.Origin(line), Msg: "a link to " + to + ", which is not there"})
	}
	p := &layout.Page{Notes: w.Notes, Text: text, Title: w.page.Title, Blocks: w.blocks}
	if w.page.Lab {
		p.Lab = &layout.Lab{Dir: w.terms.LabDir(), Files: w.samples.Brings, Placeholders: w.values.all()}
		if w.values.needsHub {
			p.Lab.Hub = w.values.hubUser()
		}
		w.tellHosts(p.Lab)
	}
	out, w.page.Lines = p.Write()
	w.page.Notes = w.Guesses
	return out
}

func (w *writer) runsAnything() bool {
	for _, all := range w.blocks {
		for _, b := range all {
			if b.Runs {
				return true
			}
		}
	}
	return false
}

var claimRE = regexp.MustCompile(`^([^#"']*\s)?(#+)[ \t]*(?:->|=>|[→⇒])`)

// noClaims changes arrows at the beginning of comments so that they are not
// read as expected output.
func noClaims(code []string) []string {
	out := make([]string, len(code))
	for i, line := range code {
		out[i] = claimRE.ReplaceAllString(line, "$1$2 -->")
	}
	return out
}

// noLab matches titles and names of reference pages.
var noLab = regexp.MustCompile(`(?i)cheat[ -]?sheet|glossary|changelog|contributing|code[ _-]of[ _-]conduct|licen[sc]e|\bfaq\b|interview questions|table of contents|command reference|^reference\b`)

// isLab decides whether a page is a lab.
func (w *writer) isLab() bool {
	if noLab.MatchString(w.page.Title) || noLab.MatchString(path.Base(w.page.Source)) {
		w.Note(1, "a page", "its name says that things are looked up in it")
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
		w.Note(1, "a page", "no fence has commands")
		return false
	case runs == clones:
		w.Note(1, "a page", "its only commands fetch the course")
		return false
	case windows > runs*2:
		w.Note(1, "a page", "it is for Windows")
		return false
	case synopses > runs*2:
		w.Note(1, "a page", "most of its commands are synopses")
		return false
	}
	w.Note(1, "a lab", "%d of its fences have commands", runs)
	return true
}

// plainBlock writes a fence on a page that is not a lab.
func plainBlock(g *classify.Guess) *layout.Block {
	b := &layout.Block{Fence: g.Fence, Line: g.Fence.Line, Code: g.Fence.Code}
	switch g.Class {
	case classify.Commands, classify.Typed:
		b.Lang = "bash"
	case classify.Transcript, classify.Mixed:
		b.Lang = "console"
	case classify.File:
		b.Lang = g.Lang
	case classify.Windows:
		b.Lang = "powershell"
	default:
		b.Lang = "text"
		if l := g.Fence.Info.Lang; l == "mermaid" || l == "markdown" || l == "diff" {
			b.Lang = l
		}
	}
	return b
}

// convert writes a fence of a lab.
func (w *writer) convert(g *classify.Guess, rest []*classify.Guess) []*layout.Block {
	var output []string // what the page shows below it
	if len(rest) > 0 && rest[0].Class == classify.Output {
		output = rest[0].Fence.Code
	}
	switch g.Class {
	case classify.Commands:
		return w.plainCommands(g, output)
	case classify.Transcript, classify.Mixed:
		return w.session(g)
	case classify.Typed:
		return w.typed(g, output)
	case classify.File:
		return []*layout.Block{w.files.File(g, rest)}
	case classify.Output:
		return w.output(g)
	case classify.Windows:
		b := plainBlock(g)
		b.Lang = "powershell"
		b.Skip("for Windows")
		return []*layout.Block{b}
	}
	b := plainBlock(g)
	if b.Lang == "diff" || b.Lang == "markdown" {
		b.Lang = "text"
	}
	return []*layout.Block{b}
}

// plainCommands writes commands without prompts. Commands with special needs
// get a snippet of their own. output is what the page shows below the last
// one.
func (w *writer) plainCommands(g *classify.Guess, output []string) (all []*layout.Block) {
	code := w.values.replace(w.values.printed.Replace(g.Fence.Code))
	statements, parsed := session.Statements(code)
	if !parsed {
		statements, _ = session.Statements(unprose(code))
	}
	if len(statements) == 0 {
		b := plainBlock(g)
		b.Lang = "text"
		return []*layout.Block{b}
	}
	first := strings.TrimSpace(statements[0].Text)
	w.moveTo(g.Fence.Line + 1 + statements[0].Line)
	all = w.terms.Choose(g, first)
	all = append(all, w.atShell(g.Fence.Line)...)
	var cur *layout.Block
	var curNeed needs.Need
	for i, s := range statements {
		line := g.Fence.Line + 1 + s.Line
		if i > 0 && w.moveTo(line) {
			all, cur = append(all, w.terms.Choose(g, strings.TrimSpace(s.Text))...), nil
		}
		t := w.terms.Here()
		if t.Busy() && i > 0 && t.Program != "" && !onHost.MatchString(strings.TrimSpace(s.Text)) {
			// The rest of the fence is typed in the container that its own
			// command started.
			b := w.terms.Block(g, s.Line)
			b.Code = append(trimLead(s.Lead), strings.Split(s.Text, "\n")...)
			b.Runs = true
			b.Marks = []layout.Mark{{Code: len(trimLead(s.Lead)), Line: b.Line}}
			w.mendTyped(b)
			was := t.Program
			if w.type1(b, s.Text); t.Program != was && !classify.Leaves(s.Text) {
				w.enters(b, s.Text)
			}
			all, cur = append(all, b), nil
			continue
		}
		all = append(all, w.atShell(g.Fence.Line+1+s.Line)...)
		if before := append(w.terms.LeaveOthers(s.Text, line), w.commands.before(s.Text, line, w.terms.Options())...); before != nil {
			all, cur = append(all, before...), nil
		}
		var shown []string
		if i == len(statements)-1 {
			shown = output
		}
		n := w.need(s.Text, shown, g.Fence.Line+1+s.Line)
		if len(statements) == 1 && n.Skip == "" && !n.Stay && n.Exit == 0 && n.Type == "" && meantToFail(g.Fence.Sentence) && w.commands.repairs[w.last.line].Exit == nil {
			n.Exit = 1
			w.Note(w.last.line, "exit=1", "the text before it says that it fails")
		}
		if n.Skip == "" && !n.Stay && n.Exit == 0 && n.Type == "" && meantToFail(notesOf(s)) && w.commands.repairs[line].Exit == nil {
			n.Exit = 1
			w.Note(line, "exit=1", "its comment says that it fails")
		}
		source := w.values.printed.Source(line)
		if cur == nil || !curNeed.Joins(n) || source != "" {
			cur = w.terms.Block(g, s.Line)
			curNeed = n
			all = append(all, cur)
			cur.Code = trimLead(s.Lead)
		} else {
			cur.Code = append(cur.Code, s.Lead...)
			if n.Timeout != "" {
				curNeed.Timeout = n.Timeout
			}
		}
		cur.Tie(g.Fence.Line + 1 + s.Line)
		cur.Code = append(cur.Code, strings.Split(s.Text, "\n")...)
		cur.Apply(n)
		w.ran(s.Text, n, nil)
		if source != "" && n.Skip == "" {
			cur.Opts = append(cur.Opts, layout.Option("name", source))
			cur = nil
		}
		if n.Exit != 0 { // that of the last command of a snippet
			cur = nil
		}
	}
	return all
}

var (
	failsRE = regexp.MustCompile(`(?i)\b(?:should|will|must|is expected to|is going to)(?: now| also)? (?:fail|not work)(?:[.!?:,;]|$| because\b| since\b| as (?:the|it|there)\b)`)
	condRE  = regexp.MustCompile(`(?i)\b(?:if|unless|otherwise|when|without|later)\b`)
)

// notesOf returns the comments of a statement: those above it, and the one behind it.
func notesOf(s session.Statement) string {
	var all []string
	for _, line := range s.Lead {
		if t, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok {
			all = append(all, strings.TrimLeft(t, "# "))
		} else {
			all = nil // a comment above a blank line belongs to the command before
		}
	}
	if _, behind, ok := strings.Cut(session.FirstLine(s.Text), " # "); ok {
		all = append(all, behind)
	}
	return strings.Join(all, "\n")
}

// meantToFail reports whether a text says that what follows always fails.
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

// need returns what a command needs, and remembers its line.
func (w *writer) need(text string, output []string, line int) needs.Need {
	w.last.line = line
	return w.commands.of(text, output, line)
}

// atShell returns what must be typed to get back to the shell's prompt.
func (w *writer) atShell(line int) []*layout.Block {
	_, failed := w.commands.repairs[-line]
	return w.terms.AtShell(line, detachRE.MatchString(w.leaves) && !failed)
}

// detachRE matches how pages tell to leave a container running.
var detachRE = regexp.MustCompile(`(?i)\b(?:ctrl|control|ctl|\^)[-+ ]?p\b|detach`)

// ran records the effects of a command at the shell's prompt.
func (w *writer) ran(text string, n needs.Need, output []string) {
	t := w.terms.Here()
	w.printed(0, text, output)
	w.last.text, w.last.open, w.last.claimed = text, n.Skip == "", len(output) > 0
	if n.Skip != "" {
		return
	}
	t.Cd(text)
	if n.Stay {
		t.Keep(text, n)
	}
	for _, other := range w.terms.All {
		if other.EndedBy(text) {
			other.Free()
		}
	}
	for _, name := range writes(text) {
		w.files.Text[name] = ""
	}
}

// printed records the output that a page shows for a command.
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

// mendTyped applies repairs to a snippet that is typed to a program.
func (w *writer) mendTyped(b *layout.Block) {
	w.last.line = b.Line
	r := w.commands.repairs[b.Line]
	if r.Skip != "" {
		w.skipTyped(b, r.Skip)
		return
	}
	if r.Exit != nil {
		b.Opts = append(b.Opts, fmt.Sprintf("exit=%d", *r.Exit))
	}
	if r.Type != nil && *r.Type != "" {
		b.Opts = append(b.Opts, `type="`+*r.Type+`"`)
	}
	b.Opts = append(b.Opts, r.Options...)
}

// skipTyped skips what is typed to a program.
func (w *writer) skipTyped(b *layout.Block, why string) {
	b.Skip(why)
	w.Note(b.Line, "skip", "%s", why)
	w.last.open = false
}

// type1 records the effects of a line that is typed to a program.
func (w *writer) type1(b *layout.Block, text string) {
	t := w.terms.Here()
	w.last.text, w.last.open, w.last.claimed = text, true, false
	if classify.Leaves(text) {
		t.Out()
		return
	}
	if program, sure := classify.Starts(text); sure && t.Program == "sh" {
		t.Into(program)
	}
	if until, endless := needs.Endless(text); endless && b != nil {
		b.Opts = append(b.Opts, "stay", layout.Option("until", cmp.Or(until, "bytes from")))
		t.Endless = false
	}
}

// unprose drops lines that are not shell code, such as marks of omitted lines.
func unprose(code []string) []string {
	out := slices.Clone(code)
	for i, line := range out {
		if t := strings.TrimSpace(line); t == "..." || t == "…" || t == "[...]" {
			out[i] = ""
		}
	}
	return out
}

// titleOf makes a title of a path.
func titleOf(p string) string {
	name := strings.TrimSuffix(path.Base(p), path.Ext(p))
	if l := strings.ToLower(name); l == "index" || l == "readme" {
		if dir := path.Base(path.Dir(p)); dir != "." && dir != "/" {
			name = dir
		}
	}
	return wording.Title(name)
}
