package pool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"handbook/content/wording"
	"handbook/verify"
)

// A prestart makes a lab's machine while another lab runs.
type prestart struct {
	cancel  context.CancelFunc
	done    chan struct{} // closed when the rest is set
	machine verify.Machine
	err     error
}

// prestart begins to make the machine of the next lab in the queue, unless one
// is being made. The engine runs that lab next.
func (s *session) prestart() {
	w := s.worker
	r := w.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.prestarted != nil || !w.share.prestart || s.over || w.left || s.ctx.Err() != nil {
		return
	}
	if t := r.unqueue(w); t != nil {
		w.prestarted, t.prestart = t, s.start(t)
		r.changed.Broadcast() // to engines that have room by now
	}
}

// start makes a lab's machine in the background. It outlives the lab that runs
// meanwhile, so its context is that of the session.
func (s *session) start(t *task) *prestart {
	ctx, cancel := context.WithCancel(s.ctx)
	p := &prestart{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		var e verify.Engine
		if e, p.err = s.worker.open(ctx, t.Site); p.err == nil {
			p.machine, p.err = s.worker.start(ctx, e, t.spec, true)
		}
	}()
	return p
}

// wait waits until the machine is made.
func (p *prestart) wait(ctx context.Context) (verify.Machine, error) {
	select {
	case <-p.done:
		return p.machine, p.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// discard gives up the prestarted machine of a lab, without waiting until it is
// removed. What can't be removed is left to the next run's sweep.
func (r *run) discard(t *task) {
	p := t.prestart
	if p == nil {
		return
	}
	t.prestart = nil
	p.cancel()
	r.removals.Go(func() {
		if <-p.done; p.machine != nil {
			_ = p.machine.Close()
		}
	})
}

// dropPrestarted gives up the engine's prestarted machine, and puts its lab back.
func (w *worker) dropPrestarted() {
	if t := w.prestarted; t != nil {
		w.prestarted = nil
		w.run.discard(t)
		w.run.putFirst(t)
	}
}

// A starter is the engine as a lab sees it: it returns the prestarted machine,
// or makes one.
type starter struct {
	verify.Engine
	session *session
	task    *task
	err     error // why there is no machine, if its caller has not given up
}

// Start makes a machine within the engine's share. When there is one, the next
// lab's machine is prestarted.
func (s *starter) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	machine, err := s.machine(ctx, spec)
	switch {
	case err == nil:
		s.session.worker.run.excludeFailed(s.session.ctx, s.task)
		s.session.prestart()
	case ctx.Err() == nil:
		s.err = err
	}
	return machine, err
}

func (s *starter) machine(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	if p := s.task.prestart; p != nil {
		machine, err := p.wait(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err() // do discards it
		}
		s.task.prestart = nil
		if !isOfEngine(err) {
			return machine, err
		}
		// What failed beside another lab may work now.
	}
	return s.session.worker.start(ctx, s.Engine, spec, false)
}

// excludeFailed ends the use of engines that could not make a machine for a
// lab, now that another one could: the lab is not to blame.
func (r *run) excludeFailed(ctx context.Context, t *task) {
	for w, a := range t.failed {
		if a.lost {
			continue
		}
		why := a.err
		if machine, ok := errors.AsType[*verify.MachineError](why); ok {
			why = machine.Err // without the lab that met it
		}
		w.exclude(ctx, why)
	}
}

// start makes a machine within the engine's share of its computer.
func (w *worker) start(ctx context.Context, e verify.Engine, spec verify.Spec, early bool) (verify.Machine, error) {
	if err := w.awaitDisk(ctx, e, early); err != nil {
		return nil, err
	}
	spec.Limits = w.share.limits(spec.Limits, len(spec.Names))
	return e.Start(ctx, spec)
}

// awaitDisk waits until there is room on the disk for a machine: that of a lab
// that runs beside it may be removed soon. A prestart does not wait, and neither
// do labs of which none runs.
func (w *worker) awaitDisk(ctx context.Context, e verify.Engine, early bool) error {
	if !early {
		w.addWaiting(1)
		defer w.addWaiting(-1)
	}
	for {
		free, known := e.FreeDisk()
		if !known || free >= LeastDisk {
			return nil
		}
		if early || w.noneRuns() {
			return NoRoom(w.Name, free)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// NoRoom is the error that an engine has too little free disk for a machine.
func NoRoom(engine string, free int64) error {
	return &Error{ReasonDiskFull, fmt.Sprintf("the disk of %s is full: %s are free, and a machine needs at least %s", engine, wording.BinarySize(free), wording.BinarySize(LeastDisk))}
}

func (w *worker) addWaiting(n int) {
	w.run.mu.Lock()
	defer w.run.mu.Unlock()
	w.waiting += n
}

// noneRuns reports whether all labs of the engine wait for room.
func (w *worker) noneRuns() bool {
	w.run.mu.Lock()
	defer w.run.mu.Unlock()
	return w.waiting == w.busy
}
