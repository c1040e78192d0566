package shell

import (
	"context"
	"testing"
	"time"

	"handbook/verify/screen"
)

// What a terminal shows of a line while that is still on its way to a program is no answer
// to it, and neither is what the program has printed before.
func TestShown(t *testing.T) {
	for _, test := range []struct {
		at, typed, shows string
		after            time.Duration
		want             bool
	}{
		{at: "/ # ", typed: "echo $(ls)\r", shows: "echo $(ls)\r\na\r\n/ # ", want: true},
		{at: "/ # ", typed: "echo $(ls)\r", shows: ""},
		{at: "/ # ", typed: "echo $(ls)\r", shows: "\x1b[6n"},
		{at: "/ # ", typed: "echo $(ls)\r", shows: "echo $"},
		{at: "/ # ", typed: "echo $(ls)\r", shows: "echo $", after: surePause},
		{at: "/ # ", typed: "echo $(ls)\r", shows: "echo $(ls)", after: surePause},
		{at: "/ # ", typed: "echo $(ls)\r", shows: "\rask> ", after: surePause, want: true},
		{at: "/ # ", typed: "echo $(ls)\r", shows: "echo $", after: silentPause, want: true},
		{at: "", typed: "echo $(ls)\r", shows: "echo $"},
		{at: ">>> ", typed: "for i in 1, 2:\n", shows: "for i in 1, 2:\r\n... ", want: true},
		{at: "Password: ", typed: "secret\n", shows: "\r\n", want: true},
		{at: "> ", typed: "a-long-word a-long-word? a-long-word\r", shows: "a-long-word \r\na-long-word? a-l"},
		{at: "> ", typed: "a-long-word a-long-word? a-long-word\r", shows: "a-long-word \r\na-long-word?"},
		{at: "> ", typed: "\x04", shows: "", want: true},
	} {
		d := &display{screen: screen.New(Columns, 25)}
		w := &watch{terminal: &terminal{}, display: d}
		if len(test.typed) > 30 {
			test.typed = "a-long-word a-long-word a-long-word a-long-word a-long-word a-long-word " + test.typed
		}
		d.screen.Write([]byte(test.at))
		i := &input{terminal: w.terminal, display: d, keys: test.typed}
		i.prompt, _ = d.screen.Prompt()
		d.typed()
		w.took(t.Context(), []byte(test.shows), true)
		if got := i.shown(d.last.Add(test.after)); got != test.want {
			t.Errorf("%q typed at %q, which shows %q after %v: %v, want %v", test.typed, test.at, test.shows, test.after, got, test.want)
		}
	}
}

// A key that was lost is pressed again only for a process that was started after the one
// that it was for, whatever their numbers are: those begin anew.
func TestPressAgain(t *testing.T) {
	for _, test := range []struct {
		then, now string
		want      bool
	}{
		{"500 9000 100", "501 9100 9050", true},
		{"32760 9000 100", "310 9100 9050", true},
		{"500 9000", "501 9100 9050", true}, // it had just ended
		{"500 9000 100", "500 9100 100", false},
		{"500 9000 100", "400 9100 90", false}, // its shell is back
		{"500 9000 100", "31000 9100 90", false},
		{"500 9000", "400 9100 90", false},
		{"500 9000 100", "501 9100", false},
		{"500 9000 100", "", false},
		{"", "501 9100 9050", false},
	} {
		asks := func(answer string) group {
			q := newQuestions(answers{"group 1": answer + "\n"})
			defer q.close()
			return q.group(t.Context(), "1")
		}
		if got := asks(test.now).isYounger(asks(test.then)); got != test.want {
			t.Errorf("%q after %q: %v, want %v", test.now, test.then, got, test.want)
		}
	}
}

// A program without a prompt that has been silent for some seconds may still be at work,
// as it is where many processes run: then it is waited for longer.
func TestSilentProgram(t *testing.T) {
	for _, test := range []struct {
		silent time.Duration
		waits  bool
		want   bool
	}{
		{2 * time.Second, true, false},
		{4 * time.Second, true, true},
		{4 * time.Second, false, false},
		{21 * time.Second, false, true},
	} {
		w := newWatch(&terminal{}, Command{})
		w.reader.waiting = func(_ context.Context, which waiters, _ string) (bool, bool) {
			return test.waits && which == dockers, false
		}
		w.input.keys = "one\r"
		if got := (&program{watch: w}).lineDone(t.Context(), w.last.Add(test.silent)); got != test.want {
			t.Errorf("silent for %v, waits %v: %v, want %v", test.silent, test.waits, got, test.want)
		}
	}
}

// A mark that does not come, for a key can throw away what is on its way, is asked for
// again.
func TestLostMark(t *testing.T) {
	for _, test := range []struct {
		asked time.Duration // from now
		want  bool
	}{{time.Hour, false}, {-time.Hour, true}} {
		q := newQuestions(answers{})
		p := prompt{terminal: &terminal{host: q}, closed: true, awaited: "S;lost", askedAt: time.Now().Add(test.asked)}
		if got := p.confirm(t.Context()); got != test.want {
			t.Errorf("asked at %v: %v, want %v", test.asked, got, test.want)
		}
		q.close()
	}
}
