package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// A pool runs labs on one or more Docker Engines, some at a time on each. The
// labs stand in one line, and whoever has room takes the next. While labs run
// on an engine, the machine of the next one is being made there already.
//
// No lab's verdict depends on an engine. Where one is lost, its labs go back
// to the head of the line, and each tries every engine once at most.
type pool struct {
	running *running
	show    *progress
	members []*member

	mu         sync.Mutex
	changed    *sync.Cond
	line       []*task
	unfinished int
	outcomes   []*outcome
	background sync.WaitGroup // removal of machines that nobody has used
}

// A task is a lab on its way through the pool.
type task struct {
	lab   *lab
	index int // of its outcome
	plan  *verify.Plan
	spec  verify.Spec // of its machine
	begun time.Time
	tried map[*member]trial
	ahead *ahead // its machine, if it is being made already
}

// A trial is why a lab could not be run on an engine.
type trial struct {
	err  error
	lost bool // the engine was lost; otherwise it made no machine
}

func (r *running) pool(show *progress) *pool {
	p := &pool{running: r, show: show}
	p.changed = sync.NewCond(&p.mu)
	for _, choice := range r.choices() {
		p.members = append(p.members, newMember(p, choice))
	}
	return p
}

// run runs the labs. The outcomes come in their order, whatever the order
// they ran in.
func (p *pool) run(ctx context.Context, labs []*lab) []*outcome {
	p.outcomes = make([]*outcome, len(labs))
	p.unfinished = len(labs)
	for _, i := range p.running.order(len(labs)) {
		p.enter(ctx, &task{lab: labs[i], index: i, begun: time.Now()})
	}
	defer context.AfterFunc(ctx, p.wake)()
	if len(p.line) > 0 { // without, no engine is needed
		var engines sync.WaitGroup
		for _, m := range p.members {
			engines.Go(func() { m.serve(ctx) })
		}
		engines.Wait()
	}
	p.background.Wait()
	for _, m := range p.members {
		m.close()
	}
	for _, t := range p.line { // interrupted
		p.finish(ctx, nil, t, nil, ctx.Err())
	}
	return p.outcomes
}

// enter puts a lab into the line if there is something to run.
func (p *pool) enter(ctx context.Context, t *task) {
	plan, err := verify.NewPlan(t.lab.site, t.lab.page, docker.BuiltinImage())
	if err != nil {
		p.finish(ctx, nil, t, nil, err)
		return
	}
	t.plan, t.spec, t.begun = plan, plan.Spec(), time.Time{}
	p.line = append(p.line, t)
}

func (p *pool) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}

// several tells whether engines have to be told apart.
func (p *pool) several() bool { return len(p.members) > 1 }

// has tells whether the lab was tried on an engine.
func (t *task) has(m *member) bool {
	_, tried := t.tried[m]
	return tried
}

// take waits for a lab that a member can run; nil says that there is none any
// more.
func (p *pool) take(ctx context.Context, m *member) *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ctx.Err() == nil && !m.left && p.unfinished > 0 {
		if !m.away {
			if t := p.next(m); t != nil {
				if t.begun.IsZero() {
					t.begun = time.Now()
				}
				return t
			}
		}
		p.changed.Wait()
	}
	return nil
}

// withdraw takes a lab out of the line that none can run, and tells whether it
// was there.
func (p *pool) withdraw(t *task) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.line, t)
	if i < 0 {
		return false
	}
	p.line = slices.Delete(p.line, i, i+1)
	t.begun = time.Now()
	return true
}

// next takes the lab whose machine is waiting on the member, or else the next
// in line, or one whose machine waits elsewhere: here is room now, and who
// knows when there will be some there.
func (p *pool) next(m *member) *task {
	if t := m.ahead; t != nil {
		m.ahead = nil
		return t
	}
	for i, t := range p.line {
		if !t.has(m) {
			p.line = append(p.line[:i:i], p.line[i+1:]...)
			return t
		}
	}
	for _, other := range p.members {
		if t := other.ahead; t != nil && !t.has(m) {
			other.ahead = nil
			p.giveUp(t)
			return t
		}
	}
	return nil
}

// giveUp removes the machine that was made for a lab, without waiting for it.
func (p *pool) giveUp(t *task) {
	if a := t.ahead; a != nil {
		t.ahead = nil
		p.background.Go(a.discard)
	}
}

// do runs a lab on a member, and moves it where that says nothing about it.
func (p *pool) do(ctx context.Context, m *member, t *task) {
	life := m.enter()
	defer m.exit()
	s := &labEngine{life: life, task: t}
	record, err := p.attempt(life, s, t)
	p.giveUp(t) // if it never came to it
	switch {
	case ctx.Err() != nil:
		p.finish(ctx, m, t, nil, ctx.Err())
	case err == nil:
		p.finish(ctx, m, t, record, nil)
	case life.lost(ctx):
		p.move(ctx, m, t, trial{life.blame(t, err), true})
	case isOfEngine(s.err):
		p.move(ctx, m, t, trial{err, false})
	default:
		p.finish(ctx, m, t, nil, err)
	}
}

func (p *pool) attempt(l *life, s *labEngine, t *task) (*content.Record, error) {
	var err error
	if s.engine, err = l.member.engine(l.ctx, t.lab); err != nil {
		s.err = err
		return nil, err
	}
	p.show.start(t.lab.page.File(), l.member.label())
	runner := verify.Runner{Engine: s, Spec: t.spec, Progress: p.show.event, Keep: p.running.keep}
	return runner.Run(l.ctx, t.plan)
}

// isOfEngine tells whether an engine is to blame for an error.
func isOfEngine(err error) bool {
	_, ok := errors.AsType[*docker.EngineError](err)
	return ok
}

// finish decides what became of a lab, and tells it. m is nil where it was
// not run.
func (p *pool) finish(ctx context.Context, m *member, t *task, record *content.Record, err error) {
	o := &outcome{lab: t.lab, record: record, err: err, took: time.Since(t.begun)}
	if t.begun.IsZero() {
		o.took = 0
	}
	p.running.settle(o)
	if ctx.Err() == nil {
		line := o.line(p.running.out)
		if m != nil && p.several() {
			line += " " + onEngine(m.label())
		}
		p.show.done(t.lab.page.File(), line)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outcomes[t.index] = o
	p.unfinished--
	p.changed.Broadcast()
}

// move puts a lab back to the head of the line, for another engine.
func (p *pool) move(ctx context.Context, m *member, t *task, why trial) {
	p.show.drop(t.lab.page.File())
	p.mu.Lock()
	if t.tried == nil {
		t.tried = map[*member]trial{}
	}
	t.tried[m] = why
	p.first(t)
	p.mu.Unlock()
	p.clear(ctx)
}

// first puts a lab to the head of the line.
func (p *pool) first(t *task) {
	p.line = append([]*task{t}, p.line...)
	p.changed.Broadcast()
}

// clear finishes the labs in line that no engine can take any more.
func (p *pool) clear(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	var line, stranded []*task
	for _, t := range p.line {
		if p.hopeless(t) {
			stranded = append(stranded, t)
		} else {
			line = append(line, t)
		}
	}
	p.line = line
	p.mu.Unlock()
	notRun := p.notRun(stranded)
	for _, t := range stranded {
		err := notRun
		for _, m := range p.members {
			if why, ok := t.tried[m]; ok {
				err = why.err
			}
		}
		p.finish(ctx, nil, t, nil, err)
	}
}

func (p *pool) hopeless(t *task) bool {
	for _, m := range p.members {
		if !m.left && !t.has(m) {
			return false
		}
	}
	return true
}

// notRun says why labs were not run: there never was an engine, or there is
// none any more.
func (p *pool) notRun(labs []*task) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, m := range p.members {
		if m.used {
			return noEngineLeft(labs)
		}
		errs = append(errs, m.why)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func noEngineLeft(labs []*task) error {
	var names []string
	for _, t := range labs {
		if t.tried == nil {
			names = append(names, t.lab.name())
		}
	}
	were := "labs were"
	if len(names) == 1 {
		were = "lab was"
	}
	return &docker.EngineError{Msg: fmt.Sprintf("no Docker Engine is left, and %d %s not run: %s", len(names), were, strings.Join(names, ", "))}
}

// others names the engines that labs of m can move to, "" if there is none.
func (p *pool) others(m *member) string {
	var names []string
	for _, other := range p.members {
		if other != m && !other.left && !other.away {
			names = append(names, other.String())
		}
	}
	return strings.Join(names, " and ")
}
