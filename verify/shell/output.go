package shell

import (
	"bytes"
	"strings"
)

// token takes a part of the output.
func (w *watch) token(tok token) {
	switch tok.kind {
	case textToken:
		w.text(tok.text)
	case pasteOn:
		w.pasting = true
		if w.phase == entered {
			w.phase = printing
		}
		if w.phase == printing {
			out := w.screen.Output()
			w.lastPrompt = &out
		}
	case pasteOff:
		w.pasting = false
		if w.phase == echoing {
			w.screen.Write(w.line.accepted())
		}
	case markToken:
		w.mark(string(tok.text))
	}
}

// text takes what is printed. What belongs to a prompt, and to what is typed
// there, is not output.
func (w *watch) text(text []byte) {
	switch w.phase {
	case echoing:
		w.line.echo = append(w.line.echo, text...)
		return
	case prompting:
		w.prompt.text = append(w.prompt.text, text...)
		return
	case entered:
		if text = w.line.behind(text); len(text) == 0 {
			return
		}
	}
	if w.prompt.closed { // by a job in the background, or else that was no prompt of the shell's
		w.prompt.text = append(w.prompt.text, text...)
		return
	}
	if bytes.HasPrefix(text, []byte(positionQuery[1:])) {
		w.asksPosition = true
	}
	w.screen.Write(text)
}

// mark takes a mark of ours.
func (w *watch) mark(text string) {
	kind, rest, _ := strings.Cut(text, ";")
	if w.phase == echoing { // readline draws its line anew, with the prompt
		w.doubt(text)
		return
	}
	if kind == "C" || kind == "D" {
		w.reopen()
	}
	switch kind {
	case "N": // of a shell that keeps the terminal
		w.nestedStatus(text)
	case "P": // of the script that starts the shell
		shell, pid, _ := strings.Cut(rest, ";")
		w.isBash, w.pid = shell == "bash", pid
	case "S": // of the host
		w.prompt.passed(text)
		w.changed.passed(text)
		w.reader.passed(text)
		w.ready.passed(text)
	case "C": // the prompt for more of a command
		w.phase, w.prompt.more = prompting, true
	case "D":
		if st, ok := parseStatus(text); ok {
			w.phase, w.prompt.more, w.prompt.next = prompting, false, st
		}
	case "B":
		if w.phase == prompting {
			w.phase = printing
			w.prompt.complete()
		}
	}
}

// doubt takes a prompt that is not the one after a command. If it says something
// else than that one, the command has ended in another way than it seemed.
func (t *terminal) doubt(mark string) {
	if st, ok := parseStatus(mark); ok && !t.lost && (st.exit != t.status.exit || st.count != t.status.count) {
		t.doubtful = true
	}
}

// reopen takes back that a prompt was there: a program has printed it.
func (w *watch) reopen() { w.screen.Write(w.prompt.reopen()) }
