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
	"handbook/cmd/handbook/adopt/placeholders"
	"handbook/cmd/handbook/adopt/prose"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/session"
)

// A writer writes one page.
type writer struct {
	page     *Page
	doc      *foreign.Page
	options  Options
	names    map[string]string // paths of pages, by those in the source
	copies   copies
	problems []foreign.Problem
	told     map[foreign.Problem]bool // links that are among them
	noted    map[Note]bool            // by once

	terms    map[int]*terminal
	term     int               // the one that the page is at
	files    map[string]string // files that the page has written, with their text
	brings   []string          // what the lab starts with, as its front matter names it
	open     bool              // the last command may have output below it
	claimed  bool              // it has some already
	last     string            // the last command
	hub      string            // the user of Docker Hub
	needsHub bool
	ids      *placeholders.IDs
	stand    *placeholders.Words
	hosts    []string // that prompts name
	dir      string   // of the lab, "" for the default
	blocks   map[*foreign.Fence][]*block

	missing  repair.Missing
	readFile func(name string) ([]byte, bool) // of the source
	fits     func() bool                      // its files are not too many for one lab
	cloned   string                           // what the clone of the course is called
	updated  bool                             // the lists of packages are there
	says     map[string]string                // what containers write to their logs, by name
	away     bool                             // a command for another machine was skipped
	swarm    bool                             // this machine has a swarm
	lastLine int                              // of the last command in the source
	parts    map[string]bool                  // files that begin with one line and grow

	line      int    // of the fence at hand
	typedNext bool   // the next fence is typed to what this one starts
	leaves    string // the text before the fence at hand
}

func newWriter(source string, names map[string]string, copies copies, o Options) *writer {
	return &writer{
		page: &Page{Source: source, Path: names[source]}, options: o, names: names, copies: copies,
		terms: map[int]*terminal{}, term: 1, files: map[string]string{}, ids: placeholders.NewIDs(), stand: placeholders.NewWords(), blocks: map[*foreign.Fence][]*block{}, parts: map[string]bool{}, told: map[foreign.Problem]bool{}, says: map[string]string{},
	}
}

func (w *writer) note(line int, taken, why string, args ...any) {
	w.page.Notes = append(w.page.Notes, Note{line, taken, fmt.Sprintf(why, args...)})
}

// write returns the page as the handbook has it.
func (w *writer) write(text []byte) (*Page, []byte) {
	w.doc = w.readPage(text)
	w.page.Title = cmp.Or(prose.Title(w.doc.Title), titleOf(w.page.Source))
	w.page.Guess = classify.Page(w.doc)
	for _, g := range w.page.Guess {
		w.note(g.Fence.Line, string(g.Class), "%s", g.Why)
	}
	w.page.Lab = w.isLab()
	for _, line := range slices.Sorted(maps.Keys(w.options.Repairs[w.page.Source])) {
		w.page.Repaired = append(w.page.Repaired, Note{line, w.options.Repairs[w.page.Source][line].String(), "a run has shown it"})
	}
	for _, g := range w.page.Guess {
		g.Fence.Code = prose.Unescape(g.Fence.Code)
		if IsPage(w.page.Source) && (g.Class == classify.Commands || g.Class == classify.Typed) {
			g.Fence.Code = noClaims(g.Fence.Code)
		}
	}
	w.stand.Collect(w.page.Guess)
	w.ids.Collect(w.page.Guess)
	w.hub = hubUser(w.page.Guess)
	var samples []*block
	if w.page.Lab {
		samples = w.samples()
	}
	for i, g := range w.page.Guess {
		w.drifts(g)
		w.typedNext = i+1 < len(w.page.Guess) && w.page.Guess[i+1].Class == classify.Typed
		w.leaves = g.Fence.Sentence
		if w.line = g.Fence.Line; i > 0 {
			w.leaves = w.page.Guess[i-1].Fence.Sentence + " " + w.leaves
		}
		if w.page.Lab {
			w.blocks[g.Fence] = w.convert(g, w.page.Guess[i+1:])
		} else {
			w.blocks[g.Fence] = []*block{plainBlock(g)}
		}
	}
	if len(samples) > 0 {
		first := w.page.Guess[0].Fence
		for _, b := range samples {
			b.fence = first
		}
		w.blocks[first] = append(samples, w.blocks[first]...)
	}
	if w.page.Lab && !w.runsAnything() {
		w.page.Lab = false
		w.note(1, "a page", "nothing on it can be run")
		for _, g := range w.page.Guess {
			w.blocks[g.Fence] = []*block{plainBlock(g)}
		}
	}
	return w.page, w.assemble()
}

func (w *writer) runsAnything() bool {
	for _, all := range w.blocks {
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

// terminal returns terminal n.
func (w *writer) terminal(n int) *terminal {
	if w.terms[n] == nil {
		w.terms[n] = &terminal{dir: lab}
	}
	return w.terms[n]
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
		return w.commands(g, output)
	case classify.Transcript, classify.Mixed:
		return w.session(g)
	case classify.Typed:
		return w.typed(g)
	case classify.File:
		return []*block{w.file(g, rest)}
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

// choose moves to the terminal that a fence is typed in, and returns what has to
// be typed before.
func (w *writer) choose(g *classify.Guess, first string) (before []*block) {
	t := w.terminal(w.term)
	switch {
	case g.Term > 0:
		w.term = g.Term
	case w.term != 1 && !w.terminal(1).busy():
		w.term = 1 // a second terminal is for what a first one is busy with
	case t.endless && (t.deaf || visits.MatchString(strings.TrimSpace(first))):
		for n := 2; ; n++ {
			if !w.terminal(n).busy() {
				w.note(g.Fence.Line, termOption(n), "terminal %d is kept by what was started there, and this is about it", w.term)
				w.term = n
				break
			}
		}
	}
	t = w.terminal(w.term)
	if !t.used && w.term > 1 {
		if from := w.terminal(1).dir; from != "" && from != lab && from != t.dir { // readers open it where they are
			before = append(before, &block{lang: "bash", opts: []string{termOption(w.term), "hide"}, code: []string{"cd " + w.shellPath(from)}, runs: true})
			t.dir = from
		}
	}
	t.used = true
	return before
}

// atShell returns what has to be typed so that the shell's prompt is there.
func (w *writer) atShell(line int) (before []*block) {
	t := w.terminal(w.term)
	if !t.busy() {
		return nil
	}
	what := cmp.Or(t.program, "what was started there")
	_, failed := w.options.Repairs[w.page.Source][-line]
	detach := detachRE.MatchString(w.leaves) && t.program == "sh" && !failed
	before = t.leave(w.term)
	if detach {
		b := before[len(before)-1]
		b.code, b.opts = nil, append([]string{`type="^P^Q"`}, b.opts...)
		before = before[len(before)-1:]
	}
	w.note(line, "left "+what, "a command for the shell follows in the same terminal")
	for _, b := range before {
		b.line, b.runs = line, true
	}
	return before
}

// detachRE matches how pages tell to leave a container running.
var detachRE = regexp.MustCompile(`(?i)\b(?:ctrl|control|ctl|\^)[-+ ]?p\b|detach`)

// shellPath writes a directory as a shell takes it.
func (w *writer) shellPath(dir string) string {
	if rest, ok := strings.CutPrefix(dir, lab); ok {
		return cmp.Or(w.dir, defaultDir(w.page.Path)) + rest
	}
	return dir
}

// commands writes commands without prompts. Those that need something of their
// own stand in a snippet of their own. output is what the page shows below the
// last one.
func (w *writer) commands(g *classify.Guess, output []string) (all []*block) {
	code := w.ids.Replace(w.stand.Replace(g.Fence.Code))
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
	all = w.choose(g, first)
	all = append(all, w.atShell(g.Fence.Line)...)
	var cur *block
	var curNeed needs.Need
	for i, s := range statements {
		t := w.terminal(w.term)
		if t.busy() && i > 0 && t.program != "" && !onHost.MatchString(strings.TrimSpace(s.Text)) {
			// The fence goes on in the container that its own command started.
			b := w.block(g, s.Line)
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
		all = append(all, w.lists(s.Text, g.Fence.Line+1+s.Line)...)
		var shown []string
		if i == len(statements)-1 {
			shown = output
		}
		n := w.need(s.Text, shown, g.Fence.Line+1+s.Line)
		if len(statements) == 1 && n.Skip == "" && !n.Stay && n.Exit == 0 && n.Type == "" && meantToFail(g.Fence.Sentence) && w.options.Repairs[w.page.Source][w.lastLine].Exit == nil {
			n.Exit = 1
			w.note(w.lastLine, "exit=1", "the text before it says that it fails")
		}
		if cur == nil || !curNeed.Joins(n) {
			cur = w.block(g, s.Line)
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
		w.apply(cur, n)
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

// block begins a snippet of the shell.
func (w *writer) block(g *classify.Guess, line int) *block {
	b := &block{fence: g.Fence, line: g.Fence.Line + 1 + line, lang: "bash", runs: true}
	if w.term > 1 {
		b.opts = append(b.opts, termOption(w.term))
	}
	return b
}

// need says what a command needs, and notes what was guessed.
func (w *writer) need(text string, output []string, line int) needs.Need {
	n := needs.Of(text, output)
	if program, sure := classify.Starts(text); n.Skip == "" && !n.Stay && program != "" && !sure && w.typedNext {
		n.Stay, n.Program, n.Until = true, program, ""
		w.note(line, "stay", "what follows is typed to it")
	}
	if m := repair.CloneRE.FindStringSubmatch(strings.TrimSpace(text)); m != nil && w.cloned != "" && !slices.Contains(w.page.Clones, w.cloneURL(text)) {
		n = needs.Need{Skip: "fetches the course's own files, which are there"}
		w.note(line, "skip", "%q %s", session.FirstLine(text), n.Skip)
		return n
	}
	n.Type = w.password(n.Type, text)
	w.elsewhere(&n, text)
	if name, says := needs.Says(text); name != "" {
		w.says[name] = says
	}
	if n.Stay && n.Program == "" && n.Until == "" {
		n.Until = w.says[needs.Follows(text)]
	}
	n, _ = w.repaired(n, line)
	if n.Skip == "" {
		if why := w.missing.Follows(w.bound(text)); why != "" {
			n = needs.Need{Skip: why}
		}
	}
	w.missing.Note(w.bound(text), n.Skip != "")
	w.lastLine = line
	switch {
	case n.Skip != "":
		w.note(line, "skip", "%q %s", session.FirstLine(text), n.Skip)
	case n.Stay:
		w.note(line, "stay", "%q keeps its terminal", session.FirstLine(text))
	}
	if n.Hub {
		w.needsHub = true
		if n.Skip == "" && n.Type != "" {
			n.Type = strings.Replace(n.Type, "USER", w.hubUser(), 1)
		}
	}
	return n
}

var (
	rootWordRE = regexp.MustCompile(`(?:MYSQL|MARIADB)_ROOT_PASSWORD["']?\s*[=:]\s*["']?([\w@!.-]+)`)
	userWordRE = regexp.MustCompile(`(?:MYSQL|MARIADB|POSTGRES)_PASSWORD["']?\s*[=:]\s*["']?([\w@!.-]+)`)
	asRootRE   = regexp.MustCompile(`(?:-u *|--user[= ])root\b`)
)

// password returns what is typed where a client of a database asks: the password
// that the page has last given to a server, if it tells one.
func (w *writer) password(keys, text string) string {
	if keys != `secret\n` {
		return keys
	}
	re := userWordRE
	if asRootRE.MatchString(text) || strings.Contains(text, "MYSQL_ROOT") {
		re = rootWordRE
	}
	for i := min(w.line, len(w.doc.Lines)) - 1; i >= 0; i-- {
		if m := re.FindStringSubmatch(w.doc.Lines[i]); m != nil {
			return m[1] + `\n`
		}
	}
	return keys
}

// apply writes what a command needs as options.
func (w *writer) apply(b *block, n needs.Need) {
	add := func(opt string) {
		key, _, _ := strings.Cut(opt, "=")
		if !b.has(key) {
			b.opts = append(b.opts, opt)
		}
	}
	if n.Skip != "" {
		if !b.has("skip") {
			b.skip(n.Skip)
		}
		return
	}
	if n.Timeout != "" {
		add("timeout=" + n.Timeout)
	}
	if n.Ready != "" {
		add("ready=" + n.Ready)
	}
	if n.Stay {
		add("stay")
		if n.Until != "" {
			add(option("until", n.Until))
		}
	}
	if n.Type != "" {
		add(`type="` + n.Type + `"`)
	}
	if n.Exit != 0 {
		add(fmt.Sprintf("exit=%d", n.Exit))
	}
	for _, o := range n.Options {
		add(o)
	}
}

// ran keeps in mind what a command at the shell's prompt leaves behind.
func (w *writer) ran(text string, n needs.Need, output []string) {
	t := w.terminal(w.term)
	w.printed(0, text, output)
	w.last, w.open, w.claimed = text, n.Skip == "", len(output) > 0
	if n.Skip != "" {
		return
	}
	t.cd(text)
	if n.Stay {
		t.keep(text, n)
	}
	for _, other := range w.terms {
		if other.endedBy(text) {
			other.free()
		}
	}
	for _, name := range writes(text) {
		w.files[name] = ""
	}
}

// printed keeps what a page shows below a command.
func (w *writer) printed(line int, text string, output []string) {
	if len(output) > 0 {
		w.page.Old = append(w.page.Old, OldOutput{cmp.Or(line, w.line), w.bound(text), output})
	}
}

// bound is a command as it is run: with values for its placeholders.
func (w *writer) bound(text string) string {
	text = w.stand.Value(text)
	for name, value := range w.ids.Values {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

var writesRE = regexp.MustCompile(`>>? *([\w./-]+)`)

// writes returns the files that a command redirects its output to.
func writes(text string) (all []string) {
	for _, m := range writesRE.FindAllStringSubmatch(session.FirstLine(text), -1) {
		all = append(all, m[1])
	}
	return all
}

var (
	aptRE    = regexp.MustCompile(`^(?:sudo )?(?:apt|apt-get) (?:-\S+ )*install `)
	updateRE = regexp.MustCompile(`^(?:sudo )?(?:apt|apt-get) (?:-\S+ )*update`)
)

// lists returns what fetches the lists of packages where a page installs some
// without: the reader's computer has them.
func (w *writer) lists(text string, line int) []*block {
	switch t := strings.TrimSpace(text); {
	case updateRE.MatchString(t):
		w.updated = true
	case aptRE.MatchString(t) && !w.updated && needs.Of(text, nil).Skip == "":
		w.updated = true
		b := &block{line: line, lang: "bash", opts: []string{"timeout=10m", "hide"}, code: []string{"apt-get update"}, runs: true}
		if w.term > 1 {
			b.opts = append([]string{termOption(w.term)}, b.opts...)
		}
		w.note(line, "apt-get update", "the machine has no lists of packages yet")
		return []*block{b}
	}
	return nil
}

// mendTyped changes a snippet that is typed to a program by what runs have shown
// of its line.
func (w *writer) mendTyped(b *block) {
	w.lastLine = b.line
	r := w.options.Repairs[w.page.Source][b.line]
	if r.Skip != "" {
		b.skip(r.Skip)
		w.note(b.line, "skip", "%s", r.Skip)
		w.open = false
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
	t := w.terminal(w.term)
	w.last, w.open, w.claimed = text, true, false
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
