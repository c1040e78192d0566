package labs

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"handbook/cmd/handbook/progress"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/report"
)

// An AutoRunner runs the labs of a preview, one after the other, while pages
// are being served: those that are requested on their pages, and if Saved is
// set, all labs when they are saved. A lab that is saved again while it runs
// is then interrupted and restarted.
type AutoRunner struct {
	Saved bool
	// Stage shows the runs; may be nil.
	Stage Stage

	runner  Runner
	show    *progress.Display
	tell    func(error)
	changed func(shown func())

	wake   chan struct{}
	mu     sync.Mutex
	site   *Site  // as last saved
	asked  []*Lab // requested labs, which are run first
	wanted []*Lab
	runs   *Lab               // the lab that runs now, or nil
	walk   *walk              // its walk; nil if it cannot continue with a newer text
	cancel context.CancelFunc // cancels it
	ends   bool               // it was cancelled
	ahead  ahead
	closed bool // Run has ended
	failed failedLabs
	spared map[string]bool // pages whose next text is known to fail too
}

// failedLabs has the status of each text with which a lab has failed, or would
// fail, since it last passed, by the path of its page and the digest of the
// text.
type failedLabs map[string]map[string]content.Status

func (f failedLabs) add(path string, s content.Status) {
	if f[path] == nil {
		f[path] = map[string]content.Status{}
	}
	f[path][s.Digest] = s
}

// A Stage shows the runs of labs. Its methods may be called at the same time.
type Stage interface {
	Asked(*Lab)         // the lab will be run
	Begin(*Lab) Watcher // its run begins
	// Ahead reports the machine that is prepared for the lab of a page; nil if
	// there no longer is one.
	Ahead(path string, a *Ahead)
	// End reports the outcome of a lab; o is nil if it was not run, or not to
	// its end.
	End(l *Lab, o *report.Outcome)
}

// NewAutoRunner returns a runner without labs. It calls tell with the errors
// of a lab, and changed when a lab has been run, since its page then looks
// different. changed must call shown when windows show the new page.
func NewAutoRunner(r Runner, show *progress.Display, tell func(error), changed func(shown func())) *AutoRunner {
	a := &AutoRunner{runner: r, show: show, tell: tell, changed: changed, wake: make(chan struct{}, 1), failed: failedLabs{}, spared: map[string]bool{}}
	a.ahead = ahead{room: mostMachines, gone: map[*walk]bool{}, pressed: map[string]*pressed{}, took: map[string]map[string]time.Duration{}, start: a.runWalk}
	return a
}

// Choose returns the labs that have to be run: those that are not fresh and
// have not failed in their present form. The Freshness is that of the site,
// including failures.
func (a *AutoRunner) Choose(site *Site) ([]*Lab, content.Freshness) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var labs []*Lab
	fresh := maps.Clone(site.Fresh)
	for _, l := range site.Labs(".") {
		f, ok := a.failed[l.Page.Path][l.Status.Digest]
		if !ok && a.failed[l.Page.Path] != nil && a.spared[l.Page.Path] && !l.IsFresh() {
			f, ok = l.Status, true
			a.failed.add(l.Page.Path, f)
		}
		if ok {
			fresh[l.Page.Path] = f
			continue
		}
		if a.Saved && !l.IsFresh() {
			labs = append(labs, l)
		}
	}
	return labs, fresh
}

// Spare keeps a failed lab from being run again because of changes of its page
// until the returned function is called. These changes are known to fail too,
// or to be fresh without a run.
func (a *AutoRunner) Spare(path string) (done func()) {
	spare := func(is bool) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.spared[path] = is
	}
	spare(true)
	return func() { spare(false) }
}

// Want sets the current site, and which of its labs are to be run.
func (a *AutoRunner) Want(site *Site, labs []*Lab) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ahead.look(a.site, site)
	a.site, a.wanted = site, labs
	var asked []*Lab
	for _, l := range a.asked {
		if now := a.lab(l.Page.Path); now != nil {
			asked = append(asked, now)
		}
	}
	a.asked = asked
	if a.Saved && a.runs != nil {
		if now := a.lab(a.runs.Page.Path); now == nil || !now.same(a.runs) && !a.goOnWith(now) {
			a.interrupt()
		}
	}
	a.keepAhead()
	a.wakeUp()
}

// goOnWith makes the running lab continue with a newer text, and reports
// whether it can.
func (a *AutoRunner) goOnWith(l *Lab) bool {
	if a.walk == nil || a.ends || !a.walk.take(l, a.Stage) {
		return false
	}
	a.runs = l
	return true
}

// interrupt cancels the running lab.
func (a *AutoRunner) interrupt() {
	a.cancel()
	a.ends = true
}

// lab returns the lab of a path as last saved, or nil.
func (a *AutoRunner) lab(path string) *Lab {
	if a.site == nil {
		return nil
	}
	return a.site.Lab(path)
}

func (a *AutoRunner) wakeUp() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Ask requests a run of the lab of a path as it is now, unless it is already
// running or waiting in this form. It reports whether there is such a lab.
func (a *AutoRunner) Ask(path string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.lab(path)
	if l == nil {
		return false
	}
	if a.runs != nil && a.runs.same(l) && !a.ends || slices.ContainsFunc(a.asked, l.same) {
		return true
	}
	a.ahead.press(l)
	delete(a.failed, path)
	if a.runs != nil && a.runs.of(l) && a.goOnWith(l) {
		return true
	}
	a.asked = append(slices.DeleteFunc(a.asked, l.of), l)
	if a.runs != nil && a.runs.of(l) { // an older text
		a.interrupt()
	} else if a.Stage != nil {
		a.Stage.Asked(l)
	}
	a.wakeUp()
	return true
}

// Stop stops the lab of a path, or removes it from the queue. It does not run
// again until it is saved or requested.
func (a *AutoRunner) Stop(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.lab(path)
	if l == nil {
		return
	}
	waits := slices.ContainsFunc(a.asked, l.of)
	a.asked = slices.DeleteFunc(a.asked, l.of)
	a.wanted = slices.DeleteFunc(slices.Clone(a.wanted), l.of)
	if a.Saved && !l.IsFresh() {
		delete(a.failed, path)
		a.failed.add(path, content.Status{State: content.Failed, Cause: content.NotRun, Detail: "it was stopped", Digest: l.Status.Digest})
	}
	if a.runs != nil && a.runs.of(l) {
		a.interrupt()
	} else if waits && a.Stage != nil {
		a.Stage.End(l, nil)
	}
}

// of reports whether two labs belong to the same page, whatever its text.
func (l *Lab) of(other *Lab) bool { return l.Page.Path == other.Page.Path }

// same reports whether two labs would run the same.
func (l *Lab) same(other *Lab) bool { return l.of(other) && l.Status.Digest == other.Status.Digest }

// Run runs what is wanted until the context ends.
func (a *AutoRunner) Run(ctx context.Context) {
	defer a.close()
	for {
		if t := a.next(ctx); t != nil {
			a.run(ctx, t)
			continue
		}
		a.prepare(ctx)
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		}
	}
}

// close waits until all machines are removed.
func (a *AutoRunner) close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.ahead.walks.Wait()
}

// A turn is the run of a lab.
type turn struct {
	ctx    context.Context
	lab    *Lab
	walk   *walk   // nil if the lab can't be run so
	isNew  bool    // the walk is not started yet
	before []*walk // walks whose machines have to be gone first
}

// next takes the next lab, if there is one.
func (a *AutoRunner) next(ctx context.Context) *turn {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil
	case len(a.asked) > 0:
		a.runs, a.asked = a.asked[0], a.asked[1:]
	case len(a.wanted) > 0:
		a.runs = a.wanted[0]
	default:
		return nil
	}
	t := a.turn(ctx, a.runs)
	a.walk = t.walk
	if t.walk != nil {
		t.ctx, a.cancel = t.walk.ctx, t.walk.cancel
	} else {
		t.ctx, a.cancel = context.WithCancel(ctx)
	}
	return t
}

// run runs a lab. It opens the engine each time, since the author may have
// started Docker only now.
func (a *AutoRunner) run(ctx context.Context, t *turn) {
	for _, w := range t.before {
		<-w.done
	}
	var o *report.Outcome
	if t.walk != nil {
		o = a.follow(ctx, t)
	} else {
		o = a.runWhole(t)
	}
	interrupted := t.ctx.Err() != nil
	again := o == nil && !interrupted
	if !again && o.Err != nil && !interrupted {
		a.tell(o.Err)
	}
	l := a.done(o, interrupted, again)
	if ctx.Err() != nil || again {
		return
	}
	a.changed(func() { // report the end when the page has the results
		if a.Stage == nil {
			return
		}
		if interrupted {
			o = nil
		}
		a.Stage.End(l, o)
	})
}

// runWhole runs a lab that cannot continue with a newer text.
func (a *AutoRunner) runWhole(t *turn) *report.Outcome {
	runner := a.runner
	if a.Stage != nil {
		runner.Ask = true
		runner.Watch = a.Stage.Begin(t.lab)
	}
	return runner.runOn(t.ctx, a.show, []*Lab{t.lab})[0]
}

// done records the outcome of the lab that ran, and returns the lab. A lab
// without an outcome is run again.
func (a *AutoRunner) done(o *report.Outcome, interrupted, again bool) *Lab {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.runs
	a.cancel()
	if a.walk != nil {
		a.ahead.learn(a.walk)
		a.ahead.leave(a.walk)
	}
	a.runs, a.walk, a.cancel, a.ends = nil, nil, nil, false
	switch {
	case interrupted:
		return l
	case again:
		a.asked = append([]*Lab{l}, a.asked...)
		return l
	}
	a.wanted = slices.DeleteFunc(slices.Clone(a.wanted), l.same)
	delete(a.failed, l.Page.Path)
	if o.Err != nil && o.Verdict != report.Changed {
		a.failed.add(l.Page.Path, failed(o.Err, l.Status.Digest))
		a.ahead.lookAtFailure(l, o.Err)
		a.keepAhead()
	}
	return l
}

func failed(err error, digest string) content.Status {
	if f, ok := errors.AsType[*verify.Failures](err); ok && len(f.All) > 0 {
		return content.Status{State: content.Failed, Cause: content.RunFailed, Detail: f.All[0].Error(), Digest: digest}
	}
	return content.Status{State: content.Failed, Cause: content.NotRun, Detail: err.Error(), Digest: digest}
}
