//go:build unix

package terminal

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// A window has what a terminal has told it.
type window struct {
	*Terminal
	t      *testing.T
	frames chan Frame
	last   Frame
	rows   map[int]string
	above  []string
}

// text returns the text of spans.
func text(b json.RawMessage) (all string) {
	var spans [][]any
	_ = json.Unmarshal(b, &spans)
	for _, s := range spans {
		all += s[0].(string)
	}
	return all
}

// next takes a frame.
func (w *window) next() {
	w.t.Helper()
	f, ok := <-w.frames
	if !ok {
		w.t.Fatalf("it is over: %+v", w.last)
	}
	w.last = f
	for y, b := range f.Rows {
		w.rows[y] = text(b)
	}
	for _, b := range f.Above {
		w.above = append(w.above, text(b))
	}
}

// until waits until a row ends with a text.
func (w *window) until(want string) {
	w.t.Helper()
	for {
		for _, row := range w.rows {
			if strings.HasSuffix(row, want) {
				return
			}
		}
		w.next()
	}
}

func (w *window) types(keys string) {
	w.t.Helper()
	if err := w.Type([]byte(keys)); err != nil {
		w.t.Fatal(err)
	}
}

// enter starts a shell, until the test is over.
func enter(t *testing.T) *window {
	t.Helper()
	m, err := local.Engine{}.Start(t.Context(), verify.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	w := &window{Terminal: New(40, 5), t: t, frames: make(chan Frame, 10000), rows: map[int]string{}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		w.Enter(ctx, m, &plans.Plan{Page: &content.Page{}, Lab: &config.Lab{Dir: "~", Env: map[string]string{"PS1": "% "}}}, "")
		_ = m.Close()
		close(done)
	}()
	go func() {
		_ = w.Show(ctx, func(f Frame) error { w.frames <- f; return nil })
		close(w.frames)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	w.until("%")
	return w
}

func TestTerminal(t *testing.T) {
	w := enter(t)
	w.types("seq 8; stty size\r")
	w.until("5 40")
	for len(w.above) < 6 { // when no more is printed
		w.next()
	}
	if above := strings.Join(w.above, "|"); !strings.HasSuffix(above, "seq 8; stty size|1|2|3|4|5") {
		t.Errorf("above the screen is %q", above)
	}
	w.Resize(t.Context(), 60, 6)
	w.types("stty size\r")
	w.until("6 60")

	// Without end: little is taken at a time, and keys are heard.
	start := time.Now()
	w.types("yes 0123456789abcdef; echo\r")
	w.until("0123456789abcdef")
	time.Sleep(300 * time.Millisecond)
	w.types("\x03")
	w.until("^C")
	w.types("echo that is $((6 * 7))\r")
	w.until("that is 42")
	w.mu.Lock()
	lines := w.screen.View().Above
	w.mu.Unlock()
	if most := (time.Since(start)/flowTime + 2) * (flow + 16<<10) / 17; lines > int(most) {
		t.Errorf("%d lines are taken in %v", lines, time.Since(start))
	}
	if w.Type(make([]byte, mostTyped+1)) == nil {
		t.Error("more is kept than anybody can type")
	}
	w.types("exit\r")
	for f := range w.frames {
		w.last = f
	}
	if !w.last.Over || w.last.Error != "" {
		t.Errorf("at the end: %+v", w.last)
	}
}
