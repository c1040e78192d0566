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

// A visit is somebody at a terminal on a machine of a lab. It is either the machine
// that is prepared, if that can come to the right place, or a fresh one, and nothing
// is run there afterwards. There is one visit at most.
type visit struct {
	visitor Visitor
	walk    *walk
	end     context.CancelCauseFunc
}

// A Visitor wants to work on a lab's machine. Its methods may be called at the
// same time.
type Visitor interface {
	Step(verify.Event) // as the lab is run up to where they want to be
	Note(line string)  // what takes long, or is about the engine
	// Enter is called when the machine is there, with the plan of what was run, and
	// the state of the lab's shell there (see verify.Runner.Hold). The visit lasts
	// until it returns, which it has to do when the context ends.
	Enter(ctx context.Context, m verify.Machine, p *plans.Plan, state string)
}

// Reasons for which a visit is ended.
var (
	errOtherVisit = errors.New("another terminal was opened")
	errNoRoom     = errors.New("the engine has room for one machine only, and a lab is run there")
)

// Visit has somebody visit a machine on which the lab of a path is run up to a line of
// its page; if that is 0, to where the machine waits that is prepared, or else to the
// lab's end. The lab is run no further than to its first failure. Visit returns when
// the visit is over. No machine stays when Run has returned.
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

// arrive begins a visit in the place of the one before, if there is one.
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
		a.wakeUp() // the next one is prepared
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
	var before []*walk // whose machines take the room
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

// running is how many labs run now.
func (a *AutoRunner) running() int {
	if a.runs != nil {
		return 1
	}
	return 0
}

// visits is how many visits there are.
func (h *ahead) visits() int {
	if h.visit != nil {
		return 1
	}
	return 0
}

// leaveRoom ends the visit if a lab that is to run needs its machine's room. It
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

// stepAt returns the first step of a plan that stands at a line or below; 0 is the end.
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

// visitedBy gives the machine of the walk away, if it can still come before a line of
// the lab; 0 is where it waits, or will. It reports whether that is so.
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
	if step < w.begun || step > w.until { // further on, it could fail
		return false
	}
	w.lab, w.plan, w.until, w.visit = l, plan, step, v
	w.changed()
	return true
}

// stay is what ends the run of a walk that waits when its machine is given away.
func (w *walk) stay(done int) *verify.Stay {
	plan := untilStep(w.plan, done)
	return &verify.Stay{On: plan.Enter, Hold: func(m verify.Machine, state string) { w.enter(m, plan, state) }}
}

// noteVisit tells who wants to visit the machine what takes long.
func (w *walk) noteVisit(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.visit != nil {
		w.visit.visitor.Note(line)
	}
}

// enter is the visit itself. The machine is gone afterwards.
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

// runVisit runs the lab of a walk up to where somebody wants to be, and has them visit
// its machine.
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

// left is told how the run of a visit has ended.
func (w *walk) left(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.visit == nil || w.entered || err == nil || errors.Is(err, context.Canceled) {
		return
	}
	w.err = fmt.Errorf("there is no machine to work on: %w", err)
}
