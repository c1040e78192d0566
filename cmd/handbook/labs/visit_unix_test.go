//go:build unix

package labs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// A guest visits machines: there they say something, and stay until they are told to
// leave.
type guest struct {
	failed string
	said   chan string // what the shell that they get has printed
	leave  chan struct{}
	over   chan error
}

func (g *guest) Note(string) {}
func (g *guest) Step(e verify.Event) {
	if len(e.Failures) > 0 {
		g.failed = e.Failures[0].Msg
	}
}

func (g *guest) Enter(ctx context.Context, m verify.Machine, p *plans.Plan, state string) {
	script, err := shell.EnterScript(state, "sh", p.Lab.Dir, p.Lab.Env)
	if err == nil {
		var s shell.Stream
		if s, err = m.Exec(ctx, shell.Process{Args: []string{"sh", "-c", script}}); err == nil {
			defer s.Close()
			fmt.Fprintf(s, "echo \"$X ${PWD##*/}\" there\nexit\n")
			_ = s.CloseWrite()
			out, _ := io.ReadAll(s)
			g.said <- strings.TrimSpace(string(out))
		}
	}
	if err != nil {
		g.said <- err.Error()
	}
	select {
	case <-g.leave:
	case <-ctx.Done():
	}
}

// visit has a guest visit a machine before a line.
func (w *writer) visit(ctx context.Context, line int) *guest {
	g := &guest{said: make(chan string, 1), leave: make(chan struct{}), over: make(chan error, 1)}
	go func() { g.over <- w.Visit(ctx, "a.md", line, g) }()
	return g
}

func (g *guest) says(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-g.said:
		if got != want {
			t.Errorf("the shell says %q, want %q", got, want)
		}
	case err := <-g.over:
		t.Fatalf("there is no machine: %v", err)
	}
}

// A visit is on the machine that waits, if that is where it is wanted, or else on a
// fresh one, and on no other afterwards.
func TestVisit(t *testing.T) {
	w := newWriter(t)
	started := func(want, there int) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			n, is := w.now()
			if n == want && is == there {
				return
			}
			if n > want || time.Now().After(end) {
				t.Fatalf("%d machines were started, and %d are there, want %d and %d", n, is, want, there)
			}
		}
	}
	o, _ := w.save("mkdir -p d/e; cd d/e; X=1; echo $X", "X=2; cd ..; pwd", "echo three", "false", "echo never")
	if failed, ok := errors.AsType[*verify.Failures](o.Err); !ok || len(failed.All) != 1 {
		t.Fatalf("%+v", o.Err)
	}
	w.until(18) // before what has failed
	started(2, 1)
	ahead := w.visit(t.Context(), 18)
	ahead.says(t, "2 d there")
	started(3, 2) // the next one is prepared
	w.until(18)

	// Another one takes its place, on a machine of its own.
	other := w.visit(t.Context(), 10)
	if err := <-ahead.over; !errors.Is(err, errOtherVisit) {
		t.Errorf("the first visit ends with %v", err)
	}
	other.says(t, "1 e there")
	started(4, 2)
	close(other.leave)
	if err := <-other.over; err != nil {
		t.Error(err)
	}
	started(4, 1) // the one that waits

	// A lab is run up to what fails.
	ctx, cancel := context.WithCancel(t.Context())
	end := w.visit(ctx, 22)
	end.says(t, "2 d there")
	if end.failed != "exited with 1, expected 0" {
		t.Errorf("it is told that the lab %q", end.failed)
	}
	cancel()
	if err := <-end.over; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	started(5, 1)

	// What is run needs the room that a visitor has.
	w.limit(1)
	last := w.visit(t.Context(), 6)
	last.says(t, "lab there")
	started(6, 1)
	w.Ask("a.md")
	if err := <-last.over; !errors.Is(err, errNoRoom) {
		t.Errorf("the visit ends with %v", err)
	}
	<-w.over
	if err := w.Visit(t.Context(), "b.md", 0, last); err == nil {
		t.Error("what is no lab is visited")
	}
}
