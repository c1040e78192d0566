package shell

import (
	"bytes"
	"strings"
	"time"
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
			w.phase, w.skip = entered, "\r"
			if !bytes.HasSuffix(w.echo, []byte("\n")) { // the terminal shows nothing of what is typed
				w.skip = "\r\r\n"
			}
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
		w.echo = append(w.echo, text...)
		return
	case prompting:
		w.promptText = append(w.promptText, text...)
		return
	case entered:
		// Readline returns the cursor behind its line; other shells leave
		// the line with the Enter key.
		if w.pasted {
			for len(w.skip) > 0 && len(text) > 0 && text[0] == w.skip[0] {
				text, w.skip = text[1:], w.skip[1:]
			}
			if len(text) == 0 {
				return
			}
		} else if i := bytes.IndexByte(text, '\n'); i >= 0 {
			text = text[i+1:]
		} else {
			return
		}
		w.phase = printing
	}
	if w.closed { // by a job in the background, or else that was no prompt of the shell's
		w.promptText = append(w.promptText, text...)
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
		switch {
		case w.closed && text == w.awaited:
			w.confirmed, w.awaited = true, ""
		case text == w.suspectMark:
			w.suspectMark = ""
		case text == w.readMark:
			if w.readMark = ""; w.askedAt == w.events {
				w.readsAt = w.events
			}
		}
	case "C": // the prompt for more of a command
		w.phase, w.more = prompting, true
	case "D":
		if st, ok := parseStatus(text); ok {
			w.phase, w.more, w.next = prompting, false, st
		}
	case "B":
		if w.phase == prompting {
			w.phase, w.closed, w.confirmed, w.awaited = printing, true, false, ""
			w.promptEnd, w.closedAt = len(w.promptText), time.Now()
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
func (w *watch) reopen() {
	if w.closed {
		w.closed = false
		w.screen.Write(w.promptText)
	}
	w.promptText = nil
}
