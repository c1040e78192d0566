package shell

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

var (
	// startScript becomes the reader's shell.
	//
	//go:embed start.sh
	startScript string
	// shStart is the start-up file of a shell other than bash.
	//
	//go:embed rc.sh
	shStart string
)

// A terminal is one interactive shell at a terminal of the host. Commands are
// typed at its prompt, a line after the other, as a reader types them.
type terminal struct {
	stream  Stream // what the terminal prints, and what is typed there
	host    *questions
	key     string // of the marks in its prompts, which no command knows in advance
	pid     string // of the shell, on the host
	isBash  bool
	chunks  chan []byte // what the terminal prints; closed at its end
	scanner scanner
	early   []byte // printed behind the last prompt, but not yet looked at
	ended   bool
	program *program        // the program that keeps the terminal, or nil
	begun   map[string]bool // the jobs that have been waited for

	phase   phase
	pasting bool   // readline takes what is pasted as it is (xterm's bracketed paste mode)
	status  status // of the last prompt
	lost    bool   // the last prompt had no marks: the lab has changed it

	doubtful bool // a prompt came that said something else than the one before it
}

// A phase is what the terminal prints just then.
type phase int

const (
	printing  phase = iota // what the command prints
	echoing                // what is typed, as the shell shows it
	entered                // the end of the line that was typed
	prompting              // a prompt
)

// open starts a shell in a directory, which is made if it is not there.
func open(ctx context.Context, h Host, q *questions, dir string, env []string) (*terminal, error) {
	random := make([]byte, 12)
	rand.Read(random) // never fails
	t := &terminal{host: q, key: hex.EncodeToString(random), chunks: make(chan []byte, 64)}
	t.scanner.key = t.key
	size := fmt.Sprint(Rows, " ", Columns)
	args := []string{"sh", "-c", startScript, "sh", t.key, dir, strings.ReplaceAll(shStart, "@KEY@", t.key), size}
	var err error
	if t.stream, err = h.Exec(ctx, Process{Args: args, Env: env, TTY: true}); err != nil {
		return nil, err
	}
	go t.read()
	if err := t.begin(ctx); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// begin waits for the first prompt, and lets a bash tell where its prompts
// begin and end: only bash itself can do that after its start-up files.
func (t *terminal) begin(ctx context.Context) error {
	w := newWatch(t, Command{Timeout: time.Minute})
	w.first = true
	if err := w.wait(ctx, w.look); err != nil {
		return err
	}
	if w.result.Ending != Ended {
		return fmt.Errorf("no shell on the machine: %s", strings.Join(w.screen.Output().Lines, " "))
	}
	if !t.isBash {
		return nil
	}
	r, err := t.run(ctx, Command{Text: t.marking(), Timeout: time.Minute}, nil, nil)
	if err == nil && (r.Ending != Ended || r.Exit != 0 || t.lost) {
		err = fmt.Errorf("the machine's bash does not show a prompt: %s", strings.Join(r.Lines, " "))
	}
	return err
}

// marking is the command that puts marks into the prompts of bash. They are
// made by the expansions of a prompt alone, so no command of ours is run, which
// a trap or "set -x" would show. "${PIPESTATUS[*]/%/,}" is the one form that
// does not depend on IFS. Readline takes what stands between \001 and \002 to
// take no room, and a terminal does not show it where the text of a prompt is
// printed.
func (t *terminal) marking() string {
	mark := func(s string) string { return `$'\001\e]7777;` + t.key + ";" + s + `\a\002'` }
	return "PS1=" + mark(`D;$?;${PIPESTATUS[*]/%/,};\\#`) + `"$PS1"` + mark("B") + " PS2=" + mark("C") + `"$PS2"` + mark("B") + "; history -c"
}

// send types keys. An error shows up as the end of the output.
func (t *terminal) send(keys string) { _, _ = t.stream.Write([]byte(keys)) }

// read passes on what the terminal prints.
func (t *terminal) read() {
	defer close(t.chunks)
	for {
		buf := make([]byte, 32<<10)
		n, err := t.stream.Read(buf)
		if n > 0 {
			t.chunks <- buf[:n]
		}
		if err != nil {
			return
		}
	}
}

// close gives up the terminal. What runs there ends with its host.
func (t *terminal) close() {
	if t.program != nil {
		t.program.stop()
	}
	t.stream.Close()
	go func() { // read may be waiting for somebody to take a chunk
		for range t.chunks {
		}
	}()
}

// run runs one command. An error means that the host failed or that ctx
// ended; the result then has what was seen until then. waiting asks the host
// whether the command waits for input, and listens whether what it has started
// listens on a port; either may be nil.
func (t *terminal) run(ctx context.Context, c Command, waiting waitingFunc, listens func(context.Context) bool) (Result, error) {
	if t.program != nil {
		return t.typeTo(ctx, c, waiting, listens)
	}
	if t.ended {
		return Result{Ending: ShellEnded, Left: c.Typed}, nil
	}
	if c.Pause {
		if err := t.pause(ctx); err != nil {
			return Result{}, err
		}
	}
	start := time.Now()
	w := newWatch(t, c)
	w.reader.waiting, w.ready.listens = waiting, listens
	w.line.left = strings.Split(strings.ReplaceAll(c.Text, "\x00", ""), "\n") // NUL can't be typed
	if c.NoTTY {
		pipe, err := openPipe(ctx, t.host.host, t.key)
		if err != nil {
			return Result{}, err
		}
		defer pipe.close()
		w.pipe = pipe
		w.line.left = append([]string{"{"}, append(w.line.left, "} </dev/null >"+pipe.name+" 2>&1")...)
	}
	was := t.status
	w.result.Before = t.background()
	if c.Key {
		w.line.left = nil
		w.line.press(c.Text)
	} else {
		w.typeLine(ctx)
	}
	err := w.wait(ctx, w.look)
	w.ready.finish()
	if w.pipe != nil {
		w.pipe.drain(ctx, t.host, w.screen)
	}
	r := w.result
	r.Seconds, r.Left, r.Interrupts = time.Since(start).Seconds(), w.input.left, w.input.interrupts
	if r.Ending == Stays {
		if w.askStatus(ctx); w.nested != nil {
			r.Exit = w.nested.exit
		}
		t.leave(w, &r)
		return r, err
	}
	if r.Ending == Ended {
		w.end(&r, was)
	}
	r.Doubtful = t.doubtful
	switch {
	case w.changed.before != nil:
		r.Output = *w.changed.before
	case w.lastPrompt != nil && t.lost:
		r.Output = *w.lastPrompt
	case r.Ending == Ended:
		r.Output = w.screen.AtPrompt()
	default:
		r.Output = w.screen.Output()
	}
	return r, err
}
