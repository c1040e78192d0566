package verify

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
)

// A Script is a process on a machine that runs a script of ours, and answers
// questions, one after the other, as long as it is kept. To start a process
// costs tens of milliseconds, and a question to one that is there less than
// one.
type Script struct {
	Stream
	Out *bufio.Reader // what it prints; not to be mixed with Read
}

// StartScript starts a script, which has to print the line "ready" first. The
// shell comes with its options: "bash", "-e". An error may be that of ctx or of
// Exec, or that there is no such shell.
func StartScript(ctx context.Context, m Machine, script string, shell ...string) (*Script, error) {
	// Labs that list processes show this one, so its arguments are short.
	args := append(shell[:len(shell):len(shell)], "-c", `eval "$(head -c "$1")"`, shell[0], strconv.Itoa(len(script)))
	stream, err := m.Exec(ctx, Process{Args: args})
	if err != nil {
		return nil, err
	}
	s := &Script{stream, bufio.NewReaderSize(stream, 64<<10)}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	// A head may read more than it hands on, so nothing is asked before.
	var said string
	if _, err = io.WriteString(s, script); err == nil {
		said, err = s.Out.ReadString('\n')
	}
	if said != "ready\n" {
		s.Close()
		return nil, fmt.Errorf("%s says %q: %w", shell[0], said, cmp.Or(ctx.Err(), err, io.ErrUnexpectedEOF))
	}
	return s, nil
}
