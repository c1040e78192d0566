//go:build unix

package shell_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"handbook/verify/docker/testenv/need"
	"handbook/verify/shell"
)

// What is typed to a shell that keeps the terminal has an exit status, as
// outside; what is typed to another program has none.
func TestNestedShells(t *testing.T) {
	t.Parallel()
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
			t.Parallel()
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

// TestSSH types at another computer, whose user has one shell or another.
func TestSSH(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash --norc", "dash"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			ssh := login(t, program)
			s := open(t, "bash")
			run := func(c shell.Command, ending shell.Ending, exit int, lines string) {
				t.Helper()
				c.Timeout = time.Minute
				r, err := s.Run(t.Context(), 1, c)
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(r.Lines, "\n"); r.Ending != ending || r.Exit != exit || strings.TrimPrefix(got, "exit\n") != lines {
					t.Errorf("%q: ended as %d with %d: %q", c.Text, r.Ending, r.Exit, r.Lines)
				}
			}
			const question = "Are you sure you want to continue connecting (yes/no/[fingerprint])? yes"
			r, err := s.Run(t.Context(), 1, shell.Command{Text: ssh, Stay: true, Typed: []string{"yes\r"}, Timeout: time.Minute})
			if err != nil || r.Ending != shell.Stays || !strings.Contains(strings.Join(r.Lines, "\n"), question) {
				t.Fatalf("%v, ended as %d: %q", err, r.Ending, r.Lines)
			}
			run(shell.Command{Text: "echo a; (exit 3)"}, shell.Stays, 3, "a")
			run(shell.Command{Text: "true"}, shell.Stays, 0, "")
			run(shell.Command{Text: "cd /tmp; false"}, shell.Stays, 1, "")
			run(shell.Command{Text: "for i in 1 2\ndo echo $i\ndone"}, shell.Stays, 0, "1\n2")
			run(shell.Command{Text: "read -r name; echo $name", Typed: []string{"ann\r"}}, shell.Stays, 0, "ann\nann")
			run(shell.Command{Text: "exit 4"}, shell.Ended, 4, "Connection to box closed.")
			run(shell.Command{Text: ssh + " 'echo there; exit 5'"}, shell.Ended, 5, "there")
			run(shell.Command{Text: "echo back"}, shell.Ended, 0, "back")
		})
	}
}

// login returns the command that logs in to a server on this computer whose
// user has that shell.
func login(t *testing.T, program string) string {
	t.Helper()
	const sshd = "/usr/sbin/sshd"
	for _, name := range []string{sshd, "ssh-keygen", "ssh", strings.Fields(program)[0]} {
		need.Program.Find(t, name)
	}
	dir := t.TempDir()
	for _, name := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("sshd_config", fmt.Sprintf(`HostKey %[1]s/host
AuthorizedKeysFile %[1]s/user.pub
StrictModes no
PidFile none
ForceCommand eval "${SSH_ORIGINAL_COMMAND:-exec %[2]s}"
`, dir, program))
	write("ssh_config", fmt.Sprintf(`IdentityFile %[1]s/user
UserKnownHostsFile %[1]s/known
ProxyCommand %[2]s -i -f %[1]s/sshd_config
`, dir, sshd))
	os.MkdirAll("/run/sshd", 0o755) // sshd insists on it
	return "ssh -F " + dir + "/ssh_config box"
}
