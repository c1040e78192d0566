// Package pool runs labs on one or more engines, some at a time on each.
//
// The labs stand in one queue, and an engine that has room takes the next one.
// While labs run on an engine, the machine of the next lab is already started
// there (prestart). Each machine gets a share of its engine's memory and disk.
//
// No lab's verdict depends on an engine. Where an engine is lost or makes no
// machine, its labs go back to the head of the queue, and each lab is tried
// once at most on every engine. An engine that comes back within a while is
// used again.
package pool

import (
	"context"
	"slices"
	"sync"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/secrets"
)

// A Pool says on which engines labs are run, and how.
type Pool struct {
	Engines []*Engine
	Jobs    int    // labs that run at a time on each engine, fewer where it has too little memory or disk; 0: see Choice
	Seed    uint64 // decides the order of the labs; 0 leaves it as it is

	// Work runs a lab on a machine that it starts, to spec, on an engine. It
	// returns what verify.Runner.Run does.
	Work func(ctx context.Context, l *Lab, e verify.Engine, spec verify.Spec) (*content.Record, error)
	// Tell is told what happens. It is called from several goroutines at once.
	Tell func(Event)
}

// An Engine is one of the engines of a pool.
type Engine struct {
	Name  string // in a sentence: "the Docker Engine at unix:///var/run/docker.sock"
	Label string // as the user calls it

	// Open opens the engine for the labs of a site: its settings say what
	// machines are like. Progress is told, a line at a time, what takes long.
	// If the site is to blame for an error, and not the engine, the error
	// holds a content.Error.
	Open func(ctx context.Context, site *content.Site, progress func(line string)) (verify.Engine, error)
}

// A Lab is what a pool runs.
type Lab struct {
	Site *content.Site
	Plan *plans.Plan
	Used verify.Usage // the last time; the zero value if that is not known
}

// A Result is what a lab's run came to.
type Result struct {
	Record *content.Record
	Err    error
	Took   time.Duration // from its first attempt on; 0 if there was none
	Engine *Engine       // that it ran on; nil if it did not run to its end
}

// A run is one call of Run.
type run struct {
	*Pool
	workers  []*worker
	removals sync.WaitGroup // of machines that no lab has used

	mu         sync.Mutex
	changed    *sync.Cond
	queue      []*task
	unfinished int
	results    []Result
}

// A task is a lab on its way through the pool.
type task struct {
	*Lab
	index    int // of its result
	spec     verify.Spec
	begun    time.Time
	failed   map[*worker]attempt
	prestart *prestart // nil if its machine is not being made yet
}

// An attempt is why a lab could not be run on an engine.
type attempt struct {
	err  error
	lost bool // the engine was lost; otherwise it made no machine
}

// Run runs the labs. The results are in the order of the labs, whatever the
// order in which they ran. No machine is left when it returns.
func (p *Pool) Run(ctx context.Context, labs []*Lab) []Result {
	r := &run{Pool: p, results: make([]Result, len(labs)), unfinished: len(labs)}
	r.changed = sync.NewCond(&r.mu)
	for _, i := range p.order(len(labs)) {
		r.queue = append(r.queue, &task{Lab: labs[i], index: i, spec: verify.SpecOf(labs[i].Plan, secrets.NewPassword())})
	}
	if len(labs) == 0 {
		return r.results
	}
	for _, e := range p.Engines {
		r.workers = append(r.workers, &worker{Engine: e, run: r, opened: map[*content.Site]*opening{}, said: map[string]bool{}})
	}
	defer context.AfterFunc(ctx, r.wake)()
	sites := r.sites()
	var working sync.WaitGroup
	for _, w := range r.workers {
		working.Go(func() { w.serve(ctx, sites) })
	}
	working.Wait()
	r.removals.Wait()
	for _, w := range r.workers {
		w.close()
	}
	for _, t := range r.queue { // interrupted
		r.finish(t, Result{Err: ctx.Err()})
	}
	return r.results
}

// sites lists the sites of the labs in the queue.
func (r *run) sites() (all []*content.Site) {
	for _, t := range r.queue {
		if !slices.Contains(all, t.Site) {
			all = append(all, t.Site)
		}
	}
	return all
}

func (r *run) tell(e Event) {
	if r.Tell != nil {
		r.Tell(e)
	}
}

func (r *run) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed.Broadcast()
}

// do runs a lab on an engine. If the engine is to blame for how it went, the
// lab goes back to the queue.
func (r *run) do(ctx context.Context, w *worker, t *task) {
	s := w.begin()
	defer w.end()
	m := &starter{session: s, task: t}
	record, err := r.attempt(m)
	r.discard(t) // a machine that the lab has not asked for
	switch {
	case ctx.Err() != nil:
		r.finish(t, Result{Err: ctx.Err()})
	case err == nil:
		r.finish(t, Result{Record: record, Engine: w.Engine})
	case s.lost(ctx):
		r.requeue(ctx, t, w, attempt{s.lossOf(t, err), true})
		s.awaitAnswer(ctx)
	case isOfEngine(m.err):
		r.requeue(ctx, t, w, attempt{err, false})
	default:
		r.finish(t, Result{Err: err, Engine: w.Engine})
	}
}

func (r *run) attempt(m *starter) (*content.Record, error) {
	ctx := m.session.ctx
	if m.Engine, m.err = m.session.worker.open(ctx, m.task.Site); m.err != nil {
		return nil, m.err
	}
	r.tell(Started{m.task.Lab, m.session.worker.Engine})
	return r.Work(ctx, m.task.Lab, m, m.task.spec)
}

// finish sets a lab's result.
func (r *run) finish(t *task, result Result) {
	if !t.begun.IsZero() {
		result.Took = time.Since(t.begun)
	}
	r.tell(Finished{t.Lab, result})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[t.index] = result
	r.unfinished--
	r.changed.Broadcast()
}

// requeue puts a lab back to the head of the queue, for another engine.
func (r *run) requeue(ctx context.Context, t *task, w *worker, a attempt) {
	r.tell(Requeued{t.Lab, w.Engine})
	r.mu.Lock()
	if t.failed == nil {
		t.failed = map[*worker]attempt{}
	}
	t.failed[w] = a
	r.putFirst(t)
	r.mu.Unlock()
	r.finishStranded(ctx)
}

// finishStranded finishes the labs in the queue that no engine is left for.
func (r *run) finishStranded(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	var queue, stranded []*task
	for _, t := range r.queue {
		if r.isStranded(t) {
			stranded = append(stranded, t)
		} else {
			queue = append(queue, t)
		}
	}
	r.queue = queue
	none := r.noEngine(stranded)
	r.mu.Unlock()
	for _, t := range stranded {
		err := none
		for _, w := range r.workers {
			if a, ok := t.failed[w]; ok {
				err = a.err
			}
		}
		r.finish(t, Result{Err: err})
	}
}

func (r *run) isStranded(t *task) bool {
	return !slices.ContainsFunc(r.workers, func(w *worker) bool { return !w.left && !t.triedOn(w) })
}

// others lists the engines that labs of a lost one can move to.
func (r *run) others(w *worker) (all []*Engine) {
	for _, other := range r.workers {
		if other != w && !other.left && !other.away {
			all = append(all, other.Engine)
		}
	}
	return all
}
