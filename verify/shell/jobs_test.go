//go:build unix

package shell_test

import (
	"slices"
	"testing"
	"time"

	"handbook/verify/shell"
)

// TestPause puts a job into the background that takes a moment to begin. What it
// prints then stands above the next command, if a reader pauses before that.
func TestPause(t *testing.T) {
	t.Parallel()
	s := open(t, "bash")
	run := func(text string, pause bool) shell.Result {
		t.Helper()
		r, err := s.Run(t.Context(), 1, shell.Command{Text: text, Pause: pause, Timeout: time.Minute})
		if err != nil || r.Ending != shell.Ended {
			t.Fatalf("%s: %+v %v", text, r, err)
		}
		return r
	}
	run(`slow() { for ((i = 0; i < 100000; i++)); do :; done; echo begun; sleep 100; }`, false)
	for range 3 {
		run("slow &", false)
		if r := run("echo next", true); !slices.Equal(r.Before, []string{"begun"}) || !slices.Equal(r.Lines, []string{"next"}) {
			t.Errorf("printed before: %q, then: %q", r.Before, r.Lines)
		}
	}
	// A job that never rests is waited for once, one that rests is not.
	run("while :; do :; done &", false)
	run("echo next", true)
	start := time.Now()
	for range 4 {
		run("sleep 0 & wait $!", true)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("four commands beside a job that never rests took %v", took)
	}
	run("kill $(jobs -p)", false)
}
