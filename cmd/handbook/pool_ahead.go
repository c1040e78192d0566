package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"handbook/verify"
	"handbook/verify/docker"
)

// An ahead is a machine that is made while another lab runs.
type ahead struct {
	cancel  context.CancelFunc
	done    chan struct{}
	machine verify.Machine
	err     error
}

// prepare begins to make the machine of the next lab in line, one at a time.
// Its lab is then the next that the engine runs.
func (m *member) prepare(l *life) {
	p := m.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.ahead != nil || !m.share.ahead || l.over || m.left || l.ctx.Err() != nil {
		return
	}
	for i, t := range p.line {
		if !t.has(m) {
			p.line = append(p.line[:i:i], p.line[i+1:]...)
			m.ahead, t.ahead = t, l.makeAhead(t)
			p.changed.Broadcast() // to who has room by now
			return
		}
	}
}

// makeAhead makes a machine in the background. Its context is its own: the
// lab that runs meanwhile ends before.
func (l *life) makeAhead(t *task) *ahead {
	ctx, cancel := context.WithCancel(l.ctx)
	a := &ahead{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		var e engine
		if e, a.err = l.member.engine(ctx, t.lab); a.err == nil {
			a.machine, a.err = l.member.start(ctx, e, t.spec, true)
		}
	}()
	return a
}

// wait waits until the machine is made.
func (a *ahead) wait(ctx context.Context) (verify.Machine, error) {
	select {
	case <-a.done:
		return a.machine, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// discard removes the machine. What can't be removed is swept up by the next
// run.
func (a *ahead) discard() {
	a.cancel()
	<-a.done
	if a.machine != nil {
		_ = a.machine.Close()
	}
}

// dropAhead gives up the machine that waits, and puts its lab back.
func (m *member) dropAhead() {
	if t := m.ahead; t != nil {
		m.ahead = nil
		m.pool.giveUp(t)
		m.pool.first(t)
	}
}

// A labEngine is the engine as a lab sees it: it hands out the machine that was
// made ahead, or makes one.
type labEngine struct {
	life   *life
	task   *task
	engine engine
	err    error // why there is no machine
}

func (s *labEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	var machine verify.Machine
	machine, s.err = s.start(ctx, spec)
	if s.err == nil {
		s.life.member.pool.convict(s.life.ctx, s.task)
		s.life.member.prepare(s.life)
	}
	return machine, s.err
}

func (s *labEngine) start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	if a := s.task.ahead; a != nil {
		machine, err := a.wait(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err() // do gives it up
		}
		s.task.ahead = nil
		if err == nil || !isOfEngine(err) {
			return machine, err
		}
		// What failed beside another lab may work now.
	}
	return s.life.member.start(ctx, s.engine, spec, false)
}

// convict ends the use of engines that could not make a machine for a lab,
// now that another one could: it is not the lab's fault.
func (p *pool) convict(ctx context.Context, t *task) {
	for m, why := range t.tried {
		if !why.lost {
			m.leave(ctx, cause(why.err))
		}
	}
}

// start makes a machine within the engine's share of its computer.
func (m *member) start(ctx context.Context, e engine, spec verify.Spec, ahead bool) (verify.Machine, error) {
	if err := m.awaitDisk(ctx, e, ahead); err != nil {
		return nil, err
	}
	spec.Limits = m.share.limits(spec.Limits)
	return e.Start(ctx, spec)
}

// awaitDisk waits until there is room for a machine: that of a lab that runs
// beside it may be about to go. Labs that all wait have nothing to wait for.
func (m *member) awaitDisk(ctx context.Context, e engine, ahead bool) error {
	if !ahead {
		m.hold(1)
		defer m.hold(-1)
	}
	for {
		free := int64(fullDisk)
		if c, ok := e.(measured); ok {
			if disk, known := c.FreeDisk(); known {
				free = disk
			}
		}
		m.pool.mu.Lock()
		alone := m.held == m.busy
		m.pool.mu.Unlock()
		switch {
		case free >= fullDisk:
			return nil
		case ahead || alone:
			return &docker.EngineError{Msg: fmt.Sprintf("the disk of the Docker Engine at %s is full: %s are free, and a machine needs at least %s", m, bytesOf(free), bytesOf(fullDisk))}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (m *member) hold(n int) {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	m.held += n
}

// cause is an engine's own error, without the lab that met it.
func cause(err error) error {
	if e, ok := errors.AsType[*docker.EngineError](err); ok {
		return e
	}
	return err
}
