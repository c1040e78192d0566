// Package terminal implements terminals in pages of the preview: a shell on a
// machine of a lab, the screen that it writes to, and the messages about it to
// a window.
package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/screen"
	"handbook/verify/shell"
)

// Limits of the size of a terminal.
const (
	leastColumns, mostColumns = 20, 250
	leastRows, mostRows       = 4, 100
)

// A Terminal is a terminal in a window. It implements labs.Visitor, and is
// empty until it enters a machine.
type Terminal struct {
	ID string // secret of its window

	sizing sync.Mutex // orders the calls of tellSize, so that the last size is set last

	mu            sync.Mutex
	columns, rows int
	screen        *screen.Screen // nil before the shell is there
	stream        shell.Stream   // stream of the shell
	plan          *plans.Plan    // plan that is run before
	progress      Progress
	failed        string // why there is no shell
	over          bool
	typed         []byte // input that the shell has not received yet
	wake          chan struct{}
	awake         chan struct{} // receives when typed has grown
}

// New returns a terminal of a size.
func New(columns, rows int) *Terminal {
	t := &Terminal{ID: rand.Text(), wake: make(chan struct{}, 1), awake: make(chan struct{}, 1)}
	t.columns, t.rows = within(columns, rows)
	return t
}

func within(columns, rows int) (int, int) {
	return min(max(columns, leastColumns), mostColumns), min(max(rows, leastRows), mostRows)
}

// Step implements labs.Visitor.
func (t *Terminal) Step(e verify.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := &t.progress
	if t.plan != e.Plan {
		t.plan, p.Done = e.Plan, 0
	}
	switch e.State {
	case verify.StepStarted:
		p.Note = fmt.Sprintf("%s:%d: %s", e.Page, e.Line, e.Command)
	case verify.StepDone:
		if e.Index < 0 {
			p.Done++
		}
		if len(e.Failures) > 0 {
			p.Failed = e.Failures[0].Error()
		}
	default:
		return
	}
	p.All = len(e.Plan.Steps)
	tell(t.wake)
}

// Note implements labs.Visitor.
func (t *Terminal) Note(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress.Note = line
	tell(t.wake)
}

// tell wakes a goroutine that waits for a channel.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Enter implements labs.Visitor. It starts the shell, and returns when the
// shell or the context ends.
func (t *Terminal) Enter(ctx context.Context, m verify.Machine, p *plans.Plan, state string) {
	err := t.enter(ctx, m, p, state)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	if err != nil && ctx.Err() == nil {
		t.failed = err.Error()
	}
	tell(t.wake)
}

func (t *Terminal) enter(ctx context.Context, m verify.Machine, p *plans.Plan, state string) error {
	words := strings.Fields(m.Enter())
	name := words[len(words)-1]
	script, err := shell.EnterScript(state, name, p.Lab.Dir, p.Lab.Env)
	if err != nil {
		return err
	}
	stream, err := m.Exec(ctx, shell.Process{Args: []string{name, "-c", script}, TTY: true})
	if err != nil {
		return err
	}
	defer stream.Close()
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	t.mu.Lock()
	t.stream, t.screen = stream, screen.NewAt(t.columns, t.rows)
	t.mu.Unlock()
	t.tellSize(ctx)
	ended := make(chan struct{})
	defer close(ended)
	go t.write(stream, ended)
	t.read(stream)
	return nil
}

// flow limits how much output is read in a time. A program that prints more
// blocks, as at every terminal.
const (
	flow     = 64 << 10
	flowTime = time.Second / 30
)

// read reads the output of the shell until it ends.
func (t *Terminal) read(stream shell.Stream) {
	b := make([]byte, 16<<10)
	taken, since := 0, time.Now()
	for {
		n, err := stream.Read(b)
		t.mu.Lock()
		_, _ = t.screen.Write(b[:n]) // never fails
		reply := t.screen.Reply()
		t.mu.Unlock()
		if len(reply) > 0 {
			_ = t.Type(reply) // an error means that the program does not read
		}
		tell(t.wake)
		if err != nil {
			return
		}
		if taken += n; taken >= flow {
			time.Sleep(flowTime - time.Since(since))
		}
		if time.Since(since) >= flowTime {
			taken, since = 0, time.Now()
		}
	}
}

// mostTyped is how many bytes are buffered for a program that does not read.
const mostTyped = 256 << 10

// Type sends what somebody types.
func (t *Terminal) Type(b []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.stream == nil:
		return errors.New("the terminal is not there yet")
	case len(t.typed)+len(b) > mostTyped:
		return errors.New("the program in the terminal does not read what is typed")
	}
	t.typed = append(t.typed, b...)
	tell(t.awake)
	return nil
}

// write writes what is typed to the shell.
func (t *Terminal) write(stream shell.Stream, ended <-chan struct{}) {
	for {
		select {
		case <-t.awake:
		case <-ended:
			return
		}
		t.mu.Lock()
		b := t.typed
		t.typed = nil
		t.mu.Unlock()
		if _, err := stream.Write(b); err != nil {
			return
		}
	}
}

// Resize gives the terminal another size.
func (t *Terminal) Resize(ctx context.Context, columns, rows int) {
	columns, rows = within(columns, rows)
	t.mu.Lock()
	t.columns, t.rows = columns, rows
	if t.screen != nil {
		t.screen.Resize(columns, rows)
	}
	t.mu.Unlock()
	tell(t.wake)
	t.tellSize(ctx)
}

// tellSize sets the size that programs see. If it fails, they keep the old one.
func (t *Terminal) tellSize(ctx context.Context) {
	t.sizing.Lock()
	defer t.sizing.Unlock()
	t.mu.Lock()
	r, ok := t.stream.(shell.Resizer)
	columns, rows := t.columns, t.rows
	t.mu.Unlock()
	if ok {
		_ = r.Resize(ctx, columns, rows)
	}
}
