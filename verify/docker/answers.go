package docker

import (
	"context"
	_ "embed"
	"sync"

	"handbook/verify"
)

//go:embed machine/answer
var answerScript string

// answers is a process on a machine that answers handbook's own short
// questions (machine/answer). It is kept, for to start one costs more than most
// answers.
type answers struct {
	mu     sync.Mutex
	script *verify.Script // nil if there is none
}

// start starts the process if there is none.
func (a *answers) start(ctx context.Context, m *Machine) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.startLocked(ctx, m)
}

func (a *answers) startLocked(ctx context.Context, m *Machine) (err error) {
	if a.script == nil {
		a.script, err = verify.StartScript(ctx, m, "pids() {\n"+pidsEvents+"\n}\n"+answerScript, "sh")
	}
	return err
}

// use lets ask talk to the process, and once more to another one if a lab has
// ended it meanwhile.
func (a *answers) use(ctx context.Context, m *Machine, ask func(*verify.Script) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for again := a.script != nil; ; again = false {
		if err := a.startLocked(ctx, m); err != nil {
			return err
		}
		s := a.script
		stop := context.AfterFunc(ctx, func() { s.Close() })
		err := ask(s)
		stop()
		if err == nil {
			return nil
		}
		s.Close()
		a.script = nil
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !again {
			return err
		}
	}
}

func (a *answers) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.script != nil {
		a.script.Close()
		a.script = nil
	}
}
