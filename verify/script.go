package verify

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
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

// A KeptScript is a script that is started when it is first needed, and again
// where a lab has ended it.
type KeptScript struct {
	start func(ctx context.Context) (*Script, error)

	mu     sync.Mutex
	script *Script // nil if there is none
}

// KeepScript makes a script that StartScript will start.
func KeepScript(m Machine, script string, shell ...string) *KeptScript {
	return &KeptScript{start: func(ctx context.Context) (*Script, error) { return StartScript(ctx, m, script, shell...) }}
}

// Start starts the script before it is needed.
func (k *KeptScript) Start(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ensure(ctx)
}

func (k *KeptScript) ensure(ctx context.Context) (err error) {
	if k.script == nil {
		k.script, err = k.start(ctx)
	}
	return err
}

// Use lets ask talk to the script, and once more to another one if the script
// had been there before: a lab may have ended it meanwhile. Who uses it at the
// same time waits. An error is that of ctx, of StartScript or of ask.
func (k *KeptScript) Use(ctx context.Context, ask func(*Script) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for again := k.script != nil; ; again = false {
		if err := k.ensure(ctx); err != nil {
			return err
		}
		s := k.script
		stop := context.AfterFunc(ctx, func() { s.Close() })
		err := ask(s)
		stop()
		if err == nil {
			return nil
		}
		s.Close()
		k.script = nil
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !again {
			return err
		}
	}
}

// Close gives the script up, which ends it.
func (k *KeptScript) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.script != nil {
		k.script.Close()
		k.script = nil
	}
}
