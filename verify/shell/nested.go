package shell

import (
	"context"
	"regexp"
	"strings"

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
		if st := w.recover(ctx, w.screen); st.exit >= 0 {
			w.nested = &st
		}
	default:
		if st, _ := w.markSh(ctx, "N", "", w.asksPosition); st.exit >= 0 {
			w.nested = &st
		}
	}
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
