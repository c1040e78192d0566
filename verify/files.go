package verify

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// fileScript reads and writes files of the lab's directory, on the machine
// and as its user. It refuses symbolic links on the way, which would lead out
// of that directory.
//
//go:embed files.sh
var fileScript string

// Exit statuses of fileScript for what the page is to blame for.
var fileProblems = map[int]string{
	81: "a symbolic link is on the way to %q",
	82: "%q is a directory",
	83: "there is no file %q",
	84: "a file is on the way to %q",
}

// file carries out one action of fileScript and returns what it printed. A
// problem that the page is to blame for comes as a sentence.
func file(ctx context.Context, m Machine, action, dir, name, mode, text string) (out []byte, problem string, err error) {
	s, err := m.Exec(ctx, Process{Args: []string{"sh", "-c", fileScript, "sh", action, dir, name, mode}})
	if err != nil {
		return nil, "", err
	}
	defer s.Close()
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(s, strings.NewReader(text))
		if err == nil {
			err = s.CloseWrite()
		}
		done <- err
	}()
	out, err = io.ReadAll(s)
	if err != nil {
		return nil, "", err
	}
	exit, err := s.Wait(ctx)
	if err != nil {
		return nil, "", err
	}
	if problem, ok := fileProblems[exit]; ok {
		return nil, fmt.Sprintf(problem, name), nil
	}
	if exit != 0 {
		return nil, fmt.Sprintf("%q can't be written: %s", name, strings.TrimSpace(string(out))), nil
	}
	return out, "", <-done
}
