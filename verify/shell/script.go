package shell

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
)

// A Script is a process on a host that runs a script of ours and answers
// questions, one after the other. A question to a process that is there costs
// less than a millisecond; to start one costs tens of them.
type Script struct {
	Stream
	Out *bufio.Reader // what it prints; not to be mixed with Read
}

// mostPrinted is how many bytes of a script are read: a lab can have put a
// program in the place of its shell that prints without an end.
const mostPrinted = 16 << 20

// StartScript starts a script, which has to print the line "ready" first. The
// shell is given with its options: "bash", "-e". An error is that of ctx or of
// Exec, or says that there is no such shell.
func StartScript(ctx context.Context, h Host, script string, shell ...string) (*Script, error) {
	// Labs that list processes show this one, so its arguments are short: the
	// script comes through standard input.
	args := append(shell[:len(shell):len(shell)], "-c", `eval "$(head -c "$1")"`, shell[0], strconv.Itoa(len(script)))
	stream, err := h.Exec(ctx, Process{Args: args})
	if err != nil {
		return nil, err
	}
	s := &Script{stream, bufio.NewReaderSize(io.LimitReader(stream, mostPrinted), 64<<10)}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	// Some implementations of head read more than they pass on, so the first
	// question has to wait until the script is ready.
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
// if a lab has killed it.
type KeptScript struct {
	start func(ctx context.Context) (*Script, error)

	turn   chan struct{} // holds one while the script is used
	script *Script       // nil if there is none
}

// KeepScript makes a script that StartScript will start.
func KeepScript(h Host, script string, shell ...string) *KeptScript {
	return &KeptScript{turn: make(chan struct{}, 1), start: func(ctx context.Context) (*Script, error) { return StartScript(ctx, h, script, shell...) }}
}

// Start starts the script before it is needed.
func (k *KeptScript) Start(ctx context.Context) error {
	if err := k.take(ctx); err != nil {
		return err
	}
	defer k.give()
	return k.ensure(ctx)
}

// take waits for its turn, or for the end of ctx: a shell that a lab has
// replaced may answer nobody.
func (k *KeptScript) take(ctx context.Context) error {
	select {
	case k.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *KeptScript) give() { <-k.turn }

func (k *KeptScript) ensure(ctx context.Context) (err error) {
	if k.script == nil {
		k.script, err = k.start(ctx)
	}
	return err
}

// Use calls ask with the script. If that fails with a script that was started
// by an earlier call, ask is called once more with a new one: a lab may have
// killed the script in between. Use waits for other calls to end. An error is
// that of ctx, of StartScript or of ask.
func (k *KeptScript) Use(ctx context.Context, ask func(*Script) error) error {
	if err := k.take(ctx); err != nil {
		return err
	}
	defer k.give()
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

// Close ends the script.
func (k *KeptScript) Close() {
	if k.take(context.Background()) != nil {
		return
	}
	defer k.give()
	if k.script != nil {
		k.script.Close()
		k.script = nil
	}
}
