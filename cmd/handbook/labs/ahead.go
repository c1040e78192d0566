package labs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/report"
)

// While an author edits a snippet, a machine is prepared: a fresh one on which the
// lab is run up to that snippet, and waits. When the page is saved, or the button is
// pressed, only the rest is run there, and the next machine is prepared. There is one
// such machine at most. Nothing is used twice, so whatever passes has passed on a
// fresh machine.

// headStart is how long a lab runs before the next machine is prepared.
// Usually only the end of the lab is left, which then has the computer to
// itself.
const headStart = time.Second

// ahead is the prepared machine, and what is known about where its author
// edits. It is guarded by the AutoRunner's lock.
type ahead struct {
	walk    *walk          // nil if there is none
	visit   *visit         // of somebody at a machine, or nil
	gone    map[*walk]bool // those that are over or given up, but whose machines may still exist
	path    string
	step    int                 // the first step of the page at path that is likely to be edited
	vain    string              // the last run ahead that was not used, see vainly
	pressed map[string]*pressed // labs that were run on request, by the paths of pages
	room    int                 // how many machines the engine has room for
	took    map[string]map[string]time.Duration

	walks sync.WaitGroup
	start func(*walk)
}

// pressed is a lab as it was when its run was requested.
type pressed struct {
	site *Site
	plan *plans.Plan
}

// press records a request to run a lab.
func (h *ahead) press(l *Lab) {
	delete(h.pressed, l.Page.Path)
	if plan, err := l.Plan(); err == nil {
		h.pressed[l.Page.Path] = &pressed{l.Site, plan}
	}
}

// look finds out where a page was edited.
func (h *ahead) look(old, new *Site) {
	if old == nil {
		return
	}
	for _, page := range new.Pages {
		was := old.Page(page.Path)
		if page.Lab == nil || was == nil || was.Lab == nil || was.Key == page.Key || old.Fresh.Of(was).Digest == new.Fresh.Of(page).Digest {
			continue
		}
		before, err := old.planner.Plan(was)
		if err != nil {
			continue
		}
		now, err := new.planner.Plan(page)
		if err != nil {
			continue
		}
		step := before.Common(now)
		switch {
		case step >= 0:
		case h.path == page.Path: // settings have changed
			step = h.step
		default:
			step = 0
		}
		h.path, h.step, h.vain = page.Path, step, ""
		return
	}
}

// lookAtFailure assumes that the author will edit the failed step next, unless
// something above it is edited already.
func (h *ahead) lookAtFailure(l *Lab, err error) {
	failed, ok := errors.AsType[*verify.Failures](err)
	plan, planErr := l.Plan()
	if !ok || planErr != nil {
		return
	}
	first := len(plan.Steps)
	for _, f := range failed.All {
		for i, step := range plan.Steps {
			if f.At.File == l.Page.File() && step.Snippet.Pos.Line <= f.At.Line && (i+1 == len(plan.Steps) || f.At.Line < plan.Steps[i+1].Snippet.Pos.Line) {
				first = min(first, i)
			}
		}
	}
	if h.path != l.Page.Path {
		h.path, h.step = l.Page.Path, first
	}
	h.step = min(h.step, first)
}

// learn records how long steps took.
func (h *ahead) learn(w *walk) {
	w.mu.Lock()
	defer w.mu.Unlock()
	known := h.took[w.lab.Page.Path]
	if known == nil {
		known = map[string]time.Duration{}
		h.took[w.lab.Page.Path] = known
	}
	maps.Copy(known, w.took)
}

// known returns how long the steps of a lab took.
func (h *ahead) known(l *Lab) map[string]time.Duration {
	all := map[string]time.Duration{}
	if plan, err := l.Plan(); err == nil && l.Page.Record != nil {
		for i := range plan.Steps {
			s := plan.Steps[i].Snippet
			if r := l.Page.Record.Of(s.Number, s.Role); r != nil {
				for _, c := range r.Commands {
					all[plan.Steps[i].Key()] += time.Duration((c.Seconds + c.Ready) * float64(time.Second))
				}
			}
		}
	}
	maps.Copy(all, h.took[l.Page.Path])
	return all
}

// turn decides how a lab is run: on the machine that is prepared, or on a new one.
func (a *AutoRunner) turn(ctx context.Context, l *Lab) *turn {
	t := &turn{lab: l}
	if w := a.ahead.walk; w != nil {
		if w.take(l, a.Stage) {
			a.ahead.walk = nil
			a.showGone(w)
			t.walk = w
			return t
		}
		if a.ahead.room < 2+a.ahead.visits() || l.of(w.first) {
			a.dropAhead()
		}
	}
	t.before = a.ahead.leaveRoom()
	if plan, err := l.Plan(); err == nil && len(plan.Kinds) == 1 {
		t.walk, t.isNew = a.newWalk(ctx, l, plan), true
		t.walk.take(l, a.Stage)
	}
	return t
}

func (a *AutoRunner) newWalk(ctx context.Context, l *Lab, plan *plans.Plan) *walk {
	w := newWalk(ctx, l, plan.On(plan.Kinds[0]))
	w.show, w.moved = a.show, a.moved
	if l.Page.Path == a.ahead.path {
		w.until = min(a.ahead.step, len(plan.Steps))
	}
	return w
}

// mayRun returns how many steps of a lab may be run ahead, -1 if no machine
// may be made for it. Unless labs are run whenever they are saved, only steps
// that were part of a requested run may be: newer ones may have been pulled
// from somebody else.
func (a *AutoRunner) mayRun(l *Lab) int {
	plan, err := l.Plan()
	if err != nil {
		return -1
	}
	if a.Saved {
		return len(plan.Steps)
	}
	asked := a.ahead.pressed[l.Page.Path]
	if asked == nil || !asked.site.sameMachines(l.Site) {
		return -1
	}
	return asked.plan.Common(plan)
}

// follow runs a lab, and prepares the next machine meanwhile. It returns nil
// if the lab was interrupted or has to be run again.
func (a *AutoRunner) follow(ctx context.Context, t *turn) *report.Outcome {
	w := t.walk
	if t.isNew {
		a.ahead.walks.Go(func() { a.ahead.start(w) })
	}
	soon := time.NewTimer(headStart)
	defer soon.Stop()
	goesOn := false
	for {
		select {
		case <-w.told:
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.outcome
		case <-soon.C:
			goesOn = true
		case <-a.wake:
		}
		if goesOn {
			a.prepare(ctx)
		}
	}
}

// runWalk runs a walk to its end.
func (a *AutoRunner) runWalk(w *walk) {
	runner := a.runner
	runner.Ask, runner.walk, runner.Jobs = a.Stage != nil, w, mostMachines
	runner.limited = a.limit
	runner.runOn(w.ctx, a.show, []*Lab{w.first})
	w.end()
	a.ended(w)
}

// mostMachines is the maximum number of machines at a time: one for the lab
// that runs, the prepared one, and one for a visit.
const mostMachines = 3

// limit is called if the engine has room for fewer machines.
func (a *AutoRunner) limit(labs int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ahead.room = labs
}

// prepare prepares a machine, if there is none and it is known where the
// author edits.
func (a *AutoRunner) prepare(ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := &a.ahead
	if h.walk != nil || len(h.gone) > 0 || h.path == "" || h.room < 1+a.running()+h.visits() || ctx.Err() != nil {
		return
	}
	l := a.lab(h.path)
	if l == nil {
		return
	}
	may := a.mayRun(l)
	if may < 0 {
		return
	}
	h.step = min(h.step, may)
	plan, err := l.Plan()
	if err != nil || len(plan.Kinds) != 1 || h.vain == vainly(l, min(h.step, len(plan.Steps))) {
		return
	}
	w := a.newWalk(ctx, l, plan)
	h.walk = w
	h.walks.Go(func() { h.start(w) })
	a.showAhead()
}

// vainly returns a name for the run of a lab up to a step, see ahead.vain.
func vainly(l *Lab, step int) string { return fmt.Sprint(l.Status.Digest, step) }

// keepAhead makes the prepared machine wait before the step that is edited
// now, or gives it up if that step was run already.
func (a *AutoRunner) keepAhead() {
	w := a.ahead.walk
	if w == nil {
		return
	}
	l := a.lab(w.path())
	if l == nil || a.ahead.path != w.path() || a.mayRun(l) < 0 || !w.goOn(l, min(a.ahead.step, a.mayRun(l))) {
		a.dropAhead()
		return
	}
	a.showAhead()
}

// dropAhead gives up the prepared machine.
func (a *AutoRunner) dropAhead() {
	w := a.ahead.walk
	w.cancel()
	a.ahead.walk = nil
	a.ahead.leave(w)
	a.showGone(w)
}

// leave is called when a walk is no longer needed.
func (h *ahead) leave(w *walk) {
	select {
	case <-w.done:
	default:
		h.gone[w] = true
	}
}

// ended is called when a walk is over. If it was ahead, it was not used: it
// has failed, has waited too long, or its engine is gone.
func (a *AutoRunner) ended(w *walk) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ahead.walk == w {
		l, until := w.now()
		a.ahead.vain = vainly(l, until)
		a.dropAhead()
	}
	if a.ahead.gone[w] {
		delete(a.ahead.gone, w)
		a.wakeUp()
	}
}

// moved is called when a walk has advanced, or begins to wait.
func (a *AutoRunner) moved(w *walk) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch w {
	case a.ahead.walk:
		a.showAhead()
	case a.walk:
		w.tellLeft(a.ahead.known(a.runs))
	}
}

// showAhead shows the prepared machine, if there is one.
func (a *AutoRunner) showAhead() {
	if w := a.ahead.walk; w != nil && a.Stage != nil {
		l, _ := w.now()
		is := w.ahead(a.ahead.known(l))
		a.Stage.Ahead(w.path(), &is)
	}
}

func (a *AutoRunner) showGone(w *walk) {
	if a.Stage != nil {
		a.Stage.Ahead(w.path(), nil)
	}
}
