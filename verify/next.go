package verify

import (
	"context"
	"errors"
	"slices"
	"time"

	"handbook/verify/plans"
)

// errOther says that a lab was to go on with a plan that does not begin like its
// own.
var errOther = errors.New("verify: the plan does not begin with what was done")

// goOn asks with which plan the lab goes on, after so many steps.
func (l *lab) goOn(ctx context.Context, done int) error {
	if l.next == nil || l.stopped {
		return nil
	}
	l.clock.stop()
	asked := time.Now()
	plan, err := l.next(ctx, done)
	l.waited += time.Since(asked)
	l.clock.start()
	switch {
	case err != nil:
		return err
	case plan == l.plan:
		return nil
	case l.plan.Common(plan) < done || len(l.failed.All) > 0:
		return errOther
	}
	l.goOnWith(plan)
	return nil
}

// goOnWith goes on with a plan that begins with the steps that were done. They may
// stand in other lines.
func (l *lab) goOnWith(plan *plans.Plan) {
	l.started.move(l.plan, plan)
	for i := range l.record.Snippets {
		l.record.Snippets[i].Line = plan.Steps[i].Snippet.Pos.Line
	}
	l.record.Digest, l.record.Ran = plan.Digest, plan.Ran()
	l.weights.show(plan)
	l.plan, l.progress.plan = plan, plan
}

// move finds commands of a plan in another one that begins like it.
func (s *started) move(from, to *plans.Plan) {
	for _, c := range s.commands {
		i := slices.IndexFunc(from.Steps, func(step plans.Step) bool { return step.Snippet == c.step.Snippet })
		if i < 0 { // of a lab before it
			continue
		}
		j := slices.IndexFunc(from.Steps[i].Run, func(run plans.Command) bool { return run.Command == c.command.Command })
		c.step, c.command = &to.Steps[i], &to.Steps[i].Run[j]
	}
}

// A clock ends a context when a lab's time is up.
type clock struct {
	end   context.CancelCauseFunc
	timer *time.Timer // nil while the clock is stopped
	left  time.Duration
	since time.Time
}

// limit returns a context that ends when a lab's time is up, and its clock.
func limit(ctx context.Context, d time.Duration) (context.Context, *clock) {
	limited, end := context.WithCancelCause(ctx)
	c := &clock{end: end, left: d}
	c.start()
	return limited, c
}

func (c *clock) start() {
	c.since = time.Now()
	c.timer = time.AfterFunc(c.left, func() { c.end(errLabTimeout) })
}

// stop stops the clock until it is started again.
func (c *clock) stop() {
	c.timer.Stop()
	c.left -= time.Since(c.since)
}

// close ends the context.
func (c *clock) close() {
	c.timer.Stop()
	c.end(context.Canceled)
}
