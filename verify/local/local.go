//go:build unix

// Package local makes machines of processes on this computer, for tests: good
// enough to try shells and labs on, and quick. Nothing is kept apart, so a test
// may only write files below the machine's home and print.
package local

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"github.com/creack/pty"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/cleanup"
	"handbook/verify/several"
	"handbook/verify/shell"
)

// An Engine makes machines. The zero value is ready.
type Engine struct {
	// Programs are those that its machines have, "NAME" or "NAME=PROGRAM" for
	// one that has another name here; nil is all of this computer.
	Programs []string
}

// POSIX are programs as a small image has them, for Engine.Programs: without
// bash.
var POSIX = []string{
	"cat", "chmod", "dirname", "env", "false", "head", "kill", "ls", "mkdir", "mkfifo", "mv", "printf", "readlink", "rm", "seq", "sh", "sleep", "stty", "true", "yes",
}

// Start makes a machine with a home of its own, which goes when it is closed, or
// several.
func (e Engine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	one := func(context.Context, verify.Spec) (verify.Machine, error) { return e.Machine() }
	if len(spec.Names) > 1 {
		return several.Start(ctx, spec, one)
	}
	return one(ctx, spec)
}

// Machine makes a machine.
func (e Engine) Machine() (*Machine, error) {
	dir, err := os.MkdirTemp("", "machine-")
	if err != nil {
		return nil, err
	}
	m := &Machine{Home: filepath.Join(dir, "home"), dir: dir, path: os.Getenv("PATH")}
	if err := os.Mkdir(m.Home, 0o700); err != nil {
		return nil, err
	}
	if e.Programs == nil {
		return m, nil
	}
	m.path = filepath.Join(dir, "bin")
	if err := os.Mkdir(m.path, 0o700); err != nil {
		return nil, err
	}
	for _, program := range e.Programs {
		name, own, renamed := strings.Cut(program, "=")
		if !renamed {
			own = name
		}
		if at, err := exec.LookPath(own); err == nil {
			if err := os.Symlink(at, filepath.Join(m.path, name)); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// CPUs is not known, so that tests run one lab after the other.
func (Engine) CPUs() int { return 0 }

// Memory is not known.
func (Engine) Memory() int64 { return 0 }

// Resolve knows no images.
func (Engine) Resolve(context.Context, string) (string, error) { return "", nil }

// FreeDisk is not known.
func (Engine) FreeDisk() (int64, bool) { return 0, false }

// Ping always succeeds.
func (Engine) Ping(context.Context) error { return nil }

// Watch waits for the end of ctx.
func (Engine) Watch(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// Close does nothing.
func (Engine) Close() error { return nil }

// A Machine is a home for processes. It has no engine of its own, so nothing
// settles and nothing is observed.
type Machine struct {
	Home string

	dir, path string

	mu    sync.Mutex
	procs []*exec.Cmd
}

// Exec starts a process in the machine's home.
func (m *Machine) Exec(_ context.Context, p shell.Process) (shell.Stream, error) {
	name := p.Args[0]
	if own := filepath.Join(m.path, name); filepath.Dir(m.path) == m.dir {
		name = own
	}
	cmd := exec.Command(name, p.Args[1:]...)
	cmd.Args = p.Args
	cmd.Env = append([]string{"HOME=" + m.Home, "PATH=" + m.path, "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC"}, p.Env...)
	cmd.Dir = m.Home
	if p.Dir != "" {
		cmd.Dir = p.Dir
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.TTY {
		f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: shell.Rows, Cols: shell.Columns})
		if err != nil {
			return nil, err
		}
		m.procs = append(m.procs, cmd)
		return terminal{stream{Reader: f, Writer: f, closers: []io.Closer{f}, cmd: cmd}, f}, nil
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	m.procs = append(m.procs, cmd)
	return stream{Reader: r, Writer: in, in: in, closers: []io.Closer{in, r}, cmd: cmd}, nil
}

// Settle has nothing to wait for.
func (*Machine) Settle(context.Context, verify.Start, verify.When) (verify.Settled, error) {
	return verify.Settled{}, nil
}

// Observe sees no images.
func (*Machine) Observe(context.Context) (verify.Observation, error) {
	return verify.Observation{}, nil
}

// Weigh knows no images.
func (*Machine) Weigh(context.Context, []string) (map[string]int64, error) { return nil, nil }

// Inventory finds no engine.
func (*Machine) Inventory(context.Context) (cleanup.Engine, error) {
	return cleanup.Engine{Shared: true}, nil
}

// Diagnose finds nothing.
func (*Machine) Diagnose(context.Context) error { return nil }

// About returns the same on each computer of a kind.
func (*Machine) About(context.Context) (content.RecordMachine, []content.Base, error) {
	return content.RecordMachine{Image: "local", Platform: runtime.GOOS + "/" + runtime.GOARCH}, nil, nil
}

// Machines returns nil: it is a single one.
func (*Machine) Machines() []verify.Named { return nil }

// Used is never known.
func (*Machine) Used(context.Context) (verify.Usage, error) {
	return verify.Usage{}, errors.ErrUnsupported
}

// Enter starts a shell in the machine's home.
func (m *Machine) Enter() string { return "env HOME=" + m.Home + " sh" }

// Keep does nothing: the machine still goes when it is closed.
func (*Machine) Keep() error { return nil }

// Close kills what runs and removes the machine's home. It can be called more
// than once.
func (m *Machine) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, cmd := range m.procs {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Process.Kill()
	}
	m.procs = nil
	return os.RemoveAll(m.dir)
}

type stream struct {
	io.Reader
	io.Writer
	in      io.Closer // nil at a terminal, which has one end for both
	closers []io.Closer
	cmd     *exec.Cmd
}

// A terminal is the stream of a process at one.
type terminal struct {
	stream
	file *os.File
}

// Resize implements shell.Resizer.
func (t terminal) Resize(_ context.Context, columns, rows int) error {
	return pty.Setsize(t.file, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)})
}

func (s stream) CloseWrite() error {
	if s.in == nil {
		return nil
	}
	return s.in.Close()
}

func (s stream) Wait(context.Context) (int, error) {
	s.cmd.Wait()
	if status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return s.cmd.ProcessState.ExitCode(), nil
}

func (s stream) Close() error {
	for _, c := range s.closers {
		c.Close()
	}
	return nil
}
