//go:build unix

package shell_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"handbook/content/sgr"
	"handbook/verify/local"
	"handbook/verify/screen"
	"handbook/verify/shell"
)

// open opens a terminal on a machine that has bash, or only sh.
func open(t *testing.T, kind string) *shell.Terminals {
	t.Helper()
	e := local.Engine{}
	if kind == "sh" {
		e.Programs = local.POSIX
	}
	m, err := e.Machine()
	if err != nil {
		t.Fatal(err)
	}
	s := &shell.Terminals{Host: m, Dir: "~/lab dir"}
	t.Cleanup(func() { s.Close(); m.Close() })
	if err := s.Open(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
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
		"false | cat", "parts 1 0",
		"yes | head -1", "y\nparts 141 0",
		"yes | head -1 | (cat; false)", "y\nparts 141 0 1\nexit 1",
		"(exit 3) | (exit 4) | true", "parts 3 4 0",
		"IFS=,; (exit 11) | true", "parts 11 0",
		"true | true", "parts 0 0",
		"false | true && echo yes", "yes",
		"if false | true; then echo yes; fi", "yes",
		"echo ${PIPESTATUS[@]}", "0",
	}, true},
	{"the history", []string{
		"echo one", "one",
		"!!", "echo one\none",
		`echo "#!/bin/sh"`, "bash: !/bin/sh: event not found\nrefused",
		"history", "    1  echo one\n    2  echo one\n    3  history",
	}, true},
	{"a prompt that the lab changes", []string{
		"PS1='% '", "",
		"false", "exit 1",
		"(exit 3) | true", "parts 3 0",
		"for i in 1 2\ndo echo $i\ndone", "1\n2",
		"exec bash --norc", "",
		"echo x; (exit 7)", "x\nexit 7",
		"PS1=", "",
		"printf abc; false", "abc\nexit 1",
	}, true},
	{"a prompt that is forged", []string{
		`echo "${PS1@P}"; sleep 0.3; false`, "HOST:~/lab dir#\nexit 1",
		`printf "${PS1@P}"; (exit 3)`, "HOST:~/lab dir#\nexit 3",
		`printf "${PS1@P}"; read -t 0.7 x; (exit 4)`, "HOST:~/lab dir#\nexit 4",
		"set -x", "",
		"false", "+ false\nexit 1",
	}, true},
	{"tracing and traps", []string{
		"set -x", "",
		"true", "+ true",
		"set +x", "+ set +x",
		"trap 'echo debug' DEBUG", "",
		"true", "debug",
		"trap - DEBUG", "debug",
		"trap 'echo err' ERR", "",
		"false", "err\nexit 1",
		"set -u; echo $nonesuch", "bash: nonesuch: unbound variable\nexit 1",
	}, true},
	{"jobs", []string{
		"sleep 300 &", "[1] PID",
		"echo out; sleep 301 & echo after", "out\n[2] PID\nafter",
		"jobs", "[1]-  Running                 sleep 300 &\n[2]+  Running                 sleep 301 &",
		"kill %2; sleep 0.2", "[2]+  Terminated              sleep 301",
		"echo done", "done",
	}, true},
	{"no newline at the end", []string{
		"printf abc", "abc",
		"printf def", "def",
	}, false},
	{"a terminal", []string{
		"test -t 0 && test -t 1 && echo yes", "yes",
		"stty size", fmt.Sprint(shell.Rows, " ", shell.Columns),
	}, false},
	{"nothing of ours is seen", []string{
		"env | grep -v ^PATH= | grep -i handbook; set -o | grep -c zzz", "0\nparts 0 1\nexit 1",
		"ls -A", "",
		"sleep 0.2; ps -s $$ -o comm=", "bash\nps",
		"jobs; trap", "",
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
		"{ echo a; echo b; } | (cat; true) && :", "a\nb",
		"for i in 1 2; do\n  echo $i\ndone", "1\n2",
	}, false},
}

// host finds the user and the computer of a prompt.
var host = regexp.MustCompile(`^[^ @]+@[^ :]+:`)

// pid finds the notice of a job that bash starts.
var pid = regexp.MustCompile(`^\[(\d+)\] \d+$`)

func TestShellSessions(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"bash", "sh"} {
		for _, tt := range sessions {
			if tt.bashOnly && kind == "sh" {
				continue
			}
			t.Run(kind+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				s := open(t, kind)
				for i := 0; i < len(tt.commands); i += 2 {
					r, err := s.Run(t.Context(), 1, shell.Command{Text: tt.commands[i], Timeout: 10 * time.Second})
					if err != nil || r.Ending != shell.Ended {
						t.Fatalf("%q: %v, ended as %d, printed %q", tt.commands[i], err, r.Ending, r.Lines)
					}
					got := r.Lines
					for i, line := range got {
						got[i] = host.ReplaceAllString(pid.ReplaceAllString(sgr.Unstyled(line), "[$1] PID"), "HOST:")
					}
					if len(r.Parts) > 1 {
						got = append(got, "parts "+strings.Trim(fmt.Sprint(r.Parts), "[]"))
					}
					if r.Refused {
						got = append(got, "refused")
					}
					if r.Exit != 0 {
						got = append(got, fmt.Sprint("exit ", r.Exit))
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
	t.Parallel()
	tests := []struct {
		name, text string
		in         shell.Command
		end        shell.Ending
		exit       int
		lines      string
	}{
		{"an endless loop", "echo start; while :; do sleep 0.1; done", shell.Command{Timeout: time.Second}, shell.TimedOut, 0, "start"},
		{"exit", "exit 0", shell.Command{}, shell.ShellEnded, 0, "exit"},
		{"set -e", "set -e; false", shell.Command{}, shell.ShellEnded, 1, ""},
		{"exec", "exec true", shell.Command{}, shell.ShellEnded, 0, ""},
		{"killed", "kill -9 $$", shell.Command{}, shell.ShellEnded, 137, ""},
		{"a child that keeps the terminal", "(sleep 300 &) ; echo x", shell.Command{}, shell.Ended, 0, "x"},
		{"typed at prompts", `read -p "Name: " n; read -s -p "Password: " p; echo; echo "$n/$p"`, shell.Command{Typed: []string{"ann\n", "secret\n"}}, shell.Ended, 0, "Name: ann\nPassword:\nann/secret"},
		{"typed without a prompt", `read n; echo "got $n"`, shell.Command{Typed: []string{"ann\n"}}, shell.Ended, 0, "ann\ngot ann"},
		{"control C", `sleep 100`, shell.Command{Typed: shell.Keystrokes("^C")}, shell.Ended, 130, "^C"},
		{"end of input", `cat; echo over`, shell.Command{Typed: shell.Keystrokes("a\n^D")}, shell.Ended, 0, "a\na\nover"},
		{"no terminal", `test -t 1 || echo none; cat; false`, shell.Command{NoTTY: true}, shell.Ended, 1, "none"},
		{"no terminal, a job that goes on", `sleep 300 & echo x`, shell.Command{NoTTY: true}, shell.Ended, 0, "[1] PID\nx"},
		{"the marker's looks", `printf '\033]7777;x;1;0;\007y'`, shell.Command{}, shell.Ended, 0, "y"},
		{"no terminal, its output closed early", `exec >/dev/null 2>&1; sleep 1; false`, shell.Command{NoTTY: true}, shell.Ended, 1, ""},
		{"a prompt that is forged, and input that nobody types", `echo "${PS1@P}"; read x; false`, shell.Command{Timeout: 3 * time.Second}, shell.TimedOut, 0, "HOST:~/lab dir#"},
		{"a prompt that is forged before a question", `printf "${PS1@P}"; read x; echo "got $x"`, shell.Command{Typed: []string{"ann\n"}}, shell.Ended, 0, "HOST:~/lab dir# ann\ngot ann"},
		{"a prompt that is forged before a loop", `printf "${PS1@P}"; while :; do echo tick; sleep 0.5; done | uniq`, shell.Command{Typed: shell.Keystrokes("^C")}, shell.Ended, 130, "HOST:~/lab dir# tick\n^C"},
		{"nobody types", `echo ready; cat`, shell.Command{}, shell.Waits, 0, "ready"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "bash")
			in := tt.in
			in.Text = tt.text
			if in.Timeout == 0 {
				in.Timeout = 20 * time.Second
			}
			r, err := s.Run(t.Context(), 1, in)
			if err != nil || r.Ending != tt.end || r.Exit != tt.exit {
				t.Errorf("%v, ended as %d, exit %d", err, r.Ending, r.Exit)
			}
			for i, line := range r.Lines {
				r.Lines[i] = host.ReplaceAllString(pid.ReplaceAllString(sgr.Unstyled(line), "[$1] PID"), "HOST:")
			}
			if got := strings.Join(r.Lines, "\n"); got != tt.lines {
				t.Errorf("got %q, want %q", got, tt.lines)
			}
		})
	}
}

func TestShellIsQuick(t *testing.T) {
	s := open(t, "bash")
	start := time.Now()
	const n = 50
	for range n {
		if r, err := s.Run(t.Context(), 1, shell.Command{Text: "true", Timeout: 10 * time.Second}); err != nil || r.Ending != shell.Ended {
			t.Fatal(err, r)
		}
	}
	t.Logf("%v a command", time.Since(start)/n)
}

func TestShellMuchOutput(t *testing.T) {
	t.Parallel()
	s := open(t, "bash")
	r, err := s.Run(t.Context(), 1, shell.Command{Text: "yes | head -c 20000000; echo; echo end", Timeout: 10 * time.Minute})
	if err != nil || r.Ending != shell.Ended || r.Exit != 0 {
		t.Fatal(err, r.Ending, r.Exit)
	}
	if n := len(r.Lines); n > screen.MaxLines || r.Lines[n-1] != "end" || r.Cut < 19_000_000 {
		t.Errorf("%d lines, cut %d, last %q", n, r.Cut, r.Lines[n-1])
	}
}
