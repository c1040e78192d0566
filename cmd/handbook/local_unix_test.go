//go:build unix

package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/creack/pty"

	"handbook/content"
	"handbook/verify"
)

// openLocal stands in for the Docker Engine: its machines are processes on
// this computer with a home of their own. Nothing in a script does more than
// write files there and print.
func openLocal(context.Context, *lab, string, func(string)) (engine, error) {
	return localEngine{}, nil
}

type localEngine struct{}

func (localEngine) Close() error { return nil }

func (localEngine) Start(_ context.Context, spec verify.Spec) (verify.Machine, error) {
	if spec.Image == "broken" {
		return nil, errors.New("the engine went away")
	}
	if spec.Image == "no-such-image" {
		return nil, &verify.LabError{Msg: `there is no image "no-such-image"`}
	}
	home, err := os.MkdirTemp("", "handbook-machine-")
	if err != nil {
		return nil, err
	}
	return &localMachine{home: home}, nil
}

type localMachine struct {
	home  string
	procs []*exec.Cmd
}

func (m *localMachine) Exec(_ context.Context, p verify.Process) (verify.Stream, error) {
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	cmd.Env = append([]string{"HOME=" + m.home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC"}, p.Env...)
	cmd.Dir = m.home
	if p.Dir != "" {
		cmd.Dir = p.Dir
	}
	m.procs = append(m.procs, cmd)
	if p.TTY {
		f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: verify.Rows, Cols: verify.Columns})
		return localStream{f, f, nil, f, cmd}, err
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
	return localStream{r, in, in, r, cmd}, cmd.Start()
}

func (m *localMachine) Settle(context.Context) (verify.Settled, error) { return verify.Settled{}, nil }

func (m *localMachine) About(context.Context) (content.RecordMachine, []content.Base, error) {
	return content.RecordMachine{Image: "local", Platform: "local/local"}, nil, nil
}

func (m *localMachine) Enter() string { return "env HOME=" + m.home + " sh" }

func (m *localMachine) Close() error {
	for _, cmd := range m.procs {
		if cmd.Process != nil {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			cmd.Process.Kill()
		}
	}
	return os.RemoveAll(m.home)
}

type localStream struct {
	io.Reader
	io.Writer
	in  io.Closer
	out io.Closer
	cmd *exec.Cmd
}

func (s localStream) CloseWrite() error {
	if s.in == nil {
		return nil
	}
	return s.in.Close()
}

func (s localStream) Wait(context.Context) (int, error) {
	s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode(), nil
}

func (s localStream) Close() error { return s.out.Close() }
