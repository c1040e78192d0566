package shell

import (
	"context"
	"testing"

	"handbook/verify/screen"
)

// A line is typed at what looks like a prompt only if that is all that was printed, also
// while the host was asked who waits.
func TestAsksNow(t *testing.T) {
	for _, test := range []struct {
		shows string
		late  bool // something is printed while the host is asked
		want  bool
	}{
		{shows: ">>> ", want: true},
		{shows: ">>> ", late: true},
		{shows: "717540e919bc: "},
		{shows: "717540e919bc: Extracting [==>"},
		{shows: "845b528f614d: Pulling fs layer\r\n\x1b[1A717540e919bc: Downloading [=>  ]"},
		{shows: "90% [2 Packages store 0 B]"},
		{shows: "717540e919bc: who are you?", want: true},
		{shows: "/ # ", want: true},
	} {
		term := &terminal{chunks: make(chan []byte, 1)}
		d := &display{screen: screen.New(80, 25)}
		d.screen.Write([]byte(test.shows))
		d.printed()
		r := &reader{terminal: term, display: d, waiting: func(context.Context, waiters, string) (bool, bool) {
			if test.late {
				term.chunks <- []byte("\r\n")
			}
			return true, false
		}}
		if got := r.asksNow(t.Context()); got != test.want {
			t.Errorf("%q, late %v: %v, want %v", test.shows, test.late, got, test.want)
		}
	}
}
