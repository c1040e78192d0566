//go:build unix

package verify

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"handbook/content"
)

// localEngine makes machines of processes on this computer, each with a home
// of its own: good enough to try the driver on, and quick.
type localEngine struct {
	t     *testing.T
	shell string // "sh" hides bash
}

func (e localEngine) Start(_ context.Context, spec Spec) (Machine, error) {
	m := &localMachine{home: e.t.TempDir(), path: os.Getenv("PATH")}
	if e.shell == "sh" {
		m.path = e.t.TempDir()
		for _, name := range []string{"sh", "cat", "mkdir", "mkfifo", "mv", "rm", "sleep", "seq", "head", "yes", "printf", "true", "false", "dirname", "chmod", "ls", "env", "stty", "kill", "readlink"} {
			if at, err := exec.LookPath(name); err == nil {
				os.Symlink(at, m.path+"/"+name)
			}
		}
	}
	return m, nil
}

type localMachine struct {
	home, path string

	mu    sync.Mutex
	procs []*exec.Cmd
}

func (m *localMachine) Exec(ctx context.Context, p Process) (Stream, error) {
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	if m.path != os.Getenv("PATH") {
		if at, err := os.Readlink(m.path + "/" + p.Args[0]); err == nil {
			cmd = exec.Command(at, p.Args[1:]...)
		}
	}
	cmd.Env = append([]string{"HOME=" + m.home, "PATH=" + m.path, "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC"}, p.Env...)
	cmd.Dir = m.home
	if p.Dir != "" {
		cmd.Dir = p.Dir
	}
	m.mu.Lock()
	m.procs = append(m.procs, cmd)
	m.mu.Unlock()
	if p.TTY {
		f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: Rows, Cols: Columns})
		return localStream{Reader: f, Writer: f, closers: []io.Closer{f}, cmd: cmd}, err
	}
	in, _ := cmd.StdinPipe()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	w.Close()
	return localStream{Reader: r, Writer: in, in: in, closers: []io.Closer{in, r}, cmd: cmd}, err
}

func (m *localMachine) Settle(context.Context) (Settled, error) { return Settled{}, nil }

func (m *localMachine) About(context.Context) (content.RecordMachine, []content.Base, error) {
	return content.RecordMachine{Image: "local", Platform: runtime.GOOS + "/" + runtime.GOARCH}, nil, nil
}

func (m *localMachine) Enter() string { return "sh" }

func (m *localMachine) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, cmd := range m.procs {
		if cmd.Process != nil {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			cmd.Process.Kill()
		}
	}
	return nil
}

type localStream struct {
	io.Reader
	io.Writer
	in      io.Closer
	closers []io.Closer
	cmd     *exec.Cmd
}

func (s localStream) CloseWrite() error {
	if s.in != nil {
		return s.in.Close()
	}
	return nil
}

func (s localStream) Wait(context.Context) (int, error) {
	s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode(), nil
}

func (s localStream) Close() error {
	for _, c := range s.closers {
		c.Close()
	}
	return nil
}
