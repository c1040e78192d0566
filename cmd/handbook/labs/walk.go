package labs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"handbook/cmd/handbook/progress"
	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/report"
)

// A walk is a run of a lab on a fresh machine that can continue with a newer
// text of its page, as long as all steps that it has begun are the same there.
// A walk ahead waits before a step until it is taken, when somebody wants the
// result.
type walk struct {
	ctx    context.Context
	cancel context.CancelFunc
	told   chan struct{} // closed when there is an outcome, or when there will be none
	tell   func()        // closes it
	done   chan struct{} // closed when the machine is gone
	first  *Lab          // the lab that it was started with
	show   *progress.Display
	moved  func(*walk) // called without the lock when it begins to wait

	mu       sync.Mutex
	lab      *Lab
	plan     *plans.Plan // of the lab
	handed   *plans.Plan // the plan that the run uses
	begun    int         // number of steps that have begun and can't change any more
	until    int         // the step before which it waits or will wait
	taken    bool
	wake     chan struct{} // closed when any of the fields above changes
	waits    bool
	waited   int // number of steps done when it last waited; -1: never
	attempts int
	events   []verify.Event // what was done, for the watcher that takes it
	printed  *verify.Event  // output of the running command so far, or nil
	failed   bool
	watch    Watcher // watcher of a taken walk; may be nil
	since    time.Time
	took     map[string]time.Duration // duration by the keys of steps; "" is the time until the first one
	over     bool
	outcome  *report.Outcome

	visit   *visit // the visit that has the machine, or nil
	whole   bool   // it was begun for the visit
	entered bool   // the visit has begun
	err     error  // why the visit could not begin
}

// maxWait is how long a prepared machine waits.
const maxWait = 30 * time.Minute

var (
	errWaited = errors.New("the machine has waited too long")
	errFailed = errors.New("the lab has failed ahead")
)

func newWalk(ctx context.Context, l *Lab, p *plans.Plan) *walk {
	w := &walk{waited: -1, first: l, lab: l, plan: p, handed: p, done: make(chan struct{}), wake: make(chan struct{}), took: map[string]time.Duration{}}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.told = make(chan struct{})
	w.tell = sync.OnceFunc(func() { close(w.told) })
	return w
}

// end is called when the machine of the walk is gone.
func (w *walk) end() {
	w.tell()
	close(w.done)
}

// next implements Next of a verify.Runner.
func (w *walk) next(ctx context.Context, done int) (*plans.Plan, error) {
	w.clock(done)
	limit := time.NewTimer(maxWait)
	defer limit.Stop()
	for {
		plan, wake, err := w.begin(done)
		w.moved(w)
		if plan != nil || err != nil {
			return plan, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit.C:
			return nil, errWaited
		case <-wake: // a newer text was saved, or the walk was taken
			limit.Reset(maxWait)
		}
	}
}

// begin returns the plan with which the walk continues after the given number
// of steps. If it has to wait, the plan is nil, and the channel is closed when
// that may have changed.
func (w *walk) begin(done int) (*plans.Plan, <-chan struct{}, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.visit != nil && done >= w.until:
		w.over, w.waits, w.entered = true, false, true
		return nil, nil, w.stay(done)
	case !w.taken && w.failed:
		return nil, nil, errFailed // nobody waits for the result
	case !w.taken && done >= w.until:
		w.waits, w.waited = true, done
		return nil, w.wake, nil
	}
	w.waits, w.begun, w.handed, w.since = false, done+1, w.plan, time.Now()
	return w.plan, nil, nil
}

// clock records how long the finished step took.
func (w *walk) clock(done int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := ""
	if done > 0 {
		key = w.handed.Steps[done-1].Key()
	}
	w.took[key] = time.Since(w.since)
}

// attempt begins a run on a machine. The pool makes a second attempt if the
// engine was lost; a walk ahead is given up then.
func (w *walk) attempt() (plan *plans.Plan, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.attempts++; w.attempts > 1 && !w.taken {
		w.cancel()
		return nil, context.Canceled
	}
	w.begun, w.waited, w.waits, w.events, w.printed, w.failed, w.handed, w.since = 0, -1, false, nil, nil, false, w.plan, time.Now()
	return w.plan, nil
}

// step handles the events of the run.
func (w *walk) step(e verify.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = w.failed || len(e.Failures) > 0
	if e.Plan.Page.Path == w.plan.Page.Path {
		e.Plan = w.plan
	}
	switch {
	case e.State == verify.StepStarted || e.State == verify.StepDone:
		w.events, w.printed = append(w.events, e), nil
	case e.State == verify.StepRunning && e.News:
		w.printed = &e
	}
	if w.visit != nil {
		w.visit.visitor.Step(e)
	}
	w.pass(e)
}

// pass passes an event to the watcher.
func (w *walk) pass(e verify.Event) {
	if !w.taken || w.stale() {
		return
	}
	w.show.Step(e)
	if w.watch != nil {
		w.watch.Step(e)
	}
}

// stale reports whether the walk has failed with an older text than the
// current one, so that its failures do not count.
func (w *walk) stale() bool { return w.failed && w.handed != w.plan }

// note passes a line about what takes long, or about the engine, to the
// watcher.
func (w *walk) note(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taken && w.watch != nil {
		w.watch.Note(line)
	}
}

// path returns the path of the page.
func (w *walk) path() string { return w.first.Page.Path }

// now returns the lab as it is run, and the step before which it waits.
func (w *walk) now() (l *Lab, until int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lab, w.until
}

// tellLeft tells the watcher how long it takes until the edited step.
func (w *walk) tellLeft(known map[string]time.Duration) {
	left := w.ahead(known).Left
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watch != nil {
		w.watch.Left(left)
	}
}

// isTaken reports whether somebody wants the result.
func (w *walk) isTaken() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.taken
}

// fits reports whether the walk can continue with a newer text, and returns
// its plan.
func (w *walk) fits(l *Lab) (*plans.Plan, bool) {
	plan, err := l.Plan()
	if err != nil || !w.lab.of(l) || w.over || w.failed || w.ctx.Err() != nil || len(plan.Kinds) > 1 {
		return nil, false
	}
	plan = plan.On(plan.Kinds[0])
	return plan, w.plan.Common(plan) >= w.begun && w.lab.Site.sameMachines(l.Site)
}

// goOn makes the walk continue with a newer text, and wait before a step
// unless it is taken. It reports whether it can.
func (w *walk) goOn(l *Lab, until int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	plan, ok := w.fits(l)
	if !ok {
		return false
	}
	w.lab, w.plan, w.until = l, plan, max(until, w.begun)
	w.changed()
	return true
}

// take makes the walk continue to its end with a newer text, and shows on the
// stage what was done so far. It reports whether it can.
func (w *walk) take(l *Lab, stage Stage) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	plan, ok := w.fits(l)
	if !ok {
		return false
	}
	if !w.taken && w.attempts > 0 {
		w.show.Start(plan.Name(), "")
	}
	w.lab, w.plan, w.taken = l, plan, true
	if stage != nil {
		w.watch = stage.Begin(l)
		w.tellAll()
	}
	w.changed()
	return true
}

// tellAll tells the watcher what was done so far.
func (w *walk) tellAll() {
	all := w.events
	if w.printed != nil {
		all = append(all[:len(all):len(all)], *w.printed)
	}
	for _, e := range all {
		if e.Plan.Page.Path == w.plan.Page.Path {
			e.Plan = w.plan
		}
		w.watch.Step(e)
	}
}

func (w *walk) changed() {
	close(w.wake)
	w.wake = make(chan struct{})
}

// finish ends the walk, which then takes no newer text. It returns the lab to
// which the result belongs, or nil.
func (w *walk) finish() *Lab {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if !w.taken || w.attempts > 0 && w.handed != w.plan { // without an attempt, the text is not the cause
		return nil
	}
	return w.lab
}

// keep stores the outcome of the walk. It reports whether the outcome counts:
// a lab that failed in steps that had passed before it waited is run again
// from its start.
func (w *walk) keep(o *report.Outcome) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waited >= 0 && w.ctx.Err() == nil && w.brokeWaiting(o.Err) {
		return false
	}
	w.outcome = o
	return true
}

func (w *walk) brokeWaiting(err error) bool {
	if _, ok := errors.AsType[*verify.MachineError](err); ok {
		return true
	}
	failed, ok := errors.AsType[*verify.Failures](err)
	return ok && w.waited < len(w.plan.Steps) && slices.ContainsFunc(failed.All, func(f *verify.Failure) bool {
		return f.At.Line > 0 && f.At.Line < w.plan.Steps[w.waited].Snippet.Pos.Line
	})
}

// An Ahead describes a prepared machine, on which a lab is run up to a line.
type Ahead struct {
	Line  int
	Ready bool          // the machine waits there
	Left  time.Duration // time until it is ready, if known; otherwise 0
}

// ahead returns how far the walk is. known has the durations of steps in
// earlier runs.
func (w *walk) ahead(known map[string]time.Duration) Ahead {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := Ahead{Ready: w.waits}
	if w.until < len(w.plan.Steps) {
		a.Line = w.plan.Steps[w.until].Snippet.Pos.Line
	}
	if w.waits || w.begun > w.until {
		return a
	}
	now := ""
	for i := w.begun - 1; i < w.until; i++ {
		key := ""
		if i >= 0 {
			key = w.plan.Steps[i].Key()
		}
		if i == w.begun-1 {
			now = key
		}
		a.Left += known[key]
	}
	if at := w.since; !at.IsZero() {
		a.Left -= min(time.Since(at), known[now])
	}
	return a
}
