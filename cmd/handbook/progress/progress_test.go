package progress

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"

	"handbook/cmd/handbook/tty"
	"handbook/verify"
)

// live returns a progress that draws on a terminal of some size when told to.
func live(out *bytes.Buffer, columns, rows int) *Display {
	w := tty.NewWriter(out)
	return &Display{out: w, err: w, live: true, size: func() (int, int) { return columns, rows }, stop: make(chan struct{})}
}

// Its times are those of a clock that stands.
func TestLiveLines(t *testing.T) { synctest.Test(t, testLiveLines) }

func testLiveLines(t *testing.T) {
	var out bytes.Buffer
	p := live(&out, 60, 24)
	p.Start("content/a.md", "")
	p.Start("content/b.md", "")
	p.Step(verify.Event{Page: "content/b.md", State: verify.StepStarted, Line: 12, Command: "docker build -t a-name-that-is-rather-long:1.0 ."})
	p.Step(verify.Event{Page: "content/b.md", State: verify.StepRunning, Line: 12, Lines: 3})
	p.draw()
	want := "\x1b[?7l" +
		"\x1b[2Kcontent/a.md  0:00 (lab 0:00)  starting a machine\n" +
		"\x1b[2Kcontent/b.md:12  0:00 (lab 0:00), 3 lines  docker build -t…\n" +
		"\x1b[J\x1b[?7h"
	if out.String() != want {
		t.Errorf("drawn %q, want %q", &out, want)
	}
	out.Reset()
	p.Done("content/a.md", "a.md  passed")
	if want := "\x1b[2F\x1b[Ja.md  passed\n"; out.String() != want {
		t.Errorf("drawn %q, want %q", &out, want)
	}
	out.Reset()
	p.Done("content/b.md", "b.md  passed")
	p.draw()
	if want := "b.md  passed\n"; out.String() != want {
		t.Errorf("drawn %q, want %q", &out, want)
	}
}

// More labs than the terminal has lines leave room for the cursor.
func TestLiveLinesSmallTerminal(t *testing.T) {
	for rows, want := range map[int]int{1: 1, 2: 1, 3: 2, 6: 5, 7: 5} {
		var out bytes.Buffer
		p := live(&out, 60, rows)
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			p.Start(name, "")
		}
		p.draw()
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("%d rows: %d lines, want %d", rows, got, want)
		}
	}
}

func TestPlainLines(t *testing.T) {
	var out, err bytes.Buffer
	p := New(&out, &err)
	p.Start("content/a.md", "")
	p.Step(verify.Event{Page: "content/a.md", State: verify.StepStarted, Line: 12, Command: "make"})
	p.Step(verify.Event{Page: "content/a.md", State: verify.StepRunning, Line: 12, Command: "make", Lines: 9})
	p.Note("pulling an image")
	p.Done("content/a.md", "a.md  passed")
	p.End()
	if want := "content/a.md: starting a machine\ncontent/a.md:12: make\npulling an image\n"; err.String() != want {
		t.Errorf("told %q, want %q", &err, want)
	}
	if want := "a.md  passed\n"; out.String() != want {
		t.Errorf("result %q, want %q", &out, want)
	}
}
