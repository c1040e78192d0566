//go:build unix

package verify

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func openTestShell(t *testing.T, kind string) *shell {
	t.Helper()
	m, err := localEngine{t, kind}.Start(t.Context(), Spec{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := openShell(t.Context(), m, "~/lab dir", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close(); m.Close() })
	return s
}

// Each session is run in one shell, a command after the other; the output and
// the exit status, if it isn't 0, are what is wanted.
var sessions = []struct {
	name     string
	commands []string // command, output, command, output …
	bashOnly bool
}{
	{"state carries over", []string{
		"cd /tmp", "",
		"pwd", "/tmp",
		"export A=1; B='two\nlines'", "",
		`echo "$A" "$B"`, "1 two\nlines",
		"f() { echo in f: $1; }", "",
		"f x", "in f: x",
		"false", "exit 1",
		"echo $?", "1",
		"echo $?", "0",
	}, false},
	{"here-documents", []string{
		"cat > f <<'EOF'\n# -> not a comment\n$A `b`\nEOF", "",
		"cat f", "# -> not a comment\n$A `b`",
		"cat <<A; cat <<B\n1\nA\n2\nB", "1\n2",
	}, false},
	{"errors", []string{
		"nonesuch", "bash: nonesuch: command not found\nexit 127",
		"cd /nonesuch", "bash: cd: /nonesuch: No such file or directory\nexit 1",
		"echo still here", "still here",
	}, true},
	{"pipelines", []string{
		"false | cat", "exit 1",
		"yes | head -1", "y",
		"yes | head -1 | false", "exit 1",
		"(exit 3) | (exit 4) | true", "exit 4",
		"true | true", "",
	}, true},
	{"jobs", []string{
		"sleep 300 &", "",
		"echo out; sleep 300 & echo after", "out\nafter",
		"kill %1 %2", "",
		"echo done", "done",
	}, true},
	{"no newline at the end", []string{
		"printf abc", "abc",
		"printf def", "def",
	}, false},
	{"a terminal", []string{
		"test -t 0 && test -t 1 && echo yes", "yes",
		"stty size", fmt.Sprint(Rows, " ", Columns),
	}, false},
	{"nothing of ours is seen", []string{
		"env | grep -i handbook; set -o | grep -c zzz", "0\nexit 1",
		"ls -A", "",
		"ls -l /proc/self/fd | grep -c 'commands\\|25[0-9] ->'", "0\nexit 1",
	}, true},
	{"options and traps", []string{
		"set -u", "",
		"set +u", "",
		"trap 'echo bye' EXIT", "",
		"echo ok", "ok",
	}, false},
	{"redirection of the shell itself", []string{
		"exec 3>f", "",
		"echo in file >&3", "",
		"cat f", "in file",
	}, false},
	{"subshells and groups", []string{
		"(cd /; pwd)", "/",
		"{ echo a; echo b; } | cat", "a\nb",
		"for i in 1 2; do\n  echo $i\ndone", "1\n2",
	}, false},
}

func TestShellSessions(t *testing.T) {
	for _, kind := range []string{"bash", "sh"} {
		for _, tt := range sessions {
			if tt.bashOnly && kind == "sh" {
				continue
			}
			t.Run(kind+"/"+tt.name, func(t *testing.T) {
				s := openTestShell(t, kind)
				for i := 0; i < len(tt.commands); i += 2 {
					r, err := s.run(t.Context(), input{text: tt.commands[i], timeout: 10 * time.Second})
					if err != nil || r.end != finished {
						t.Fatalf("%q: %v, ended as %d, printed %q", tt.commands[i], err, r.end, r.lines)
					}
					got := r.lines
					if r.exit != 0 {
						got = append(got, fmt.Sprint("exit ", r.exit))
					}
					if got := strings.Join(got, "\n"); got != tt.commands[i+1] {
						t.Errorf("%q\n got: %q\nwant: %q", tt.commands[i], got, tt.commands[i+1])
					}
				}
			})
		}
	}
}

func TestShellEndings(t *testing.T) {
	tests := []struct {
		name, text string
		in         input
		end        ending
		exit       int
		lines      string
	}{
		{"an endless loop", "echo start; while :; do sleep 0.1; done", input{timeout: time.Second}, timedOut, 0, "start"},
		{"exit", "exit 0", input{}, shellEnded, 0, ""},
		{"set -e", "set -e; false", input{}, shellEnded, 0, ""},
		{"exec", "exec true", input{}, shellEnded, 0, ""},
		{"killed", "kill -9 $$", input{}, shellEnded, 0, ""},
		{"a child that keeps the terminal", "(sleep 300 &) ; echo x", input{}, finished, 0, "x"},
		{"typed at prompts", `read -p "Name: " n; read -s -p "Password: " p; echo; echo "$n/$p"`, input{typed: []string{"ann\n", "secret\n"}}, finished, 0, "Name: ann\nPassword:\nann/secret"},
		{"typed without a prompt", `read n; echo "got $n"`, input{typed: []string{"ann\n"}}, finished, 0, "ann\ngot ann"},
		{"control C", `sleep 100`, input{typed: keystrokes("^C")}, finished, 130, "^C"},
		{"end of input", `cat; echo over`, input{typed: keystrokes("a\n^D")}, finished, 0, "a\na\nover"},
		{"no terminal", `test -t 1 || echo none; cat; false`, input{noTTY: true}, finished, 1, "none"},
		{"no terminal, a job that goes on", `sleep 300 & echo x`, input{noTTY: true}, finished, 0, "x"},
		{"the marker's looks", `printf '\033]7777;x;1;0;\007y'`, input{}, finished, 0, "y"},
		{"starved", `echo ready; cat`, input{waiting: func(context.Context) bool { return true }}, starved, 0, "ready"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openTestShell(t, "bash")
			in := tt.in
			in.text = tt.text
			if in.timeout == 0 {
				in.timeout = 20 * time.Second
			}
			r, err := s.run(t.Context(), in)
			if err != nil || r.end != tt.end || r.exit != tt.exit {
				t.Errorf("%v, ended as %d, exit %d", err, r.end, r.exit)
			}
			if got := strings.Join(r.lines, "\n"); got != tt.lines {
				t.Errorf("got %q, want %q", got, tt.lines)
			}
		})
	}
}

func TestShellIsQuick(t *testing.T) {
	s := openTestShell(t, "bash")
	start := time.Now()
	const n = 50
	for range n {
		if r, err := s.run(t.Context(), input{text: "true", timeout: 10 * time.Second}); err != nil || r.end != finished {
			t.Fatal(err, r)
		}
	}
	t.Logf("%v a command", time.Since(start)/n)
}

func TestShellMuchOutput(t *testing.T) {
	s := openTestShell(t, "bash")
	r, err := s.run(t.Context(), input{text: "yes | head -c 20000000; echo; echo end", timeout: time.Minute})
	if err != nil || r.end != finished || r.exit != 0 {
		t.Fatal(err, r.end, r.exit)
	}
	if n := len(r.lines); n > keepHead+keepTail || r.lines[n-1] != "end" || r.cut < 19_000_000 {
		t.Errorf("%d lines, cut %d, last %q", n, r.cut, r.lines[n-1])
	}
}
