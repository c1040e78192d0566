package testenv

import (
	"context"
	"io"

	"handbook/verify"
	"handbook/verify/shell"
)

func run(ctx context.Context, m verify.Machine, p shell.Process) (string, int, error) {
	s, err := m.Exec(ctx, p)
	if err != nil {
		return "", 0, err
	}
	defer s.Close()
	defer context.AfterFunc(ctx, func() { s.Close() })()
	if !p.TTY {
		if err := s.CloseWrite(); err != nil {
			return "", 0, err
		}
	}
	out, err := io.ReadAll(s)
	if err != nil {
		return string(out), 0, err
	}
	exit, err := s.Wait(ctx)
	return string(out), exit, err
}
