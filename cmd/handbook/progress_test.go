package main

import (
	"bytes"
	"strings"
	"testing"

	"handbook/verify"
)

// live returns a progress that draws on a terminal of some size when told to.
func live(out *bytes.Buffer, columns, rows int) *progress {
	return &progress{out: out, err: out, live: true, size: func() (int, int) { return columns, rows }, stop: make(chan struct{})}
}

func TestLiveLines(t *testing.T) {
	var out bytes.Buffer
	p := live(&out, 60, 24)
	p.start("content/a.md", "")
	p.start("content/b.md", "")
	p.event(verify.Event{Page: "content/b.md", State: verify.StepStarted, Line: 12, Command: "docker build -t a-name-that-is-rather-long:1.0 ."})
	p.event(verify.Event{Page: "content/b.md", State: verify.StepRunning, Line: 12, Lines: 3})
	p.draw()
	want := "\x1b[?7l" +
		"\x1b[2Kcontent/a.md  0:00 (lab 0:00)  starting a machine\n" +
		"\x1b[2Kcontent/b.md:12  0:00 (lab 0:00), 3 lines  docker build -t…\n" +
		"\x1b[J\x1b[?7h"
	if out.String() != want {
		t.Errorf("drawn %q, want %q", &out, want)
	}
	out.Reset()
	p.done("content/a.md", "a.md  passed")
	if want := "\r\x1b[2A\x1b[Ja.md  passed\n"; out.String() != want {
		t.Errorf("drawn %q, want %q", &out, want)
	}
	out.Reset()
	p.done("content/b.md", "b.md  passed")
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
			p.start(name, "")
		}
		p.draw()
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("%d rows: %d lines, want %d", rows, got, want)
		}
	}
}

func TestPlainLines(t *testing.T) {
	var out, err bytes.Buffer
	p := newProgress(&out, &err)
	p.start("content/a.md", "")
	p.event(verify.Event{Page: "content/a.md", State: verify.StepStarted, Line: 12, Command: "make"})
	p.event(verify.Event{Page: "content/a.md", State: verify.StepRunning, Line: 12, Command: "make", Lines: 9})
	p.engine("pulling an image")
	p.done("content/a.md", "a.md  passed")
	p.end()
	if want := "content/a.md: starting a machine\ncontent/a.md:12: make\npulling an image\n"; err.String() != want {
		t.Errorf("told %q, want %q", &err, want)
	}
	if want := "a.md  passed\n"; out.String() != want {
		t.Errorf("result %q, want %q", &out, want)
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly", 7, "exactly"},
		{"too long", 7, "too lo…"},
		{"ümläut", 4, "üml…"},
		{"\x1b[31mred\n", 20, "·[31mred·"},
		{"\u009b31mred\u0085", 20, "·31mred·"}, // some terminals take these for ESC [ and a new line
		{"any", 0, "any"},
	} {
		if got := cut(test.in, test.width); got != test.want {
			t.Errorf("cut(%q, %d) = %q, want %q", test.in, test.width, got, test.want)
		}
	}
}
