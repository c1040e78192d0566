package shell

import (
	"bytes"
	"context"
	"time"

	"handbook/verify/screen"
)

// pause waits until new background jobs have started up: until all their processes
// sleep and what they print at first has come. It waits no longer than idlePause for
// a job that never sleeps.
func (t *terminal) pause(ctx context.Context) error {
	deadline := time.Now().Add(idlePause)
	var before map[string]job
	for last := time.Now(); ; {
		jobs, _ := t.host.jobs(ctx, t.pid)
		if t.take() {
			last = time.Now()
		}
		begun := true
		for group, j := range jobs {
			if !t.begun[group] && (!j.rests || j != before[group]) {
				begun = false
			}
		}
		if fresh := len(before) > 0; begun && (!fresh || time.Since(last) >= promptPause) || time.Now().After(deadline) {
			t.begun = map[string]bool{}
			for group := range jobs {
				t.begun[group] = true
			}
			return nil
		}
		before = jobs
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(promptPause):
		}
	}
}

// mostEarly is how much of what was printed behind the last prompt is kept: a job in
// the background may print without end.
const mostEarly = 4 << 20

// take reads what was printed behind the last prompt, and reports whether there was
// anything. Of what is too much, the lines before the last ones are left out.
func (t *terminal) take() bool {
	taken := false
	for {
		select {
		case chunk, ok := <-t.chunks:
			if !ok {
				return taken
			}
			t.early, taken = append(t.early, chunk...), true
			if len(t.early) > mostEarly {
				rest := t.early[len(t.early)-mostEarly/2:]
				t.early = bytes.Clone(rest[bytes.IndexByte(rest, '\n')+1:])
			}
		default:
			return taken
		}
	}
}

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
