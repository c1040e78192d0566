package labs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"handbook/verify"
	"handbook/verify/plans"
)

// A visit is the use of a machine of a lab by a person at a terminal. The
// machine is the prepared one, if that can still reach the right step, or else
// a fresh one. Nothing is run there afterwards. There is one visit at most.
type visit struct {
	visitor Visitor
	walk    *walk
	end     context.CancelCauseFunc
}

// A Visitor wants to work on a lab's machine. Its methods may be called at the
// same time.
type Visitor interface {
	Step(verify.Event) // while the lab is run up to the wanted line
	Note(line string)  // what takes long, or is about the engine
	// Enter is called when the machine is ready, with the plan of what was
	// run, and the state of the lab's shell (see verify.Runner.Hold). The
	// visit lasts until it returns. It must return when the context ends.
	Enter(ctx context.Context, m verify.Machine, p *plans.Plan, state string)
}

// Reasons why a visit is ended.
var (
	errOtherVisit = errors.New("another terminal was opened")
	errNoRoom     = errors.New("the engine has room for one machine only, and a lab is run there")
)

// Visit runs the lab of a path up to a line of its page, and lets v use the
// machine. If the line is 0, it uses the prepared machine where it waits, or
// else runs the lab to its end. A lab is run no further than to its first
// failure. Visit returns when the visit is over. No machine is left when Run
// has returned.
func (a *AutoRunner) Visit(ctx context.Context, path string, line int, v Visitor) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	now := &visit{visitor: v, end: end}
	if err := a.arrive(ctx, path, line, now); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, now.walk.cancel)()
	<-now.walk.done
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ahead.visit == now {
		a.ahead.visit = nil
		a.wakeUp()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return now.walk.err
}

// arrive begins a visit, and ends the one before.
func (a *AutoRunner) arrive(ctx context.Context, path string, line int, now *visit) error {
	for {
		a.mu.Lock()
		before := a.ahead.visit
		if before == nil {
			break
		}
		before.end(errOtherVisit)
		a.mu.Unlock()
		select {
		case <-before.walk.done:
			a.mu.Lock()
			if a.ahead.visit == before {
				a.ahead.visit = nil
			}
			a.mu.Unlock()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	defer a.mu.Unlock()
	l := a.lab(path)
	if l == nil || a.closed {
		return errors.New("this page is no lab any more")
	}
	plan, err := l.Plan()
	if err != nil {
		return err
	}
	a.ahead.press(l)
	h := &a.ahead
	if w := h.walk; w != nil && w.visitedBy(l, line, now) {
		h.walk, h.visit, now.walk = nil, now, w
		a.showGone(w)
		a.wakeUp() // to prepare the next machine
		return nil
	}
	if h.walk != nil && h.room < 2+a.running() {
		a.dropAhead()
	}
	if h.room < 1+a.running() {
		return errNoRoom
	}
	w := newWalk(ctx, l, untilStep(plan.On(plan.Kinds[0]), stepAt(plan, line)))
	w.show, w.moved, w.visit, w.whole = a.show, a.moved, now, true
	h.visit, now.walk = now, w
	var before []*walk // walks whose machines take the room
	if h.room < 1+a.running()+len(h.gone) {
		before = slices.Collect(maps.Keys(h.gone))
	}
	h.walks.Go(func() {
		for _, w := range before {
			<-w.done
		}
		h.start(w)
	})
	return nil
}

// running returns how many labs run now.
func (a *AutoRunner) running() int {
	if a.runs != nil {
		return 1
	}
	return 0
}

// visits returns how many visits there are.
func (h *ahead) visits() int {
	if h.visit != nil {
		return 1
	}
	return 0
}

// leaveRoom ends the visit if the next lab needs the room of its machine. It
// returns the walks that have to end before.
func (h *ahead) leaveRoom() []*walk {
	if h.room >= 2 {
		return nil
	}
	all := slices.Collect(maps.Keys(h.gone))
	if h.visit != nil {
		h.visit.end(errNoRoom)
		all = append(all, h.visit.walk)
	}
	return all
}

// stepAt returns the first step of a plan at or below a line; line 0 is the
// end.
func stepAt(p *plans.Plan, line int) int {
	if i := slices.IndexFunc(p.Steps, func(s plans.Step) bool { return s.Snippet.Pos.Line >= line }); line > 0 && i >= 0 {
		return i
	}
	return len(p.Steps)
}

// untilStep returns the plan cut before a step.
func untilStep(p *plans.Plan, step int) *plans.Plan {
	if step < len(p.Steps) {
		return p.Until(p.Steps[step].Snippet.Pos.Line)
	}
	return p.Until(math.MaxInt)
}

// visitedBy gives the machine of the walk to a visit, if it can still stop
// before a line of the lab; 0 is where it waits, or will wait. It reports
// whether it can.
func (w *walk) visitedBy(l *Lab, line int, v *visit) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	plan, ok := w.fits(l)
	if !ok || w.taken {
		return false
	}
	step := w.until
	if line > 0 {
		step = stepAt(plan, line)
	}
	if step < w.begun || step > w.until { // beyond until, steps could fail
		return false
	}
	w.lab, w.plan, w.until, w.visit = l, plan, step, v
	w.changed()
	return true
}

// stay returns the value that ends the run of a waiting walk and gives its
// machine to the visit.
func (w *walk) stay(done int) *verify.Stay {
	plan := untilStep(w.plan, done)
	return &verify.Stay{On: plan.Enter, Hold: func(m verify.Machine, state string) { w.enter(m, plan, state) }}
}

// noteVisit passes a line about what takes long to the visitor.
func (w *walk) noteVisit(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.visit != nil {
		w.visit.visitor.Note(line)
	}
}

// enter lets the visitor use the machine, which is removed afterwards.
func (w *walk) enter(m verify.Machine, p *plans.Plan, state string) {
	defer m.Close()
	w.mu.Lock()
	w.entered = true
	w.mu.Unlock()
	if w.ctx.Err() == nil {
		w.visit.visitor.Enter(w.ctx, m, p, state)
	}
	w.cancel()
}

// runVisit runs the lab of a walk up to the wanted line, and lets the visitor
// use the machine.
func (w *walk) runVisit(r *verify.Runner) error {
	plan, err := w.attempt()
	if err != nil {
		return err
	}
	r.Progress = w.visit.visitor.Step
	r.Hold = func(m verify.Machine, state string) { w.enter(m, plan, state) }
	_, err = r.Run(w.ctx, plan)
	return err
}

// left is called with the result of the run of a visit.
func (w *walk) left(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.visit == nil || w.entered || err == nil || errors.Is(err, context.Canceled) {
		return
	}
	w.err = fmt.Errorf("there is no machine to work on: %w", err)
}
