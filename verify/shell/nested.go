package shell

import (
	"context"
	"regexp"
	"strings"
	"time"

	"handbook/verify/screen"
)

// shellPrompt finds the prompts of shells, as programs that keep a terminal
// show them: "/ #", "root@3f2a:/#", "bash-5.2$", "[root@3f2a app]#", "$". The
// prompt of psql, "postgres=#", is none.
var shellPrompt = regexp.MustCompile(`^(?:[^\s=>]*@[^=>]*|[~/][^=>]*|\S+-\d+\.\d+|\[[^\]]*\])? ?[#$%]$`)

// askStatus finds out with which status the command has ended that was typed
// to the program that keeps the terminal, if that program is a shell. A bash is
// asked by its line editor. Any other shell gets a mark into its prompt, which
// tells the status from the next prompt on.
func (w *watch) askStatus(ctx context.Context) {
	prompt, _ := w.screen.Prompt()
	switch {
	case w.nested != nil || !shellPrompt.MatchString(prompt):
	case w.pasting:
		if st := w.recover(ctx); st.exit >= 0 {
			w.nested = &st
		}
	default:
		if st, _ := w.markSh(ctx, "N", ""); st.exit >= 0 {
			w.nested = &st
		}
	}
}

// markSh puts a mark before and, unless after is "", behind the prompt of a
// shell that is not bash, and returns the status that the new prompt tells, and
// what stands between the marks. The status is that of the command before: an
// assignment has that of the substitution in it. It is -1 if no such prompt
// comes.
func (w *watch) markSh(ctx context.Context, before, after string) (st status, prompt string) {
	// BusyBox takes what stands between \[ and \] to take no room.
	escape, bell, hide, end := `\033`, `\007`, "", ""
	if w.asksPosition {
		escape, bell, hide, end = `\\e`, `\\a`, `\\[`, `\\]`
	}
	mark := func(s string) string { return hide + escape + "]7777;" + w.key + ";" + s + bell + end }
	text := mark(before+";%s;") + "%s"
	if after != "" {
		text += mark(after)
	}
	w.send("PS1=$(s=$?; printf '" + text + `' '$?' "$PS1"; exit $s)` + "\r")
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	st.exit = -1
	shown := screen.New(Columns, Rows) // the new prompt, without the line that was typed
	whole := false
	w.follow(ctx, func(chunk []byte) (int, error) {
		w.scanner.scan(chunk, func(tok token) {
			kind, _, _ := strings.Cut(string(tok.text), ";")
			switch {
			case tok.kind == textToken && st.exit >= 0 && !whole:
				shown.Write(tok.text)
			case tok.kind == markToken && kind == before:
				if was, ok := parseStatus("D" + strings.TrimPrefix(string(tok.text), before)); ok {
					st = was
				}
			case tok.kind == markToken && kind == after:
				whole = st.exit >= 0
			}
		})
		return len(chunk), nil
	}, func() bool { return whole || after == "" && st.exit >= 0 && prompts(shown) })
	prompt, _ = shown.Prompt()
	return st, prompt
}

// withoutPrompt leaves out a prompt at the end of the last line.
func withoutPrompt(out screen.Output, prompt string) screen.Output {
	last := len(out.Lines) - 1
	if last < 0 {
		return out
	}
	line, _ := strings.CutSuffix(strings.TrimRight(out.Lines[last], " "), prompt)
	out.Lines = out.Lines[:last:last]
	if line != "" {
		out.Lines = append(out.Lines, line)
	}
	out.CutAt = min(out.CutAt, len(out.Lines))
	return out
}

// positionQuery asks a terminal where its cursor is (DSR 6), which BusyBox does
// behind each prompt.
const positionQuery = "\x1b[6n"

// nestedStatus reads the mark of a nested shell's prompt, "N;STATUS;".
func (w *watch) nestedStatus(text string) {
	if st, ok := parseStatus("D" + strings.TrimPrefix(text, "N")); ok {
		out := w.screen.Output()
		w.nested, w.lastPrompt = &st, &out
	}
}
