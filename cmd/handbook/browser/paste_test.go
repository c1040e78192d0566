package browser

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/prompt"
	"handbook/verify"
	"handbook/verify/compare"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
	"handbook/verify/screen"
	"handbook/verify/shell"
)

// TestPasteSteps works through the labs of the handbook as readers do who copy
// each step and paste it into their terminals: interactive shells on a machine
// that is fresh. Each command prints what the record says, and has its status.
func TestPasteSteps(t *testing.T) {
	engine := testenv.Engine(t)
	testenv.EachLab(t, "../../../content", func(t *testing.T, site *content.Site, page *content.Page) {
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
		defer cancel()
		plan, err := (&plans.Planner{Site: site, Machines: machineimage.BuiltinRef}).Plan(page)
		if err != nil {
			t.Fatal(err)
		}
		if page.Record == nil || page.Record.Digest != plan.Digest {
			t.Fatalf("%s is not verified as it is: run handbook verify", page.Path)
		}
		w := open(t, atRoot, strings.TrimPrefix(page.URL, "/")+"index.html", (*window).allowClipboard)
		fillIn(w, page.Lab.Placeholders)
		m, err := engine.Start(ctx, verify.SpecOf(plan, testenv.HubPassword))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { m.Close() })
		l := &pastedLab{t: t, ctx: ctx, machine: m, page: page, terms: map[int]*terminal{}, done: map[*content.CommandResult]*pasted{}}
		for _, p := range pastesOf(w) {
			l.do(p)
		}
		l.compare()
	})
}

// fillIn fills in the values that the lab was verified with.
func fillIn(w *window, values config.Placeholders) {
	w.t.Helper()
	for name, value := range values {
		w.run(fmt.Sprintf(`localStorage.setItem("hb-ph-" + %q, %q)`, name, value))
	}
	w.load(strings.TrimPrefix(eval[string](w, "location.href"), w.url)) // fields are filled in then
}

// A paste is an entry of a step's list: something to copy, or a key to press.
type paste struct {
	Term    int
	Key     string
	Text    string
	Answers []string
}

// pastesOf presses the buttons that copy the steps of a page.
func pastesOf(w *window) []paste {
	w.t.Helper()
	// A step with one snippet has only the button of that.
	pastes := eval[[]paste](w, `[...document.querySelectorAll(".pastes > li, .term:has([data-copy])")].filter((e) => {
		const end = [...document.querySelectorAll(".step-end")].find((end) => e.compareDocumentPosition(end) & Node.DOCUMENT_POSITION_FOLLOWING);
		return e.matches("li") || end && !end.querySelector(".pastes");
	}).map((li, i) => {
		const button = li.querySelector(".copy-step, .copy");
		if (button) button.id = "paste-" + i;
		return {
			Term: Number(li.dataset.term ?? 1),
			Key: button ? "" : li.querySelector("kbd").textContent,
			Answers: [...li.querySelectorAll(".answers:not(.sets) > *")].map((e) => e.textContent),
		};
	})`)
	if len(pastes) == 0 {
		w.t.Fatal("the page has nothing to copy")
	}
	for i := range pastes {
		if pastes[i].Key == "" {
			pastes[i].Text = w.copied(fmt.Sprintf("#paste-%d", i))
		}
	}
	return pastes
}

// A pastedLab is a lab that is worked through.
type pastedLab struct {
	t       *testing.T
	ctx     context.Context
	machine verify.Machine
	page    *content.Page
	terms   map[int]*terminal
	done    map[*content.CommandResult]*pasted // what has come of the record's commands
}

// pasted is what a command has printed at the shell, and its status.
type pasted struct {
	lines []string
	exit  string
	known bool // the status
}

// A terminal is an interactive shell at a terminal of the machine.
type terminal struct {
	stream shell.Stream
	mu     sync.Mutex
	shown  []byte
	last   time.Time // when it printed something

	next   int    // of the record's commands at this terminal
	inside bool   // a program keeps it
	text   string // what was shown since that program was started
	began  int
}

func (l *pastedLab) terminal(n int) *terminal {
	if t := l.terms[n]; t != nil {
		return t
	}
	s, err := l.machine.Exec(l.ctx, shell.Process{TTY: true, Args: []string{"bash", "-c", `cd ~ && exec bash --noprofile --rcfile <(printf '%s\n' "$RC") -i`},
		Env: []string{"HOME=/root", "TERM=xterm-256color", "RC=unset RC; PS0='" + startMark + "' PS1='" + promptMarks + "'"}})
	if err != nil {
		l.t.Fatal(err)
	}
	t := &terminal{stream: s}
	l.terms[n] = t
	l.t.Cleanup(func() { s.Close() })
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, err := s.Read(b)
			t.mu.Lock()
			t.shown, t.last = append(t.shown, b[:n]...), time.Now()
			t.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	l.wait(t, "its first prompt", t.prompted)
	from := t.size()
	l.write(t, fmt.Sprintf("stty rows %d cols %d\r", shell.Rows, shell.Columns))
	l.wait(t, "its second prompt", func() bool { return len(t.segments(from)) == 1 && t.prompted() })
	return t
}

// Marks around what commands print: before each command with the status of the
// one before it, and around the prompt.
const (
	startMark   = `\e]133;C;$?\a`
	promptMarks = `\[\e]133;D;$?\a\]\u@\h:\w\$ \[\e]133;B\a\]`
)

var (
	marksRE  = regexp.MustCompile(`\x1b\]133;([CD]);(\d+)\x07`)
	promptRE = regexp.MustCompile(`\x1b\]133;B\x07(\x1b\[\?2004h)?$`)
)

func (t *terminal) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.shown)
}

func (t *terminal) since(from int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.shown[from:])
}

func (t *terminal) prompted() bool { return promptRE.MatchString(t.since(0)) }

// ended reports whether a program that kept the terminal has ended since then.
func (t *terminal) ended(from int) bool {
	return strings.Contains(t.since(from), "\x1b]133;D") && t.prompted()
}

// silent is how long it has printed nothing.
func (t *terminal) silent() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.last)
}

// segments returns what commands have printed at the shell.
func (t *terminal) segments(from int) (all []*pasted) {
	text := t.since(from)
	marks := marksRE.FindAllStringSubmatchIndex(text, -1)
	for i, m := range marks {
		if text[m[2]:m[3]] != "C" || i+1 == len(marks) {
			continue
		}
		s := screen.New(shell.Columns, shell.Rows)
		s.Write([]byte(text[m[1]:marks[i+1][0]]))
		all = append(all, &pasted{lines: s.Output().Lines, exit: text[marks[i+1][4]:marks[i+1][5]]})
	}
	return all
}

func (l *pastedLab) write(t *terminal, text string) {
	l.t.Helper()
	t.mu.Lock()
	t.last = time.Now() // an answer takes its time, though nothing was printed for long
	t.mu.Unlock()
	if _, err := t.stream.Write([]byte(text)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *pastedLab) wait(t *terminal, what string, until func() bool) {
	l.t.Helper()
	for !until() {
		if l.ctx.Err() != nil {
			l.t.Fatalf("waited for %s, on the screen is:\n%s", what, t.since(max(0, t.size()-3000)))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// do pastes, answers what is asked, and notes what has come of it.
func (l *pastedLab) do(p paste) {
	l.t.Helper()
	t := l.terminal(p.Term)
	from := t.size()
	if key, ok := strings.CutPrefix(p.Key, "Ctrl-"); ok {
		l.write(t, string(key[0]&0x1f))
		l.wait(t, "the prompt after "+p.Key, func() bool { return t.ended(from) })
		l.left(t)
		return
	}
	if t.inside {
		l.write(t, strings.ReplaceAll(p.Text, "\n", "\r"))
	} else {
		l.write(t, "\x1b[200~"+strings.ReplaceAll(p.Text, "\n", "\r")+"\x1b[201~\r")
	}
	commands := l.commands(p.Term, p.Text)
	last := commands[len(commands)-1]
	stays := last != nil && last.Stays && !t.inside
	asked := from
	for _, answer := range p.Answers {
		if strings.Contains(answer, "password") {
			answer = testenv.HubPassword
		}
		l.wait(t, "the question for "+answer, func() bool {
			text := strings.TrimRight(t.since(asked), " ")
			return t.silent() > time.Second && (strings.HasSuffix(text, ":") || strings.HasSuffix(text, "?"))
		})
		asked = t.size()
		l.write(t, answer+"\r")
	}
	switch {
	case stays:
		ready := lastLine(last.Output)
		l.wait(t, "the program of "+last.Text, func() bool {
			_, printed, began := strings.Cut(t.since(from), "\x1b]133;C")
			return began && strings.Contains(printed, ready) && t.silent() > time.Second
		})
		t.inside, t.began = true, from
		l.note(t, from, commands[:len(commands)-1], p.Text)
	case t.inside:
		ends, answer := strings.HasSuffix(p.Text, "exit\n"), ""
		if last != nil {
			answer = lastLine(last.Output)
		}
		if strings.ContainsAny(answer, "0123456789") {
			answer = "" // it may be another one now
		}
		l.wait(t, "the program's answer", func() bool {
			enough := 2 * time.Second
			if !strings.Contains(t.since(from), answer) {
				enough = 30 * time.Second
			}
			return t.silent() > enough && (!ends || t.ended(from))
		})
		if t.ended(from) {
			l.left(t)
		}
	default:
		l.wait(t, "the prompt after "+p.Text, func() bool { return strings.Contains(t.since(from), "\x1b]133;C") && t.prompted() })
		l.note(t, from, commands, p.Text)
	}
}

// lastLine returns the last line that is not empty.
func lastLine(lines []string) string {
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// left notes that the program that kept a terminal has ended.
func (l *pastedLab) left(t *terminal) {
	t.inside, t.text = false, t.text+t.since(t.began)
}

// note notes what commands have printed.
func (l *pastedLab) note(t *terminal, from int, commands []*content.CommandResult, text string) {
	l.t.Helper()
	got := t.segments(from)
	if len(got) < len(commands) {
		l.t.Fatalf("the shell took this for %d commands, expected %d:\n%s\nIt showed:\n%s", len(got), len(commands), text, t.since(from))
	}
	for i, c := range commands {
		if c != nil {
			got[i].known = true
			l.done[c] = got[i]
		}
	}
}

// commands returns the results that the record has of pasted commands, nil for
// those that the page does not have.
func (l *pastedLab) commands(term int, text string) (all []*content.CommandResult) {
	l.t.Helper()
	split, wrong := prompt.Shell(text)
	if len(wrong) > 0 {
		l.t.Fatalf("%v in:\n%s", wrong, text)
	}
	var at []*content.CommandResult
	for i := range l.page.Record.Snippets {
		if s := l.page.Tree().Numbered(i + 1); s.Options.Term == term || term == 1 && s.Options.Term == 0 {
			for k := range l.page.Record.Snippets[i].Commands {
				at = append(at, &l.page.Record.Snippets[i].Commands[k])
			}
		}
	}
	t := l.terms[term]
	bind := l.page.Lab.Placeholders.Binder() // records have commands as the page has them
	is := func(c *prompt.Command) bool { return t.next < len(at) && bind(at[t.next].Text) == c.Text }
	for _, c := range split {
		for t.next < len(at) && !is(c) && l.optional(at[t.next]) {
			t.next++
		}
		if is(c) {
			all = append(all, at[t.next])
			t.next++
		} else {
			all = append(all, nil)
		}
	}
	return all
}

// optional reports whether a command need not be among those that are copied:
// it is a key, or in a tab that is not chosen.
func (l *pastedLab) optional(c *content.CommandResult) bool {
	for i := range l.page.Record.Snippets {
		for k := range l.page.Record.Snippets[i].Commands {
			if &l.page.Record.Snippets[i].Commands[k] == c {
				s := l.page.Tree().Numbered(i + 1)
				return s.Options.Tab != "" || s.Commands[k].Key
			}
		}
	}
	return false
}

// compare compares with the record.
func (l *pastedLab) compare() {
	l.t.Helper()
	was, again := *l.page.Record, *l.page.Record
	was.Snippets, again.Snippets = nil, nil
	compared := 0
	for i, s := range l.page.Record.Snippets {
		var old, now []content.CommandResult
		for k, c := range s.Commands {
			got := l.done[&l.page.Record.Snippets[i].Commands[k]]
			switch {
			case got != nil:
				compared++
				if got.exit != fmt.Sprint(c.Exit) {
					l.t.Errorf("%s exits with %s, expected %d, and prints:\n%s", c.Text, got.exit, c.Exit, strings.Join(got.lines, "\n"))
				}
				old = append(old, c)
				c.Output = got.lines
				now = append(now, c)
			case c.Stays || c.Unchecked == content.UncheckedProgram || c.Prompt != "":
				l.inside(l.page.Tree().Numbered(i+1).Options.Term, c)
			case !l.optional(&l.page.Record.Snippets[i].Commands[k]):
				l.t.Errorf("%s is in no step that can be copied", c.Text)
			}
		}
		s.Commands = old
		was.Snippets = append(was.Snippets, s)
		s.Commands = now
		again.Snippets = append(again.Snippets, s)
	}
	if compared == 0 {
		l.t.Error("nothing was compared")
	}
	l.t.Logf("%d commands print what the record says", compared)
	for _, c := range compare.Records(l.page, &was, &again).Changes {
		l.t.Errorf("%v: %q: %s\n%s", c.Pos, c.Command, c.Msg, strings.Join(c.Details, "\n"))
	}
}

// inside compares what a program that keeps a terminal has shown.
func (l *pastedLab) inside(term int, c content.CommandResult) {
	l.t.Helper()
	text := l.terms[max(term, 1)].text
	for _, line := range c.Output {
		if line = strings.TrimSpace(line); !strings.ContainsAny(line, "0123456789") && !strings.Contains(text, line) {
			l.t.Errorf("%s: %q is not in %q", c.Text, line, text)
		}
	}
}
