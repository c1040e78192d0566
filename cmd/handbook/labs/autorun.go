package labs

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"handbook/cmd/handbook/progress"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/report"
)

// An AutoRunner runs the labs of a preview, one after the other, while pages are
// being served: those that readers of it ask for, and if Saved is set all labs as
// they are saved. Then a lab that is saved again while it runs is interrupted and
// started anew.
type AutoRunner struct {
	Saved bool
	// Stage shows the runs; may be nil.
	Stage Stage

	runner  Runner
	show    *progress.Display
	tell    func(error)
	changed func()

	wake   chan struct{}
	mu     sync.Mutex
	site   *Site  // as it was saved last
	asked  []*Lab // to be run first
	wanted []*Lab
	runs   *Lab               // runs now, or nil
	cancel context.CancelFunc // of that
	ends   bool               // it was cancelled
	failed content.Freshness  // the labs whose last run failed, as they were then
}

// A Stage shows the runs of labs. Its methods may be called at the same time.
type Stage interface {
	Asked(*Lab)         // it will be run
	Begin(*Lab) Watcher // it is run
	// End tells what has become of a lab: o is nil if it was not run, or not to its
	// end.
	End(l *Lab, o *report.Outcome)
}

// NewAutoRunner returns a runner that has nothing to run yet. It calls tell with
// what is wrong with a lab, and changed when a lab has been run, since its page
// then looks different.
func NewAutoRunner(r Runner, show *progress.Display, tell func(error), changed func()) *AutoRunner {
	return &AutoRunner{runner: r, show: show, tell: tell, changed: changed, wake: make(chan struct{}, 1), failed: content.Freshness{}}
}

// Choose returns the labs that have to be run: those that are not fresh and
// have not failed as they are. The Freshness is that of the site, with what
// failed.
func (a *AutoRunner) Choose(site *Site) ([]*Lab, content.Freshness) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var labs []*Lab
	fresh := maps.Clone(site.Fresh)
	for _, l := range site.Labs(".") {
		if f, ok := a.failed[l.Page.Path]; ok && f.Digest == l.Status.Digest {
			fresh[l.Page.Path] = f
			continue
		}
		if a.Saved && !l.IsFresh() {
			labs = append(labs, l)
		}
	}
	return labs, fresh
}

// Want says what the site is now, and which of its labs are to be run.
func (a *AutoRunner) Want(site *Site, labs []*Lab) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.site, a.wanted = site, labs
	var asked []*Lab
	for _, l := range a.asked {
		if now := a.lab(l.Page.Path); now != nil {
			asked = append(asked, now)
		}
	}
	a.asked = asked
	if a.Saved && a.runs != nil {
		if now := a.lab(a.runs.Page.Path); now == nil || !now.same(a.runs) {
			a.interrupt()
		}
	}
	a.wakeUp()
}

// interrupt ends the lab that runs.
func (a *AutoRunner) interrupt() {
	a.cancel()
	a.ends = true
}

// lab returns the lab of a path as it was saved last, or nil.
func (a *AutoRunner) lab(path string) *Lab {
	if a.site == nil {
		return nil
	}
	for _, l := range a.site.Labs(path) {
		return l
	}
	return nil
}

func (a *AutoRunner) wakeUp() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Ask has the lab of a path run as it is now, unless it already runs so or waits
// for that. It reports whether there is such a lab.
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
	delete(a.failed, path)
	a.asked = append(slices.DeleteFunc(a.asked, l.of), l)
	if a.runs != nil && a.runs.of(l) { // an older text
		a.interrupt()
	} else if a.Stage != nil {
		a.Stage.Asked(l)
	}
	a.wakeUp()
	return true
}

// Stop stops the lab of a path, or has it not run. Until it is saved or asked for,
// it does not run again.
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
		a.failed[path] = content.Status{State: content.Failed, Cause: content.NotRun, Detail: "it was stopped", Digest: l.Status.Digest}
	}
	if a.runs != nil && a.runs.of(l) {
		a.interrupt()
	} else if waits && a.Stage != nil {
		a.Stage.End(l, nil)
	}
}

// of tells whether two labs are those of one page, whatever it says.
func (l *Lab) of(other *Lab) bool { return l.Page.Path == other.Page.Path }

// same tells whether two labs would run the same.
func (l *Lab) same(other *Lab) bool { return l.of(other) && l.Status.Digest == other.Status.Digest }

// Run runs what is wanted until the context ends.
func (a *AutoRunner) Run(ctx context.Context) {
	for {
		l, labCtx := a.next(ctx)
		if l != nil {
			a.run(ctx, labCtx, l)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		}
	}
}

// next takes the next lab, if there is one.
func (a *AutoRunner) next(ctx context.Context) (*Lab, context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, nil
	case len(a.asked) > 0:
		a.runs, a.asked = a.asked[0], a.asked[1:]
	case len(a.wanted) > 0:
		a.runs = a.wanted[0]
	default:
		return nil, nil
	}
	labCtx, cancel := context.WithCancel(ctx)
	a.cancel = cancel
	return a.runs, labCtx
}

// run runs a lab. Engines are opened anew each time: the author may have
// started Docker only now.
func (a *AutoRunner) run(ctx, labCtx context.Context, l *Lab) {
	runner := a.runner
	if a.Stage != nil {
		runner.Ask = true
		runner.Watch = a.Stage.Begin(l)
	}
	o := runner.runOn(labCtx, a.show, []*Lab{l})[0]
	interrupted := labCtx.Err() != nil
	if o.Err != nil && !interrupted {
		a.tell(o.Err)
	}
	a.done(l, o, interrupted)
	if ctx.Err() != nil {
		return
	}
	a.changed() // before the stage tells that it is over: the page then has the results
	if a.Stage != nil {
		if interrupted {
			o = nil
		}
		a.Stage.End(l, o)
	}
}

func (a *AutoRunner) done(l *Lab, o *report.Outcome, interrupted bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cancel()
	a.runs, a.cancel, a.ends = nil, nil, false
	if interrupted {
		return
	}
	a.wanted = slices.DeleteFunc(slices.Clone(a.wanted), l.same)
	delete(a.failed, l.Page.Path)
	if o.Err != nil && o.Verdict != report.Changed {
		a.failed[l.Page.Path] = failed(o.Err, l.Status.Digest)
	}
}

func failed(err error, digest string) content.Status {
	if f, ok := errors.AsType[*verify.Failures](err); ok && len(f.All) > 0 {
		return content.Status{State: content.Failed, Cause: content.RunFailed, Detail: f.All[0].Error(), Digest: digest}
	}
	return content.Status{State: content.Failed, Cause: content.NotRun, Detail: err.Error(), Digest: digest}
}
