package shell

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"time"

	"handbook/content/sgr"
	"handbook/verify/screen"
)

// The keys that a paste begins and ends with (xterm's bracketed paste mode):
// what stands between them readline takes as it is, tabs included.
const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// background returns what was printed behind the last prompt, by jobs in the
// background.
func (t *terminal) background() (lines []string) {
	t.take()
	if len(t.early) == 0 {
		return nil
	}
	s := screen.New(Columns, Rows)
	t.scanner.scan(t.early, func(tok token) {
		switch tok.kind {
		case textToken:
			s.Write(tok.text)
		case markToken:
			t.doubt(string(tok.text))
		}
	})
	t.early = nil
	return s.Output().Lines
}

// press presses a key: at the shell's prompt, or while a command runs whose time
// was up.
func (w *watch) press(key string) {
	w.phase, w.pasted, w.last, w.fresh, w.lastPrompt, w.echo = printing, w.pasting, time.Now(), false, nil, nil
	w.events++
	if w.pasted {
		w.phase = echoing
	}
	w.send(pressed(key))
}

// typeLine types the next line of the command. Where the shell does not paste,
// the Enter key follows when the line has been shown, so that what is printed
// can be told from it. An error shows up as the end of the output.
func (w *watch) typeLine() {
	w.line, w.lines = w.lines[0], w.lines[1:]
	w.phase, w.last, w.fresh, w.lastPrompt = echoing, time.Now(), false, nil
	w.pasted, w.echo = w.pasting, nil
	w.events++
	if w.pasted {
		w.send(pasteBegin + w.line + pasteEnd + "\r")
		return
	}
	if w.isBash && w.lost { // it may show nothing, not even that it pastes
		w.send(pasteBegin + w.line + pasteEnd)
	} else {
		w.send(w.line)
	}
}

func (w *watch) send(keys string) { _, _ = w.stream.Write([]byte(keys)) }

// notShown are control characters, sequences and spaces, which a shell may print
// within the line that is typed, or leave out.
var notShown = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x20]`)

// enter presses the Enter key when the line has been shown.
func (w *watch) enter(ctx context.Context, now time.Time) {
	if w.pasted {
		return
	}
	shown := notShown.ReplaceAll(w.echo, nil)
	whole := bytes.HasSuffix(shown, notShown.ReplaceAll([]byte(w.line), nil))
	if now.Sub(w.last) < surePause {
		if !whole {
			return
		}
		if a, _ := w.host.at(ctx, w.pid, ""); a == busy { // it has shown the line, and is not back yet
			return
		}
	}
	w.slept = w.host.slept(ctx, w.pid)
	w.phase, w.last = entered, now
	switch {
	case w.line != "" && len(w.echo) == 0: // the terminal shows nothing of what is typed
		w.phase = printing
	case bytes.HasSuffix(w.echo, []byte("\n")): // BusyBox is on the next row already, so it will not go there
		w.phase = printing
	}
	w.send("\r")
}

// recover finds out how the last command has ended at a prompt of bash without
// marks. Readline expands a word as the shell would (shell-expand-line) and
// shows it; then the line is emptied. Nothing is run, and nothing is left. A
// status that can't be found out is -1.
func (w *watch) recover(ctx context.Context) status {
	const word = "handbook="
	result := regexp.MustCompile(word + `(\d+)=(.*)=`)
	s := w.screen.CarriedOn() // readline goes to columns, so it matters where the prompt ends
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	line := func() string { return sgr.Unstyled(strings.Join(s.Output().Lines, "\n")) }
	w.send(`"` + word + `$?=${PIPESTATUS[*]/%/,}="` + "\x1b\x05")
	var m []string
	w.follow(ctx, s.Write, func() bool { m = result.FindStringSubmatch(line()); return m != nil })
	w.send("\x15")
	w.follow(ctx, s.Write, func() bool { return !strings.Contains(line(), word) })
	if m == nil {
		return status{exit: -1}
	}
	st, ok := parseStatus("D;" + m[1] + ";" + m[2] + ";")
	if !ok {
		return status{exit: -1}
	}
	return status{exit: st.exit, parts: st.parts}
}

// follow takes what is printed until done says that it is what was waited for,
// and what comes with that. None of it is output.
func (t *terminal) follow(ctx context.Context, take func([]byte) (int, error), done func() bool) {
	over := false
	for {
		pause := make(<-chan time.Time)
		if over = over || done(); over {
			pause = time.After(questionPause)
		}
		select {
		case chunk, ok := <-t.chunks:
			if !ok {
				return
			}
			take(chunk)
		case <-ctx.Done():
			return
		case <-pause:
			return
		}
	}
}

// end says how the command has ended, as the prompt after it tells.
func (w *watch) end(r *Result, was status) {
	r.Exit, r.Parts = w.status.exit, w.status.parts
	// Bash counts the commands that it runs. One that it does not run, for
	// its history has no such event, leaves the status as it was.
	typed := strings.TrimSpace(w.command.Text)
	r.Refused = !w.lost && was.count != "" && w.status.count == was.count && typed != "" && !strings.HasPrefix(typed, "#")
}
