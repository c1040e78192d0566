package verify

import (
	"fmt"
	"strings"

	"handbook/content"
)

// check holds what happened against the page.
func (l *lab) check(c *Command, r *outcome) *Failure {
	f := &Failure{Pos: c.Pos, At: c.Pos, Command: c.Text, Details: tail(r.lines, 15)}
	switch r.end {
	case timedOut:
		if c.Stay || r.typed {
			return notReady(f, c, r)
		}
		f.Msg = fmt.Sprintf("still running after %v", c.Timeout)
		if r.prompt != "" {
			f.Msg += fmt.Sprintf(", at %q", r.prompt)
		}
		f.Hint = "give it more time with timeout=5m, or input with type="
		return f
	case starved:
		f.Msg = "waits for input that nobody types"
		if r.prompt != "" {
			f.Msg = fmt.Sprintf("waits at %q for input that nobody types", r.prompt)
		}
		f.Hint = `answer it with type="…\n"`
		return f
	case gone:
		f.Msg = fmt.Sprintf("what kept the terminal had ended before, with %d%s", r.exit, meaning(r.exit))
		return f
	case shellEnded:
		f.Msg = "the shell ended here"
		f.Hint = "a lab's shell has to stay: run what ends it in a shell of its own, (…) or bash -c"
		return f
	}
	if problem := wrongTerminal(c, r); problem != "" {
		f.Msg = problem
		return f
	}
	if r.exit != c.Exit && !interrupted(c, r) {
		f.Msg = fmt.Sprintf("exited with %d%s, expected %d", r.exit, meaning(r.exit), c.Exit)
		f.Hint = networkHint(r.lines, l.plan.Lab.Network)
		if strings.HasPrefix(c.Text, "$ ") {
			f.Hint = `a prompt is no command: lines with "$ " before them are a session, in language console`
		}
		return f
	}
	if c.Expect == nil {
		return nil
	}
	got := make([]string, len(r.lines))
	for i, line := range r.lines {
		got[i] = plainText(line)
	}
	if matches(c.Expect.Lines, got) {
		return nil
	}
	f.Pos = expectPos(c.Expect, got)
	f.Msg = "printed something else than the page says"
	f.Details = explain(c.Expect.Lines, got)
	return f
}

// expectPos is the place of the first expected line that does not hold.
func expectPos(e *content.Expect, got []string) content.Pos {
	pos := e.Pos
	for i, line := range e.Lines {
		if i >= len(got) || line == "..." || !matchesLine(line, got[i]) {
			if line != "..." {
				pos.Line += i
			}
			break
		}
	}
	return pos
}

// meaning says what an exit status usually stands for.
func meaning(exit int) string {
	switch exit {
	case 126:
		return " (not executable)"
	case 127:
		return " (command not found)"
	case 137:
		return " (killed, perhaps for want of memory)"
	case 139:
		return " (crashed: segmentation fault)"
	case 143:
		return " (terminated)"
	}
	return ""
}
