//go:build unix

package shell_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"handbook/verify/local"
	"handbook/verify/shell"
)

// What a command without a terminal has printed is all there, however late it comes, and
// though a process in the background holds its output open.
func TestPipeIsDrained(t *testing.T) {
	t.Parallel()
	m, err := local.Engine{}.Machine()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	s := &shell.Terminals{Host: latePipes{m}, Dir: "~/lab"}
	t.Cleanup(s.Close)
	for _, test := range []struct {
		text string
		want []string
	}{
		{"seq 3; sleep 1000 &", []string{"1", "2", "3"}},
		{"seq 3; printf '\\033[?2004hx'", []string{"1", "2", "3", "x"}},
		{"echo !nonesuch", nil}, // nobody opens the pipe
		{"true", nil},
	} {
		r, err := s.Run(t.Context(), 1, shell.Command{Text: test.text, NoTTY: true, Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.DeleteFunc(r.Lines, func(line string) bool { return strings.HasPrefix(line, "bash: ") || strings.HasPrefix(line, "[1] ") })
		if r.Ending != shell.Ended || !slices.Equal(lines, test.want) {
			t.Errorf("%q: ended as %d, printed %q", test.text, r.Ending, lines)
		}
	}
}

// latePipes are a host on which the output of commands without a terminal comes late, a
// few bytes at a time.
type latePipes struct{ *local.Machine }

func (h latePipes) Exec(ctx context.Context, p shell.Process) (shell.Stream, error) {
	s, err := h.Machine.Exec(ctx, p)
	if err == nil && slices.ContainsFunc(p.Args, func(arg string) bool { return strings.HasPrefix(arg, "mkfifo ") }) {
		s = late{s}
	}
	return s, err
}

type late struct{ shell.Stream }

func (s late) Read(p []byte) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return s.Stream.Read(p[:min(len(p), 5)])
}
