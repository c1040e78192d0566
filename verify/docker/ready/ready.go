// Package ready watches the containers of a lab: it waits until they can be
// used, and reports which have ended, restart for ever, are unhealthy or listen
// on no port that they publish.
//
// The engine's events say what has happened, in which order, and who did it:
// what the lab has stopped itself has not failed. Containers are looked at only
// while there is something to wait for.
package ready

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"handbook/verify"
	"handbook/verify/shell"
)

// A Waiter waits until containers that were started can be used. Its methods
// can be called at the same time.
type Waiter struct {
	engine Engine
	events *eventLog

	mu         sync.Mutex
	containers map[string]*instance // by id
	order      []*instance          // as they were first seen
	services   map[string]*service  // by id
	troubles   []verify.Trouble     // that were seen, not reported yet
}

// An Engine is the engine of a machine.
type Engine struct {
	Client  *client.Client
	Timeout time.Duration     // for a container to be ready
	Answers *shell.KeptScript // runs verify/docker/machine/answer
	// Fail returns the error for what could not be done with the engine.
	Fail func(op string, err error) error
}

// New makes a Waiter for an engine that has no containers yet.
func New(e Engine) *Waiter {
	return &Waiter{engine: e, events: newEventLog(e.Client), containers: map[string]*instance{}, services: map[string]*service{}}
}

// Watch listens to the engine's events until ctx ends.
func (w *Waiter) Watch(ctx context.Context) { w.events.watch(ctx) }

// Wait waits until what was started since the last call can be used, and
// returns what has gone wrong since then: see verify.Machine. If there is
// nothing to wait for, it costs one request.
func (w *Waiter) Wait(ctx context.Context, last verify.Start, when verify.When) (verify.Settled, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	begin := time.Now()
	waited, err := w.await(ctx, last, when, begin)
	if err != nil {
		return verify.Settled{}, err
	}
	out := verify.Settled{Troubles: w.troubles}
	w.troubles = nil
	if waited {
		out.Waited = time.Since(begin)
	}
	return out, nil
}

// await looks again and again until there is nothing to wait for, and nothing
// has happened meanwhile. It reports whether there was anything to wait for.
func (w *Waiter) await(ctx context.Context, last verify.Start, when verify.When, begin time.Time) (waited bool, err error) {
	ready := false
	for {
		news, err := w.sync(ctx, last)
		if err != nil {
			return waited, err
		}
		if when == verify.Look {
			w.reportLoops(ctx)
			return false, nil
		}
		if waited && ready && !news {
			return true, nil
		}
		concerned, waiting, err := w.look(ctx, when, begin)
		if err != nil || !waited && !concerned {
			return waited, err
		}
		waited, ready = true, !waiting
		if ready {
			continue
		}
		select {
		case <-ctx.Done():
			return waited, ctx.Err()
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// sync takes over what has happened since the last call. Containers that were
// started meanwhile were started by the last command. It reports whether
// anything has happened.
func (w *Waiter) sync(ctx context.Context, last verify.Start) (bool, error) {
	news, err := w.events.news(ctx)
	if err != nil {
		return false, w.engine.Fail("cannot read the events of the machine's engine", err)
	}
	var ends []end
	var started []*instance
	for _, message := range news {
		if message.Type == "service" {
			w.applyToService(ctx, message, last)
			continue
		}
		c := w.instance(message)
		if e, ended := c.apply(message); ended {
			ends = append(ends, e)
		}
		if message.Action == "start" && !slices.Contains(started, c) {
			started = append(started, c)
		}
		if c.loop.stopped(message) {
			w.reportLoop(ctx, c)
		}
	}
	for _, c := range started {
		if err := w.begin(ctx, c, last); err != nil {
			return false, err
		}
	}
	for i, e := range ends {
		again := slices.ContainsFunc(ends[i+1:], func(later end) bool { return later.of == e.of })
		if err := w.judge(ctx, e, again); err != nil {
			return false, err
		}
	}
	return len(news) > 0, nil
}

// begin notes who has started a container, and what there is to wait for.
func (w *Waiter) begin(ctx context.Context, c *instance, last verify.Start) error {
	if err := w.inspect(ctx, c); err != nil {
		return err
	}
	switch {
	case c.service != nil:
		c.start, c.ports = c.service.start, c.service.ports
	case !c.owned || c.found != nil && c.found.RestartCount == 0: // the engine itself counts its restarts
		c.start, c.owned = last, true
	}
	if c.service == nil {
		c.ports = publishedPorts(c.found)
	}
	c.fresh = c.running && !c.reported && (c.meantToEnd() || !c.start.Unready && (len(c.ports) > 0 || c.hasHealthCheck()))
	return nil
}

// inspect looks at a container, unless it was removed.
func (w *Waiter) inspect(ctx context.Context, c *instance) error {
	if c.gone {
		return nil
	}
	found, err := w.engine.Client.ContainerInspect(ctx, c.id)
	switch {
	case errdefs.IsNotFound(err):
		c.gone = true
	case err != nil:
		return w.engine.Fail("cannot look at one of the machine's containers", err)
	default:
		c.found = &found
	}
	return nil
}

// judge tells how a container has ended, unless the lab has ended it. If it was
// started again, the engine may go on doing so.
func (w *Waiter) judge(ctx context.Context, e end, again bool) error {
	c := e.of
	if err := w.inspect(ctx, c); err != nil {
		return err
	}
	if e.byLab() {
		return nil
	}
	restarts := again || c.restarts()
	t := verify.Trouble{
		Kind: verify.Ended, Start: c.start.Number, Names: c.names(), Exit: e.exit, Attached: e.attached,
		Msg: c.describeEnd(e.exit), Reason: verify.ReasonContainerEnded,
	}
	c.ended = true
	switch {
	case restarts && (e.exit != 0 || c.service == nil):
		c.loop.count(e.exit)
		t.Fine = true
		c.fresh = c.fresh || !c.reported && !c.start.Unready && (len(c.ports) > 0 || c.hasHealthCheck())
	case e.exit == 0:
		c.loop.ends = 0
		tcp := c.tcp()
		if t.Fine = c.wasReady || c.start.Unready || len(tcp) == 0; !t.Fine {
			t.Msg += ", so that nothing listens on " + list(tcp)
		}
	default:
		c.loop.ends = 0
	}
	if !t.Fine {
		t.Log = w.lastLog(ctx, c)
	}
	w.troubles = append(w.troubles, t)
	return nil
}

// look looks at what is waited for: concerned says whether there is anything,
// and waiting whether that is not ready yet.
func (w *Waiter) look(ctx context.Context, when verify.When, begin time.Time) (concerned, waiting bool, err error) {
	var at []*instance
	for _, c := range w.order {
		if !c.gone && !c.reported && (c.fresh || when == verify.AtEnd && (c.running || c.loop.ends > 0)) {
			at = append(at, c)
		}
	}
	for _, c := range at {
		if err := w.inspect(ctx, c); err != nil {
			return true, false, err
		}
	}
	processes, err := w.processes(ctx, at)
	if err != nil {
		return true, false, err
	}
	for _, c := range at {
		p := processes[c.pid()]
		late := time.Since(begin) >= w.timeout(c.start)
		switch {
		case c.gone:
		case c.settled(p, when):
			c.fresh = false
		case late:
			c.fresh = false
			w.late(ctx, c, p)
		default:
			waiting = true
		}
	}
	serving, err := w.lookAtServices(ctx, when, begin)
	return len(at) > 0 || serving != idle, waiting || serving == starting, err
}

// timeout is how long to wait for what a command has started.
func (w *Waiter) timeout(s verify.Start) time.Duration {
	if s.Wait > 0 {
		return s.Wait
	}
	return w.engine.Timeout
}
