package adopt

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/hosts"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/session"
)

// entries splits a transcript, or a mix of commands and outputs without
// prompts.
func (w *writer) entries(g *classify.Guess) []*session.Entry {
	code := w.values.replace(g.Fence.Code)
	t := w.terms.Here()
	if g.Class == classify.Transcript {
		return session.Split(code, classify.Session(t.Program != ""))
	}
	return classify.Between(code)
}

// session writes a transcript. It begins a new snippet where a command needs
// an option that applies only to the last command of a snippet.
func (w *writer) session(g *classify.Guess) (all []*layout.Block) {
	entries := w.entries(g)
	first := ""
	for _, e := range entries {
		if len(e.Typed) > 0 {
			first = e.Typed[0]
			w.moveTo(g.Fence.Line + 1 + e.Line)
			break
		}
	}
	all = w.terms.Choose(g, first)
	var cur *layout.Block
	begin := func(e *session.Entry) {
		cur = &layout.Block{Fence: g.Fence, Line: g.Fence.Line + 1 + e.Line, Lang: "console", Runs: true}
		cur.Opts = w.terms.Options()
		all = append(all, cur)
	}
	var before needs.Need
	for i, e := range entries {
		line := g.Fence.Line + 1 + e.Line
		if len(e.Typed) == 0 { // output above the first prompt
			all = append(all, w.claim(g, line, e.Output))
			cur = nil
			continue
		}
		e.Typed = w.values.printed.Replace(e.Typed)
		text := e.Command()
		if w.moveTo(line) {
			all, cur = append(all, w.terms.Choose(g, text)...), nil
		}
		t := w.terms.Here()
		if e.Prompt.Host != "" && w.otherHost(e.Prompt.Host) {
			b := &layout.Block{Fence: g.Fence, Line: line, Lang: "console", Code: append([]string{"$ " + text}, e.Output...)}
			b.Skip("on another host, " + e.Prompt.Host)
			w.Note(line, "skip", "the prompt names another host than the first one, %s", w.prompts[0])
			all, cur = append(all, b), nil
			w.last.open = false
			continue
		}
		nested := e.Prompt.Kind == session.Nested || e.Prompt.Kind == session.Program
		if nested {
			if !t.Busy() { // the page does not show what started it
				b := &layout.Block{Fence: g.Fence, Line: line, Lang: "console", Code: append([]string{e.Prompt.Text + text}, e.Output...)}
				b.Skip("typed to a program that the page does not start")
				w.Note(line, "skip", "the prompt %s, and nothing that started its program", e.Prompt.Name)
				all, cur = append(all, b), nil
				w.last.open = false
				continue
			}
			all, cur = w.nested(all, cur, g, e, line)
			before = needs.Need{Type: "x"} // the next command begins a new snippet
			continue
		}
		if t.Program != "" && classify.Leaves(text) { // the reader's own prompt, written in a container
			b := w.terms.Block(g, e.Line)
			b.Code, b.Marks = e.Typed, []layout.Mark{{Code: 0, Line: line}}
			w.type1(b, text)
			all, cur = append(all, b), nil
			before = needs.Need{Type: "x"}
			continue
		}
		if t.Busy() {
			all = append(all, w.atShell(line)...)
			cur = nil
		}
		if before := append(w.terms.LeaveOthers(text, line), w.commands.before(text, line, w.terms.Options())...); before != nil {
			all, cur = append(all, before...), nil
		}
		n := w.need(text, e.Output, line)
		expect := w.expect(text, e.Output, line)
		source := w.values.printed.Source(line)
		if cur == nil || !before.Joins(n) || source != "" || n.Skip != before.Skip {
			begin(e)
		}
		before = n
		for _, c := range e.Notes {
			cur.Code = append(cur.Code, "$ # "+c)
		}
		cur.Tie(line)
		cur.Code = append(cur.Code, prompted("$ ", e.Typed)...)
		if n.Skip != "" {
			expect = e.Output // it is not compared, but shown to readers
		}
		if n.Stay && n.Program != "" && n.Type == "" && i+1 < len(entries) && inSession(entries[i+1]) {
			// The prompts below say that it stays.
			w.ran(text, n, e.Output)
			continue
		}
		if !n.Stay {
			cur.Code = append(cur.Code, expect...)
		}
		cur.Apply(n)
		w.ran(text, n, e.Output)
		if source != "" && n.Skip == "" {
			cur.Opts = append(cur.Opts, layout.Option("name", source))
			cur = nil
		}
		if t := w.terms.Here(); t.Endless && interrupted(e.Output) {
			all = append(all, w.atShell(line)...)
		}
		if n.Stay || n.Type != "" || n.Exit != 0 || len(n.Options) > 0 {
			cur = nil
		}
	}
	return all
}

// expect returns the expected output of a command.
func (w *writer) expect(text string, output []string, line int) []string {
	if len(output) > 0 && w.commands.repairs[line].Open {
		return []string{"..."}
	}
	return needs.Expect(text, output, w.files.Wrote)
}

// interrupted reports whether an output shows that a key ended the command.
func interrupted(output []string) bool {
	return slices.ContainsFunc(output, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), "^C") })
}

// prompted writes the lines of a command behind a prompt.
func prompted(prompt string, typed []string) []string {
	out := []string{prompt + typed[0]}
	for _, line := range typed[1:] {
		out = append(out, strings.TrimRight("> "+line, " "))
	}
	return out
}

// nested writes what is typed to a program that keeps the terminal.
func (w *writer) nested(all []*layout.Block, cur *layout.Block, g *classify.Guess, e *session.Entry, line int) ([]*layout.Block, *layout.Block) {
	text := e.Command()
	if until, endless := needs.Endless(text); endless {
		b := w.terms.Block(g, e.Line)
		b.Code = e.Typed
		b.Opts = append(b.Opts, "stay", layout.Option("until", cmp.Or(until, "bytes from")))
		w.last.text, w.last.open, w.last.claimed = text, false, true
		stop := w.terms.Block(g, e.Line)
		stop.Opts = append(stop.Opts, `type="^C"`, "hide")
		w.Note(line, "stay", "%q never ends, and is ended with ^C", session.FirstLine(text))
		return append(all, b, stop), nil
	}
	if inSession(e) {
		if cur == nil || cur.Lang != "console" {
			cur = w.terms.Block(g, e.Line)
			cur.Lang = "console"
			all = append(all, cur)
		}
		if r := w.commands.repairs[line]; r.Skip != "" || r.Exit != nil || r.Type != nil || len(r.Options) > 0 {
			b := w.terms.Block(g, e.Line)
			b.Code, b.Marks = slices.Clone(e.Typed), []layout.Mark{{Code: 0, Line: line}}
			w.mendTyped(b)
			if len(cur.Code) == 0 {
				all = all[:len(all)-1]
			} else if startsOnly(cur) {
				cur.Opts = append(cur.Opts, "stay")
			}
			if r.Skip == "" {
				w.type1(nil, text)
			}
			w.last.claimed = true
			return append(all, b), nil
		}
		prompt := e.Prompt.Name + " "
		cur.Marks = append(cur.Marks, layout.Mark{Code: len(cur.Code) + len(e.Notes), Line: line})
		for _, c := range e.Notes {
			cur.Code = append(cur.Code, prompt+"# "+c)
		}
		cur.Code = append(cur.Code, prompted(prompt, e.Typed)...)
		if len(e.Output) > 0 && !classify.Leaves(text) {
			cur.Code = append(cur.Code, needs.Expect(text, e.Output, nil)...)
		}
		w.type1(cur, text)
		w.printed(line, text, e.Output)
		w.last.claimed = true
		if n := needs.ExitOf(text, e.Output); n != 0 && !classify.Leaves(text) {
			cur.Opts = append(cur.Opts, "exit="+itoa(insideExit(text, n)))
			cur = nil
		}
		return all, cur
	}
	if cur == nil || cur.Lang != "bash" {
		cur = w.terms.Block(g, e.Line)
		all = append(all, cur)
	}
	for _, c := range e.Notes {
		if e.Prompt.Kind == session.Nested {
			cur.Code = append(cur.Code, "# "+c)
		}
	}
	cur.Tie(line)
	cur.Code = append(cur.Code, e.Typed...)
	if r := w.commands.repairs[line]; r.Skip != "" || r.Exit != nil || r.Type != nil || len(r.Options) > 0 {
		typed := cur
		if len(cur.Code) > len(e.Typed) { // not for the commands above
			cur.Code = cur.Code[:len(cur.Code)-len(e.Typed)]
			cur.Marks = cur.Marks[:len(cur.Marks)-1]
			typed = w.terms.Block(g, e.Line)
			typed.Code, typed.Marks = slices.Clone(e.Typed), []layout.Mark{{Code: 0, Line: line}}
			all = append(all, typed)
		}
		typed.Line = line
		w.mendTyped(typed)
		w.last.claimed = true
		return all, nil
	}
	was := w.terms.Here().Program
	w.type1(cur, text)
	w.last.claimed = len(e.Output) > 0
	if w.terms.Here().Program != was && !classify.Leaves(text) { // it stays
		w.enters(cur, text)
		return all, nil
	}
	if n := needs.ExitOf(text, e.Output); n != 0 && e.Prompt.Kind == session.Nested && !classify.Leaves(text) {
		cur.Opts = append(cur.Opts, "exit="+itoa(insideExit(text, n)))
		cur = nil
	}
	return all, cur
}

// startsOnly reports whether the last command of a session is a shell command.
func startsOnly(b *layout.Block) bool {
	for i := len(b.Code) - 1; i >= 0; i-- {
		if strings.HasPrefix(b.Code[i], "$ ") {
			return true
		}
		if !strings.HasPrefix(b.Code[i], "> ") && b.Code[i] != "..." {
			return false
		}
	}
	return false
}

// sessionPrompt matches the prompts that the handbook's sessions know.
var sessionPrompt = regexp.MustCompile(`^(?:/\S* [#$]|[^\s@]+@[^\s:]+:\S*[#$]|>>>)$`)

// inSession reports whether an entry can be part of a session, after its
// prompt.
func inSession(e *session.Entry) bool {
	_, endless := needs.Endless(e.Command())
	return (e.Prompt.Kind == session.Nested || e.Prompt.Kind == session.Program) && sessionPrompt.MatchString(e.Prompt.Name) && !endless
}

// insideExit is the exit status in a container: BusyBox's ls ends with 1.
func insideExit(text string, n int) int {
	if strings.HasPrefix(strings.TrimSpace(text), "ls") && n == 2 {
		return 1
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }

// otherHost reports whether a prompt names another host than the first one.
func (w *writer) otherHost(host string) bool {
	if w.hosts.Machines != nil && slices.Contains(w.hosts.Machines, hosts.MachineName(host)) {
		return false
	}
	if len(w.prompts) == 0 {
		w.prompts = []string{host}
	}
	return w.prompts[0] != host
}

// typed writes what is typed to the program that the block before started.
// output is what the page shows below the last line.
func (w *writer) typed(g *classify.Guess, output []string) (all []*layout.Block) {
	code := w.values.replace(w.values.printed.Replace(g.Fence.Code))
	if g.Term > 0 {
		w.terms.At = g.Term
	}
	if w.terms.Here().Program == "" { // the program waits in the terminal to which the page returns
		for n := 1; n <= len(w.terms.All); n++ {
			if w.terms.Terminal(n).Program != "" {
				w.terms.At = n
			}
		}
	}
	t := w.terms.Here()
	if key := classify.Key(code); key != "" {
		return w.press(g, key)
	}
	if count, _ := session.Prompts(code, classify.Session(true)); len(count) > 0 {
		if t.Program != "" && len(count) == 1 && count[session.Host] > 0 {
			return w.typedEntries(g, session.Split(code, classify.Session(false)), output)
		}
		if t.Busy() {
			return w.session(&classify.Guess{Fence: g.Fence, Class: classify.Transcript, Term: g.Term, Host: g.Host})
		}
		b := plainBlock(g)
		b.Lang, b.Code = "console", code
		b.Skip("typed to a program that the page does not start")
		w.Note(g.Fence.Line, "skip", "nothing that is run starts the program that this is typed to")
		w.last.open = false
		return []*layout.Block{b}
	}
	if t.Program == "" {
		b := plainBlock(g)
		b.Code = code
		b.Skip("typed to a program that the page does not start")
		w.Note(g.Fence.Line, "skip", "nothing that is run starts the program that this is typed to")
		w.last.open = false
		return []*layout.Block{b}
	}
	if g.Mixed {
		return w.typedEntries(g, classify.Between(code), output)
	}
	var cur *layout.Block
	statements, _ := session.Statements(code)
	if t.Program != "sh" {
		statements = nil
		for i, line := range code {
			if strings.TrimSpace(line) != "" {
				statements = append(statements, session.Statement{Line: i, Text: line})
			}
		}
	}
	for i, s := range statements {
		r := w.commands.repairs[g.Fence.Line+1+s.Line]
		fails := i == len(statements)-1 && t.Program == "sh" && needs.ExitOf(s.Text, output) != 0
		alone := fails || needs.Of(s.Text, nil).Skip == needs.OpensEditor || r.Skip != "" || r.Exit != nil || r.Type != nil || len(r.Options) > 0
		if cur == nil || alone {
			cur = w.terms.Block(g, s.Line)
			all = append(all, cur)
			cur.Code = trimLead(s.Lead)
		} else {
			cur.Code = append(cur.Code, s.Lead...)
		}
		cur.Tie(g.Fence.Line + 1 + s.Line)
		w.last.line = g.Fence.Line + 1 + s.Line
		cur.Code = append(cur.Code, strings.Split(s.Text, "\n")...)
		if needs.Of(s.Text, nil).Skip == needs.OpensEditor {
			w.skipTyped(cur, needs.OpensEditor)
			cur = nil
			continue
		}
		if alone {
			w.mendTyped(cur)
			if fails && r.Skip == "" {
				w.endsAs(cur, s.Text, output)
			}
			if cur = nil; r.Skip == "" {
				w.type1(nil, s.Text)
			}
			continue
		}
		if until, endless := needs.Endless(s.Text); endless {
			cur.Opts = append(cur.Opts, "stay", layout.Option("until", cmp.Or(until, "bytes from")))
			stop := w.terms.Block(g, s.Line)
			stop.Opts = append(stop.Opts, `type="^C"`, "hide")
			w.Note(cur.Line, "stay", "%q never ends, and is ended with ^C", session.FirstLine(s.Text))
			all, cur = append(all, stop), nil
			w.last.text, w.last.open, w.last.claimed = s.Text, false, true
			continue
		}
		was := t.Program
		if w.type1(nil, s.Text); t.Program != was && !classify.Leaves(s.Text) { // it stays
			w.enters(cur, s.Text)
			cur = nil
		}
	}
	return all
}

// press writes a key that the page says to press, and ends the program in the
// terminal.
func (w *writer) press(g *classify.Guess, key string) []*layout.Block {
	shown := plainBlock(g)
	shown.Lang = "text"
	all := []*layout.Block{shown}
	switch t := w.terms.Here(); {
	case key == "^C" && t.Program != "":
		b := w.terms.Block(g, 0)
		b.Opts = append(b.Opts, `type="^C"`, "hide")
		all = append(all, b)
		t.Out()
	case t.Busy():
		all = append(all, w.atShell(g.Fence.Line)...)
	}
	w.last.open = false
	return all
}

// enters adds options to a command in a container's shell that starts a
// program there.
func (w *writer) enters(b *layout.Block, text string) {
	b.Opts = append(b.Opts, "stay")
	if keys := w.commands.password(needs.Password(text), text); keys != "" {
		b.Opts = append(b.Opts, `type="`+keys+`"`)
	}
}

// typedEntries writes input of a shell in a container that is mixed with its output,
// or that follows the prompt of the reader's own shell. output is the output of the
// last entry, if the page shows it in the next fence.
func (w *writer) typedEntries(g *classify.Guess, entries []*session.Entry, output []string) (all []*layout.Block) {
	var before *layout.Block // the last snippet, if a command without options can be added to it
	for i, e := range entries {
		line := g.Fence.Line + 1 + e.Line
		if len(e.Typed) > 0 {
			b := w.terms.Block(g, e.Line)
			b.Code, b.Marks = e.Typed, []layout.Mark{{Code: 0, Line: line}}
			all = append(all, b)
			if w.terms.Here().Program == "" { // an entry above has left the container
				w.skipTyped(b, cmp.Or(needs.Of(e.Command(), e.Output).Skip, "typed to a program that was left"))
				continue
			}
			w.mendTyped(b)
			if b.Has("skip") {
				continue
			}
			shown := e.Output
			if len(shown) == 0 && i == len(entries)-1 {
				shown = output
			}
			w.endsAs(b, e.Command(), shown)
			was := w.terms.Here().Program
			if w.type1(b, e.Command()); w.terms.Here().Program != was && !classify.Leaves(e.Command()) {
				w.enters(b, e.Command())
			}
			switch needsNothing := len(b.Opts) == len(w.terms.Options()); {
			case needsNothing && before != nil:
				before.Tie(line)
				before.Code = append(before.Code, b.Code...)
				all = all[:len(all)-1]
			case needsNothing:
				before = b
			default:
				before = nil
			}
		}
		if len(e.Output) > 0 {
			before = nil
		}
		if len(e.Output) > 0 {
			all = append(all, w.claim(g, line, e.Output))
		}
	}
	return all
}

// endsAs adds the exit status of a command in a container's shell, if its old output
// shows a failure and no run has shown another status.
func (w *writer) endsAs(b *layout.Block, text string, output []string) {
	if n := needs.ExitOf(text, output); n != 0 && w.terms.Here().Program == "sh" && !classify.Leaves(text) && w.commands.repairs[b.Line].Exit == nil {
		b.Opts = append(b.Opts, "exit="+itoa(insideExit(text, n)))
	}
}

// output writes an output in a fence of its own. If the command that prints it stands
// in the text above, it is written, too.
func (w *writer) output(g *classify.Guess) (all []*layout.Block) {
	if told := needs.Told(g.Fence.Sentence, w.last.text, g.Fence.Code); told != "" && !w.terms.Here().Busy() {
		all = w.terms.Choose(g, told)
		b := w.terms.Block(g, 0)
		b.Line, b.Code = g.Fence.Line, []string{told}
		n := w.need(told, g.Fence.Code, g.Fence.Line)
		b.Apply(n)
		w.ran(told, n, nil)
		w.Note(g.Fence.Line, "commands", "%q stands only in the text, and this is what it prints", told)
		all = append(all, b)
	}
	return append(all, w.claim(g, g.Fence.Line, g.Fence.Code))
}

// claim writes the output of the last command. If that has one already, or is
// not run, the output becomes text.
func (w *writer) claim(g *classify.Guess, line int, output []string) *layout.Block {
	b := &layout.Block{Fence: g.Fence, Line: line, Lang: "output", Code: output}
	if !w.last.open || w.last.claimed || w.last.text == "" {
		b.Lang = "text"
		return b
	}
	w.printed(line, w.last.text, output)
	b.Code = w.expect(w.last.text, output, w.last.line)
	if t := w.terms.Here(); t.Busy() {
		b.Code = []string{"..."}
		if t.Endless {
			b.Lang, b.Code = "text", output
			return b
		}
	}
	w.last.claimed = true
	if len(b.Code) == 1 && b.Code[0] == "..." {
		w.Note(line, "any output", "the output of %q is another one on each computer", session.FirstLine(w.last.text))
	}
	return b
}
