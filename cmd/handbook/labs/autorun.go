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

// An AutoRunner runs the labs of a preview as they are saved, one after the
// other, while pages are being served. A lab that is saved again while it runs
// is interrupted and started anew.
type AutoRunner struct {
	runner  Runner
	show    *progress.Display
	tell    func(error)
	changed func()

	wake   chan struct{}
	mu     sync.Mutex
	wanted []*Lab
	cancel context.CancelFunc // of the lab that runs, which is the first wanted one
	runs   *Lab
	failed content.Freshness // the labs whose last run failed, as they were then
}

// NewAutoRunner returns a runner that has nothing to run yet. It calls tell with
// what is wrong with a lab, and changed when a lab has failed, since its page then
// looks different.
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
		if l.IsFresh() {
			continue
		}
		if f, ok := a.failed[l.Page.Path]; ok && f.Digest == l.Status.Digest {
			fresh[l.Page.Path] = f
			continue
		}
		labs = append(labs, l)
	}
	return labs, fresh
}

// Want replaces the labs that are to be run.
func (a *AutoRunner) Want(labs []*Lab) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wanted = labs
	if a.runs != nil && !slices.ContainsFunc(labs, a.runs.same) {
		a.cancel()
	}
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// same tells whether two labs would run the same.
func (l *Lab) same(other *Lab) bool {
	return l.Page.Path == other.Page.Path && l.Status.Digest == other.Status.Digest
}

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
	if len(a.wanted) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	a.runs = a.wanted[0]
	labCtx, cancel := context.WithCancel(ctx)
	a.cancel = cancel
	return a.runs, labCtx
}

// run runs a lab. Engines are opened anew each time: the author may have
// started Docker only now.
func (a *AutoRunner) run(ctx, labCtx context.Context, l *Lab) {
	o := a.runner.runOn(labCtx, a.show, []*Lab{l})[0]
	interrupted := labCtx.Err() != nil
	if o.Err != nil && !interrupted {
		a.tell(o.Err)
	}
	a.done(l, o, interrupted)
	if o.Verdict == report.Failed && ctx.Err() == nil {
		a.changed()
	}
}

func (a *AutoRunner) done(l *Lab, o *report.Outcome, interrupted bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cancel()
	a.runs, a.cancel = nil, nil
	if interrupted {
		return
	}
	a.wanted = slices.DeleteFunc(slices.Clone(a.wanted), l.same)
	if o.Err != nil {
		a.failed[l.Page.Path] = failed(o.Err, l.Status.Digest)
	}
}

func failed(err error, digest string) content.Status {
	if f, ok := errors.AsType[*verify.Failures](err); ok && len(f.All) > 0 {
		return content.Status{State: content.Failed, Cause: content.RunFailed, Detail: f.All[0].Error(), Digest: digest}
	}
	return content.Status{State: content.Failed, Cause: content.NotRun, Detail: err.Error(), Digest: digest}
}
