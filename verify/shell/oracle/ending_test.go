//go:build unix

package oracle

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"handbook/verify/docker/testenv"
)

// startsShell is the variable of the environment with which the test's program
// starts a shell instead of tests.
const startsShell = "ORACLE_STARTS_SHELL"

func TestMain(m *testing.M) {
	if os.Getenv(startsShell) != "" {
		startShell(os.Args[1:])
	}
	os.Exit(testenv.M{M: m}.Run())
}

// ending is what is printed when the shell has ended, with its status.
var ending = regexp.MustCompile(`<<ended (\d+)>>`)

// startShell starts a shell as a terminal does, as the leader of a session, and
// prints with which status it has ended. The terminal is kept until tmux closes
// it: when the process that tmux has started ends, tmux forgets what it has not
// read yet.
func startShell(command []string) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // of leaving the terminal; an ignored one would be ignored by the shell
	unix.IoctlSetInt(0, unix.TIOCNOTTY, 0)
	os.Unsetenv(startsShell)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var w syscall.WaitStatus
	for {
		_, err := syscall.Wait4(cmd.Process.Pid, &w, syscall.WUNTRACED, nil)
		if err == nil && !w.Stopped() {
			break
		}
		syscall.Kill(cmd.Process.Pid, syscall.SIGCONT) // as tmux does with a shell that stops itself
	}
	status := w.ExitStatus()
	if w.Signaled() {
		status = 128 + int(w.Signal())
	}
	fmt.Printf("\r\n<<ended %d>>", status)
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
