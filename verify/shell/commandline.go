package shell

import (
	"bytes"
	"context"
	"regexp"
	"time"
)

// The keys that a paste begins and ends with (xterm's bracketed paste mode):
// what stands between them readline takes as it is, tabs included.
const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// A commandLine is the text of a command on its way into the shell, one line after
// the other.
type commandLine struct {
	*terminal
	*display
	left   []string // lines that are not typed yet
	line   string   // the line that was typed last
	pasted bool     // it was pasted
	echo   []byte   // what the shell has shown of it, where it does not paste
	slept  string   // how often the shell had slept before the line was typed, and later before the Enter key; "" if unknown; not used for pasted lines
	skip   string   // what readline prints behind the line that it has read
}

// press presses a key: at the shell's prompt, or while a command runs whose time
// was up.
func (l *commandLine) press(key string) {
	l.phase, l.pasted, l.line, l.echo = printing, l.pasting, key, nil
	if l.pasted {
		l.phase = echoing
	}
	l.typed()
	l.send(pressed(key))
}

// next types the next line. Where the shell does not paste, the Enter key follows
// when the line has been shown, so that what is printed can be told from it. An error
// shows up as the end of the output.
func (l *commandLine) next(ctx context.Context) {
	l.line, l.left = l.left[0], l.left[1:]
	l.phase, l.pasted, l.echo = echoing, l.pasting, nil
	if !l.pasted {
		l.slept = l.host.slept(ctx, l.pid)
	}
	l.typed()
	switch {
	case l.pasted:
		l.send(pasteBegin + l.line + pasteEnd + "\r")
	case l.isBash && l.lost: // it may show nothing, not even that it pastes
		l.send(pasteBegin + l.line + pasteEnd)
	default:
		l.send(l.line)
	}
}

// notShown are control characters, sequences and spaces, which a shell may print
// within the line that is typed, or leave out.
var notShown = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x20]`)

// enter presses the Enter key when the line has been shown, and returns what others
// have printed meanwhile.
func (l *commandLine) enter(ctx context.Context, now time.Time) (printed []byte) {
	if l.pasted {
		return nil
	}
	printed, own := foreign(l.echo, l.line)
	shown := notShown.ReplaceAll(own, nil)
	whole := bytes.HasSuffix(shown, notShown.ReplaceAll([]byte(l.line), nil))
	rest := now.Sub(l.last)
	switch {
	case !whole && rest < surePause:
		return nil
	case !whole && rest < idlePause && l.slept != "" && l.host.slept(ctx, l.pid) == l.slept: // it may not have read the line
		return nil
	case rest < surePause:
		if a, _ := l.host.at(ctx, l.pid, ""); a == busy { // it has shown the line, and is not back yet
			return nil
		}
	}
	l.slept = l.host.slept(ctx, l.pid)
	l.phase, l.last = entered, now
	l.echo = own
	switch {
	case l.line != "" && len(l.echo) == 0: // the terminal shows nothing of what is typed
		l.phase = printing
	case bytes.HasSuffix(l.echo, []byte("\n")): // BusyBox is on the next row already, so it will not go there
		l.phase = printing
	}
	l.send("\r")
	return printed
}

// accepted notes that readline has read the line, and returns what others have
// printed meanwhile.
func (l *commandLine) accepted() (printed []byte) {
	printed, l.echo = foreign(l.echo, l.line)
	l.phase, l.skip = entered, "\r"
	if !bytes.HasSuffix(l.echo, []byte("\n")) { // the terminal shows nothing of what is typed
		l.skip = "\r\r\n"
	}
	return printed
}

// behind returns what is printed behind the line and the Enter key, nil if that has
// not begun. Readline returns the cursor behind its line; other shells leave the line
// with the Enter key.
func (l *commandLine) behind(text []byte) []byte {
	if l.pasted {
		for len(l.skip) > 0 && len(text) > 0 && text[0] == l.skip[0] {
			text, l.skip = text[1:], l.skip[1:]
		}
		if len(text) == 0 {
			return nil
		}
	} else if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[i+1:]
	} else {
		return nil
	}
	l.phase = printing
	return text
}

// unread reports whether the shell may not have read the Enter key yet.
func (l *commandLine) unread(ctx context.Context) bool {
	return !l.pasted && (l.phase == entered || l.slept != "" && l.host.slept(ctx, l.pid) == l.slept)
}
