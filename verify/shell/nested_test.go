//go:build unix

package shell_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"handbook/verify/shell"
)

// What is typed to a shell that keeps the terminal has an exit status, as
// outside; what is typed to another program has none.
func TestNestedShells(t *testing.T) {
	for _, tt := range []struct {
		start    string
		commands []string
		exits    []int
		outputs  []string
	}{
		{"bash --norc", []string{"echo a; (exit 3)", "true", "printf x; false"}, []int{3, 0, 1}, []string{"a", "", "x"}},
		{"PS1='$ ' dash", []string{"echo a; (exit 3)", "true", "ls /nonesuch 2>/dev/null", "echo $?"}, []int{3, 0, 2, 0}, []string{"a", "", "", "2"}},
		{"PS1='\\w \\$ ' busybox sh", []string{"echo a; (exit 3)", "true", "cd /tmp", "false"}, []int{3, 0, 0, 1}, []string{"a", "", "", ""}},
		{"env -i PS1='root@3f2a:/# ' bash --norc", []string{"false", "true"}, []int{1, 0}, []string{"", ""}},
		{"python3 -q", []string{"1+1", "1/0"}, []int{-1, -1}, []string{"2", "Traceback"}},
	} {
		t.Run(tt.start, func(t *testing.T) {
			words := strings.Fields(tt.start)
			for _, w := range words {
				if w == "busybox" || w == "dash" || w == "python3" {
					if _, err := exec.LookPath(w); err != nil {
						t.Skip(err)
					}
				}
			}
			s := open(t, "bash")
			run := func(c shell.Command) shell.Result {
				t.Helper()
				c.Timeout = 20 * time.Second
				r, err := s.Run(t.Context(), 1, c)
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			if r := run(shell.Command{Text: tt.start, Stay: true}); r.Ending != shell.Stays {
				t.Fatalf("ended as %d: %q", r.Ending, r.Lines)
			}
			for i, c := range tt.commands {
				r := run(shell.Command{Text: c})
				if r.Ending != shell.Stays || r.Exit != tt.exits[i] || !strings.HasPrefix(strings.Join(r.Lines, "\n"), tt.outputs[i]) {
					t.Errorf("%q: ended as %d with %d: %q", c, r.Ending, r.Exit, r.Lines)
				}
			}
			end := "exit"
			if words[0] == "python3" {
				end = "exit()"
			}
			if r := run(shell.Command{Text: end}); r.Ending != shell.Ended {
				t.Errorf("exit: ended as %d", r.Ending)
			}
			if r := run(shell.Command{Text: "echo back; false"}); r.Ending != shell.Ended || r.Exit != 1 || strings.Join(r.Lines, "\n") != "back" {
				t.Errorf("after it: ended as %d with %d: %q", r.Ending, r.Exit, r.Lines)
			}
		})
	}
}
