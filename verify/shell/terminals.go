package shell

import (
	"context"
	"slices"
)

// Terminals are the windows that a reader has open on one computer, by their
// numbers. Each is opened when it is first used: a shell of its own, in the same
// directory.
type Terminals struct {
	Host Host
	Dir  string   // where shells start; made if it is not there. "~" is the home
	Env  []string // of shells, added to the host's own

	questions *questions
	open      map[int]*terminal
	free      *terminal         // the one that ran the last command, or was opened first, if it is ready for a command
	kept      map[int][]process // what is in the foreground of terminals that a program keeps
}

// Open opens a terminal, unless it is open. An error means that the host
// failed, or has no shell, or that the directory can't be made.
func (t *Terminals) Open(ctx context.Context, n int) error {
	_, err := t.terminal(ctx, n)
	return err
}

func (t *Terminals) terminal(ctx context.Context, n int) (*terminal, error) {
	if term := t.open[n]; term != nil {
		return term, nil
	}
	if t.open == nil {
		t.open, t.kept, t.questions = map[int]*terminal{}, map[int][]process{}, newQuestions(t.Host)
	}
	term, err := open(ctx, t.Host, t.questions, t.Dir, t.Env)
	if err != nil {
		return nil, err
	}
	if len(t.open) == 0 {
		t.free = term
	}
	t.open[n] = term
	return term, nil
}

// Run types a command at a terminal and returns what became of it. An error
// means that the host failed or that ctx ended, never that the command failed.
func (t *Terminals) Run(ctx context.Context, n int, c Command) (Result, error) {
	term, err := t.terminal(ctx, n)
	if err != nil {
		return Result{}, err
	}
	t.free = nil
	r, err := term.run(ctx, c, func(ctx context.Context, which waiters, mark string) (bool, bool) {
		return t.waits(ctx, n, which, mark)
	}, func(ctx context.Context) bool { return t.listens(ctx, term, c) })
	if err != nil {
		return r, err
	}
	if term.program != nil {
		t.kept[n], _ = t.questions.foreground(ctx, term.pid, "")
		return r, nil
	}
	delete(t.kept, n)
	if r.Ending == Ended {
		t.free = term
	}
	return r, nil
}

// waits reports whether a command at a terminal waits for input. The programs
// that keep the other ones, in containers perhaps, always do.
func (t *Terminals) waits(ctx context.Context, n int, which waiters, mark string) (waits, marked bool) {
	all, marked := t.questions.foreground(ctx, t.open[n].pid, mark)
	all = slices.DeleteFunc(all, func(p process) bool {
		for other, kept := range t.kept {
			if other != n && slices.ContainsFunc(kept, func(k process) bool { return k.id == p.id }) {
				return true
			}
		}
		return false
	})
	waits = which.anyWaits(all)
	return waits, waits && marked
}

// listens asks whether what a command at a terminal has started listens: a
// process there, or what the caller knows of.
func (t *Terminals) listens(ctx context.Context, term *terminal, c Command) bool {
	if c.Ready != nil {
		if ready, known := c.Ready(ctx); known {
			return ready
		}
	}
	return t.questions.listening(ctx, term.pid)
}

// Close gives up all terminals. What runs there ends with the host.
func (t *Terminals) Close() {
	for _, term := range t.open {
		term.close()
	}
	if t.questions != nil {
		t.questions.close()
	}
	t.open, t.kept, t.free = nil, nil, nil
}
