package adopt

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/session"
)

// entries takes a transcript apart, or commands that stand between their outputs
// without a prompt.
func (w *writer) entries(g *classify.Guess) []*session.Entry {
	code := w.values.replace(g.Fence.Code)
	t := w.terms.here()
	if g.Class == classify.Transcript {
		return session.Split(code, session.Options{Inside: t.program != "", Known: classify.Known})
	}
	return classify.Between(code)
}

// session writes a transcript. A session of the handbook's ends where the next
// command needs something that holds for the last command of a snippet only.
func (w *writer) session(g *classify.Guess) (all []*block) {
	entries := w.entries(g)
	first := ""
	for _, e := range entries {
		if len(e.Typed) > 0 {
			first = e.Typed[0]
			break
		}
	}
	all = w.terms.choose(g, first)
	var cur *block
	begin := func(e *session.Entry) {
		cur = &block{fence: g.Fence, line: g.Fence.Line + 1 + e.Line, lang: "console", runs: true}
		if w.terms.at > 1 {
			cur.opts = append(cur.opts, termOption(w.terms.at))
		}
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
		t := w.terms.here()
		text := e.Command()
		if e.Prompt.Host != "" && w.otherHost(e.Prompt.Host) {
			b := &block{fence: g.Fence, line: line, lang: "console", code: append([]string{"$ " + text}, e.Output...)}
			b.skip("on another host, " + e.Prompt.Host)
			w.note(line, "skip", "the prompt names another host than the first one, %s", w.hosts[0])
			all, cur = append(all, b), nil
			w.last.open = false
			continue
		}
		nested := e.Prompt.Kind == session.Nested || e.Prompt.Kind == session.Program
		if nested {
			if !t.busy() { // the page does not show what started it
				b := &block{fence: g.Fence, line: line, lang: "console", code: append([]string{e.Prompt.Text + text}, e.Output...)}
				b.skip("typed to a program that the page does not start")
				w.note(line, "skip", "the prompt %s, and nothing that started its program", e.Prompt.Name)
				all, cur = append(all, b), nil
				w.last.open = false
				continue
			}
			all, cur = w.nested(all, cur, g, e, line)
			before = needs.Need{Type: "x"} // whatever follows begins anew
			continue
		}
		if t.busy() {
			all = append(all, w.atShell(line)...)
			cur = nil
		}
		if lists := w.commands.lists(text, line, w.terms.at); lists != nil {
			all, cur = append(all, lists...), nil
		}
		n := w.need(text, e.Output, line)
		expect := w.expect(text, e.Output, line)
		if cur == nil || !before.Joins(n) || n.Skip != before.Skip {
			begin(e)
		}
		before = n
		for _, c := range e.Notes {
			cur.code = append(cur.code, "$ # "+c)
		}
		cur.marks = append(cur.marks, mark{len(cur.code), line})
		cur.code = append(cur.code, prompted("$ ", e.Typed)...)
		if n.Skip != "" {
			expect = e.Output // it is not compared, and readers want to see it
		}
		if n.Stay && n.Program != "" && n.Type == "" && i+1 < len(entries) && inSession(entries[i+1]) {
			// The prompts below say that it stays.
			w.ran(text, n, e.Output)
			continue
		}
		if !n.Stay {
			cur.code = append(cur.code, expect...)
		}
		cur.apply(n)
		w.ran(text, n, e.Output)
		if t := w.terms.here(); t.endless && interrupted(e.Output) {
			all = append(all, w.atShell(line)...)
		}
		if n.Stay || n.Type != "" || n.Exit != 0 || len(n.Options) > 0 {
			cur = nil
		}
	}
	return all
}

// expect returns what can be expected of a command.
func (w *writer) expect(text string, output []string, line int) []string {
	if len(output) > 0 && w.commands.repairs[line].Open {
		return []string{"..."}
	}
	return needs.Expect(text, output, w.files.wrote)
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
func (w *writer) nested(all []*block, cur *block, g *classify.Guess, e *session.Entry, line int) ([]*block, *block) {
	text := e.Command()
	if until, endless := needs.Endless(text); endless {
		b := w.terms.block(g, e.Line)
		b.code = e.Typed
		b.opts = append(b.opts, "stay", option("until", cmp.Or(until, "bytes from")))
		w.last.text, w.last.open, w.last.claimed = text, false, true
		stop := w.terms.block(g, e.Line)
		stop.opts = append(stop.opts, `type="^C"`, "hide")
		w.note(line, "stay", "%q never ends, and is ended with ^C", session.FirstLine(text))
		return append(all, b, stop), nil
	}
	if inSession(e) {
		if cur == nil || cur.lang != "console" {
			cur = w.terms.block(g, e.Line)
			cur.lang = "console"
			all = append(all, cur)
		}
		if r := w.commands.repairs[line]; r.Skip != "" || r.Exit != nil || r.Type != nil || len(r.Options) > 0 {
			b := w.terms.block(g, e.Line)
			b.code, b.marks = slices.Clone(e.Typed), []mark{{0, line}}
			w.mendTyped(b)
			if len(cur.code) == 0 {
				all = all[:len(all)-1]
			} else if startsOnly(cur) {
				cur.opts = append(cur.opts, "stay")
			}
			if r.Skip == "" {
				w.type1(nil, text)
			}
			w.last.claimed = true
			return append(all, b), nil
		}
		prompt := e.Prompt.Name + " "
		cur.marks = append(cur.marks, mark{len(cur.code) + len(e.Notes), line})
		for _, c := range e.Notes {
			cur.code = append(cur.code, prompt+"# "+c)
		}
		cur.code = append(cur.code, prompted(prompt, e.Typed)...)
		if len(e.Output) > 0 && !classify.Leaves(text) {
			cur.code = append(cur.code, needs.Expect(text, e.Output, nil)...)
		}
		w.type1(cur, text)
		w.printed(line, text, e.Output)
		w.last.claimed = true
		if n := needs.ExitOf(text, e.Output); n != 0 && !classify.Leaves(text) {
			cur.opts = append(cur.opts, "exit="+itoa(insideExit(text, n)))
			cur = nil
		}
		return all, cur
	}
	if cur == nil || cur.lang != "bash" {
		cur = w.terms.block(g, e.Line)
		all = append(all, cur)
	}
	for _, c := range e.Notes {
		if e.Prompt.Kind == session.Nested {
			cur.code = append(cur.code, "# "+c)
		}
	}
	cur.marks = append(cur.marks, mark{len(cur.code), line})
	cur.code = append(cur.code, e.Typed...)
	if r := w.commands.repairs[line]; r.Skip != "" || r.Exit != nil || r.Type != nil || len(r.Options) > 0 {
		typed := cur
		if len(cur.code) > len(e.Typed) { // what stands above is not concerned
			cur.code = cur.code[:len(cur.code)-len(e.Typed)]
			cur.marks = cur.marks[:len(cur.marks)-1]
			typed = w.terms.block(g, e.Line)
			typed.code, typed.marks = slices.Clone(e.Typed), []mark{{0, line}}
			all = append(all, typed)
		}
		typed.line = line
		w.mendTyped(typed)
		w.last.claimed = true
		return all, nil
	}
	w.type1(cur, text)
	w.last.claimed = len(e.Output) > 0
	if n := needs.ExitOf(text, e.Output); n != 0 && e.Prompt.Kind == session.Nested && !classify.Leaves(text) {
		cur.opts = append(cur.opts, "exit="+itoa(insideExit(text, n)))
		cur = nil
	}
	return all, cur
}

// startsOnly reports whether the last command of a session is one for the shell.
func startsOnly(b *block) bool {
	for i := len(b.code) - 1; i >= 0; i-- {
		if strings.HasPrefix(b.code[i], "$ ") {
			return true
		}
		if !strings.HasPrefix(b.code[i], "> ") && b.code[i] != "..." {
			return false
		}
	}
	return false
}

// sessionPrompt matches the prompts that the handbook's sessions know.
var sessionPrompt = regexp.MustCompile(`^(?:/\S* [#$]|[^\s@]+@[^\s:]+:\S*[#$]|>>>)$`)

// inSession reports whether an entry can stand in a session, behind its prompt.
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
	if len(w.hosts) == 0 {
		w.hosts = []string{host}
	}
	return w.hosts[0] != host
}

// typed writes what is typed to the program that the block before started.
func (w *writer) typed(g *classify.Guess) (all []*block) {
	code := w.values.replace(g.Fence.Code)
	if g.Term > 0 {
		w.terms.at = g.Term
	}
	if w.terms.here().program == "" { // it waits in the terminal that the page comes back to
		for n := 1; n <= len(w.terms.all); n++ {
			if w.terms.terminal(n).program != "" {
				w.terms.at = n
			}
		}
	}
	t := w.terms.here()
	if count, _ := session.Prompts(code, session.Options{Inside: true, Known: classify.Known}); len(count) > 0 {
		if t.busy() {
			return w.session(&classify.Guess{Fence: g.Fence, Class: classify.Transcript, Term: g.Term, Host: g.Host})
		}
		b := plainBlock(g)
		b.lang, b.code = "console", code
		b.skip("typed to a program that the page does not start")
		w.note(g.Fence.Line, "skip", "nothing that is run starts the program that this is typed to")
		w.last.open = false
		return []*block{b}
	}
	if t.program == "" {
		b := plainBlock(g)
		b.code = code
		b.skip("typed to a program that the page does not start")
		w.note(g.Fence.Line, "skip", "nothing that is run starts the program that this is typed to")
		w.last.open = false
		return []*block{b}
	}
	if g.Mixed {
		return w.typedMixed(g, code)
	}
	var cur *block
	statements, _ := session.Statements(code)
	if t.program != "sh" {
		statements = nil
		for i, line := range code {
			if strings.TrimSpace(line) != "" {
				statements = append(statements, session.Statement{Line: i, Text: line})
			}
		}
	}
	for _, s := range statements {
		r := w.commands.repairs[g.Fence.Line+1+s.Line]
		alone := r.Skip != "" || r.Exit != nil || r.Type != nil || len(r.Options) > 0
		if cur == nil || alone {
			cur = w.terms.block(g, s.Line)
			all = append(all, cur)
			cur.code = trimLead(s.Lead)
		} else {
			cur.code = append(cur.code, s.Lead...)
		}
		cur.marks = append(cur.marks, mark{len(cur.code), g.Fence.Line + 1 + s.Line})
		w.last.line = g.Fence.Line + 1 + s.Line
		cur.code = append(cur.code, strings.Split(s.Text, "\n")...)
		if alone {
			w.mendTyped(cur)
			if cur = nil; r.Skip == "" {
				w.type1(nil, s.Text)
			}
			continue
		}
		if until, endless := needs.Endless(s.Text); endless {
			cur.opts = append(cur.opts, "stay", option("until", cmp.Or(until, "bytes from")))
			stop := w.terms.block(g, s.Line)
			stop.opts = append(stop.opts, `type="^C"`, "hide")
			w.note(cur.line, "stay", "%q never ends, and is ended with ^C", session.FirstLine(s.Text))
			all, cur = append(all, stop), nil
			w.last.text, w.last.open, w.last.claimed = s.Text, false, true
			continue
		}
		was := t.program
		if w.type1(nil, s.Text); t.program != was && !classify.Leaves(s.Text) { // it stays
			w.enters(cur, s.Text)
			cur = nil
		}
	}
	return all
}

// enters writes that a command which is typed to a shell in a container starts a
// program there.
func (w *writer) enters(b *block, text string) {
	b.opts = append(b.opts, "stay")
	if keys := w.commands.password(needs.Password(text), text); keys != "" {
		b.opts = append(b.opts, `type="`+keys+`"`)
	}
}

// typedMixed writes what is typed to a shell in a container where it stands
// between its outputs.
func (w *writer) typedMixed(g *classify.Guess, code []string) (all []*block) {
	for _, e := range classify.Between(code) {
		line := g.Fence.Line + 1 + e.Line
		if len(e.Typed) > 0 {
			b := w.terms.block(g, e.Line)
			b.code, b.marks = e.Typed, []mark{{0, line}}
			all = append(all, b)
			w.mendTyped(b)
			if b.has("skip") {
				continue
			}
			w.type1(b, e.Command())
		}
		if len(e.Output) > 0 {
			all = append(all, w.claim(g, line, e.Output))
		}
	}
	return all
}

// output writes an output that stands in a fence of its own.
func (w *writer) output(g *classify.Guess) *block { return w.claim(g, g.Fence.Line, g.Fence.Code) }

// claim writes the output of the last command. Where that has one already, or
// is not run, it is text.
func (w *writer) claim(g *classify.Guess, line int, output []string) *block {
	b := &block{fence: g.Fence, line: line, lang: "output", code: output}
	if !w.last.open || w.last.claimed || w.last.text == "" {
		b.lang = "text"
		return b
	}
	w.printed(line, w.last.text, output)
	b.code = w.expect(w.last.text, output, w.last.line)
	if t := w.terms.here(); t.busy() {
		b.code = []string{"..."}
		if t.endless {
			b.lang, b.code = "text", output
			return b
		}
	}
	w.last.claimed = true
	if len(b.code) == 1 && b.code[0] == "..." {
		w.note(line, "any output", "the output of %q is another one on each computer", session.FirstLine(w.last.text))
	}
	return b
}
