package pool

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// order is the order in which labs are queued.
func (p *Pool) order(n int) []int {
	if p.Seed != 0 {
		return rand.New(rand.NewPCG(p.Seed, 0)).Perm(n)
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// take waits for a lab that an engine can run. It returns nil when there will
// be none.
func (r *run) take(ctx context.Context, w *worker) *task {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ctx.Err() == nil && !w.left && r.unfinished > 0 {
		if !w.away {
			if t := r.next(w); t != nil {
				if t.begun.IsZero() {
					t.begun = time.Now()
				}
				return t
			}
		}
		r.changed.Wait()
	}
	return nil
}

// next takes the lab whose machine is prestarted on the engine, or else the
// first one in the queue, or else one whose machine is prestarted on another
// engine: here is room now, and there may be none for long.
func (r *run) next(w *worker) *task {
	if t := w.prestarted; t != nil {
		w.prestarted = nil
		return t
	}
	if t := r.unqueue(w); t != nil {
		return t
	}
	for _, other := range r.workers {
		if t := other.prestarted; t != nil && !t.triedOn(w) {
			other.prestarted = nil
			r.discard(t)
			return t
		}
	}
	return nil
}

// unqueue takes the first lab out of the queue that was not tried on the
// engine.
func (r *run) unqueue(w *worker) *task {
	i := slices.IndexFunc(r.queue, func(t *task) bool { return !t.triedOn(w) })
	if i < 0 {
		return nil
	}
	t := r.queue[i]
	r.queue = slices.Delete(r.queue, i, i+1)
	return t
}

func (t *task) triedOn(w *worker) bool {
	_, tried := t.failed[w]
	return tried
}

func (r *run) putFirst(t *task) {
	r.queue = slices.Insert(r.queue, 0, t)
	r.changed.Broadcast()
}
