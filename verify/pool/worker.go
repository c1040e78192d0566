package pool

import (
	"context"
	"sync"

	"handbook/content"
	"handbook/verify"
)

// A worker lets one engine run labs.
type worker struct {
	*Engine
	run *run

	opens  sync.Mutex // guards the next one
	opened map[*content.Site]*opening

	// Guarded by the run's mutex.
	said       map[string]bool // by the engine
	share      share
	session    *session
	prestarted *task // the next lab, whose machine is prestarted
	busy       int   // labs that run
	waiting    int   // labs of these that wait for room on the disk
	used       bool  // it could be used, for a while at least
	away       bool  // it is lost, but may come back
	left       bool  // it is not used any more
	why        error // it left
}

// serve lets the engine run labs until there are none for it any more.
func (w *worker) serve(ctx context.Context, sites []*content.Site) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w.resume(ctx)
	e, err := w.openFirst(ctx, sites)
	if err != nil {
		w.exclude(ctx, err)
		return
	}
	w.divide(e)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	if e != nil {
		watching.Go(func() { w.watch(ctx, e, sites) })
	}
	var lanes sync.WaitGroup
	for range w.share.labs {
		lanes.Go(func() {
			for t := w.run.take(ctx, w); t != nil; t = w.run.take(ctx, w) {
				w.run.do(ctx, w, t)
			}
		})
	}
	lanes.Wait()
	w.run.mu.Lock()
	defer w.run.mu.Unlock()
	w.dropPrestarted()
}

// openFirst opens the engine for the first of the sites whose settings are
// right. It returns nil without an error if there is none: then the labs find
// out by themselves. An error means that the engine can't be used.
func (w *worker) openFirst(ctx context.Context, sites []*content.Site) (verify.Engine, error) {
	for _, site := range sites {
		e, err := w.open(ctx, site)
		if err == nil || isOfEngine(err) {
			return e, err
		}
	}
	return nil, nil
}

// An opening is an engine opened for a site, or the error. An error stays:
// all labs of the site get the same one.
type opening struct {
	done   chan struct{} // closed when the rest is set
	engine verify.Engine
	err    error
	undone bool // its caller has given up, so the error says nothing
}

// open returns the engine opened for a site.
func (w *worker) open(ctx context.Context, site *content.Site) (verify.Engine, error) {
	for {
		w.opens.Lock()
		o, there := w.opened[site]
		if !there {
			o = &opening{done: make(chan struct{})}
			w.opened[site] = o
		}
		w.opens.Unlock()
		if !there {
			o.engine, o.err = w.Open(ctx, site, w.say)
			if o.undone = o.err != nil && ctx.Err() != nil; o.undone {
				w.forget(site, o)
			}
			close(o.done)
			return o.engine, o.err
		}
		select {
		case <-o.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !o.undone {
			return o.engine, o.err
		}
	}
}

func (w *worker) forget(site *content.Site, o *opening) {
	w.opens.Lock()
	defer w.opens.Unlock()
	if w.opened[site] == o {
		delete(w.opened, site)
	}
}

// close closes what was opened, so that it will be opened anew.
func (w *worker) close() {
	w.opens.Lock()
	all := w.opened
	w.opened = map[*content.Site]*opening{}
	w.opens.Unlock()
	for _, o := range all {
		if <-o.done; o.err == nil {
			_ = o.engine.Close() // nothing more is asked of it
		}
	}
}

// say passes on what the engine tells while it is opened, each thing once.
func (w *worker) say(line string) {
	w.run.mu.Lock()
	said := w.said[line]
	w.said[line] = true
	w.run.mu.Unlock()
	if !said {
		w.run.tell(Progress{w.Engine, line})
	}
}

// divide divides the engine's computer among machines.
func (w *worker) divide(e verify.Engine) {
	r := w.run
	r.mu.Lock()
	w.used = e != nil
	has, jobs := capacityOf(e), r.Jobs
	choice := choose(has, r.queue)
	if r.Jobs == 0 {
		jobs = choice.Labs
	}
	w.share = divide(has, jobs, largest(r.queue))
	s, waiting := w.share, len(r.queue)
	r.mu.Unlock()
	switch {
	case r.Jobs == 0 && waiting > 1 && choice.CPUs > 0:
		r.tell(Chosen{w.Engine, choice})
	case s.labs < r.Jobs:
		r.tell(Limited{w.Engine, s.labs, s.short, s.has})
	}
}

// begin is called before a lab runs on the engine, end after it.
func (w *worker) begin() *session {
	w.run.mu.Lock()
	defer w.run.mu.Unlock()
	w.busy++
	return w.session
}

func (w *worker) end() {
	w.run.mu.Lock()
	defer w.run.mu.Unlock()
	w.busy--
}

// exclude ends the use of an engine that can't be used.
func (w *worker) exclude(ctx context.Context, why error) {
	r := w.run
	r.mu.Lock()
	told := w.left
	w.left, w.why = true, why // two that leave at the same time do not name each other
	others := r.others(w)
	r.mu.Unlock()
	if !told && ctx.Err() == nil {
		r.tell(Excluded{w.Engine, why, others})
	}
	w.leave(ctx, why)
}

// leave ends the use of the engine.
func (w *worker) leave(ctx context.Context, why error) {
	r := w.run
	r.mu.Lock()
	w.left, w.why = true, why
	w.dropPrestarted()
	r.changed.Broadcast()
	r.mu.Unlock()
	r.finishStranded(ctx)
}
