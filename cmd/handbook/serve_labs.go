package main

import (
	"context"
	"errors"
	"sync"

	"handbook/content"
	"handbook/verify"
)

// A labRunner runs the labs of a preview as they are saved, one after the
// other, while pages are being served. A lab that is saved again while it runs
// is given up and begun anew.
type labRunner struct {
	running running
	show    *progress
	changed func() // is called when a lab has failed: the site looks different

	mu      sync.Mutex
	wanted  []job
	current *job
	cancel  context.CancelFunc // of the current one
	settled map[string]verdict // by the page's path
	wake    chan struct{}
}

// A job is a lab as it was when it was saved.
type job struct {
	lab    *lab
	digest string
}

// A verdict is what became of a job. What passed has a record.
type verdict struct {
	digest string
	why    string // it failed
}

func newLabRunner(r running, show *progress, changed func()) *labRunner {
	return &labRunner{running: r, show: show, changed: changed, settled: map[string]verdict{}, wake: make(chan struct{}, 1)}
}

// judge marks the labs whose last run failed, and returns the others that are
// not fresh.
func (r *labRunner) judge(site *content.Site, dir string, digests map[*content.Page]string) []job {
	r.mu.Lock()
	defer r.mu.Unlock()
	var jobs []job
	for _, p := range site.Pages {
		if p.Lab == nil || p.State == content.Fresh {
			continue
		}
		j := job{&lab{site, dir, p}, digests[p]}
		if v := r.settled[p.Path]; v.digest == j.digest {
			p.State, p.Problem = content.Failed, v.why
			continue
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// take makes jobs what is to be run now, in place of what was. From here on
// the runner changes their pages.
func (r *labRunner) take(jobs []job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wanted = jobs
	if r.current != nil && !r.wants(r.current) {
		r.cancel()
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *labRunner) wants(j *job) bool {
	for _, w := range r.wanted {
		if w.lab.name() == j.lab.name() && w.digest == j.digest {
			return true
		}
	}
	return false
}

// run runs what is wanted until the context ends.
func (r *labRunner) run(ctx context.Context) {
	for {
		j, jobCtx := r.next(ctx)
		if j != nil {
			r.one(ctx, jobCtx, j)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		}
	}
}

// next takes the next job, if there is one.
func (r *labRunner) next(ctx context.Context) (*job, context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.wanted) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	r.current = &r.wanted[0]
	jobCtx, cancel := context.WithCancel(ctx)
	r.cancel = cancel
	return r.current, jobCtx
}

// one runs a job. Engines are opened anew each time: the author may have
// started Docker only now.
func (r *labRunner) one(ctx, jobCtx context.Context, j *job) {
	o := r.running.pool(r.show).run(jobCtx, []*lab{j.lab})[0]
	if o.err != nil && jobCtx.Err() == nil {
		tell(r.show.aside(), o.err)
	}
	r.settle(j, o, jobCtx.Err() != nil)
	if o.verdict == failed && ctx.Err() == nil {
		r.changed()
	}
}

func (r *labRunner) settle(j *job, o *outcome, givenUp bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel()
	r.current, r.cancel = nil, nil
	if givenUp {
		return
	}
	var rest []job
	for _, w := range r.wanted {
		if w.lab.name() != j.lab.name() || w.digest != j.digest {
			rest = append(rest, w)
		}
	}
	r.wanted = rest
	if o.err != nil {
		r.settled[j.lab.name()] = verdict{j.digest, whyFailed(o.err)}
	}
}

func whyFailed(err error) string {
	if f, ok := errors.AsType[*verify.Failures](err); ok && len(f.All) > 0 {
		return "it failed: " + f.All[0].Error()
	}
	return "it could not be run: " + err.Error()
}
