package shell

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"handbook/content/sgr"
	"handbook/verify/screen"
)

// A status is what a prompt says of the command before it.
type status struct {
	exit  int
	parts []int  // exit statuses of the parts of the last pipeline; nil in shells that do not tell
	count string // number of the next command, "" in shells that do not count
}

// parseStatus reads the mark at the start of a prompt: "D;STATUS;PARTS;COUNT", in
// shells that know no more "D;STATUS;". Each part ends with a comma; between two of
// them stands what IFS begins with.
func parseStatus(text string) (st status, ok bool) {
	kind, rest, _ := strings.Cut(text, ";")
	exit, rest, ok := strings.Cut(rest, ";")
	if kind != "D" || !ok {
		return st, false
	}
	var err error
	if st.exit, err = strconv.Atoi(exit); err != nil {
		return st, false
	}
	last := strings.LastIndexByte(rest, ';')
	if last < 0 {
		return st, true
	}
	for _, part := range strings.FieldsFunc(rest[:last], func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return st, false
		}
		st.parts = append(st.parts, n)
	}
	st.count = rest[last+1:]
	return st, true
}

// recover finds out how the last command has ended at a prompt of bash without
// marks. Readline expands a word as the shell would (shell-expand-line) and
// shows it; then the line is emptied. Nothing is run, and nothing is left. A
// status that can't be found out is -1. shown is what the terminal shows.
func (t *terminal) recover(ctx context.Context, shown *screen.Screen) status {
	const word = "handbook="
	result := regexp.MustCompile(word + `(\d+)=(.*)=`)
	s := shown.CarriedOn() // readline goes to columns, so it matters where the prompt ends
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	line := func() string { return sgr.Unstyled(strings.Join(s.Output().Lines, "\n")) }
	t.send(`"` + word + `$?=${PIPESTATUS[*]/%/,}="` + "\x1b\x05")
	var m []string
	t.follow(ctx, s.Write, func() bool { m = result.FindStringSubmatch(line()); return m != nil })
	t.send("\x15")
	t.follow(ctx, s.Write, func() bool { return !strings.Contains(line(), word) })
	if m == nil {
		return status{exit: -1}
	}
	st, ok := parseStatus("D;" + m[1] + ";" + m[2] + ";")
	if !ok {
		return status{exit: -1}
	}
	return status{exit: st.exit, parts: st.parts}
}

// markSh puts a mark before and, unless after is "", behind the prompt of a
// shell that is not bash, and returns the status that the new prompt tells, and
// what stands between the marks. The status is that of the command before: an
// assignment has that of the substitution in it. It is -1 if no such prompt
// comes.
func (t *terminal) markSh(ctx context.Context, before, after string, busybox bool) (st status, prompt string) {
	// BusyBox takes what stands between \[ and \] to take no room.
	escape, bell, hide, end := `\033`, `\007`, "", ""
	if busybox {
		escape, bell, hide, end = `\\e`, `\\a`, `\\[`, `\\]`
	}
	mark := func(s string) string { return hide + escape + "]7777;" + t.key + ";" + s + bell + end }
	text := mark(before+";%s;") + "%s"
	if after != "" {
		text += mark(after)
	}
	t.send("PS1=$(s=$?; printf '" + text + `' '$?' "$PS1"; exit $s)` + "\r")
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	st.exit = -1
	shown := screen.New(Columns, Rows) // the new prompt, without the line that was typed
	whole := false
	t.follow(ctx, func(chunk []byte) (int, error) {
		t.scanner.scan(chunk, func(tok token) {
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
