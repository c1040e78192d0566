package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// A member is one of the pool's Docker Engines.
type member struct {
	pool   *pool
	choice string // the user's word for it, or ""

	opening sync.Mutex
	sites   map[*content.Site]*opened
	told    map[string]bool // by the engine

	// Guarded by the pool's mutex.
	share share
	life  *life
	ahead *task // the next lab, whose machine is being made
	busy  int   // labs that run
	held  int   // labs of these that wait for room on the disk
	used  bool  // it could be used, for a while at least
	away  bool  // it is lost, but may come back
	left  bool  // it is not used any more
	why   error // it left
}

// An opened is an engine, or why there is none. It is not tried again: the
// labs of a run all hear the same.
type opened struct {
	engine engine
	err    error
}

// A guarded engine can be seen to go.
type guarded interface {
	Ping(ctx context.Context) error
	Watch(ctx context.Context) error
}

// How long a lost engine is waited for: as long as one takes that is being
// upgraded or restarted; and how long its labs may take to find out by
// themselves, which says where they were.
var returnTime = 20 * time.Second // tests shorten it

const noticeTime = 5 * time.Second

func newMember(p *pool, choice string) *member {
	return &member{pool: p, choice: choice, sites: map[*content.Site]*opened{}, told: map[string]bool{}}
}

// String is what messages call the engine.
func (m *member) String() string {
	at, err := findEndpoint(m.choice)
	if err != nil {
		return m.choice
	}
	return at.String()
}

// label is what progress calls the engine, "" if it is the only one.
func (m *member) label() string {
	if !m.pool.several() {
		return ""
	}
	return m.choice
}

// say tells what is neither a result nor an error.
func (m *member) say(format string, args ...any) {
	fmt.Fprintf(m.pool.show.aside(), "handbook: "+format+"\n", args...)
}

// serve lets the engine take labs until there are none for it any more.
func (m *member) serve(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.begin(ctx)
	e := m.open(ctx)
	if e == nil {
		return
	}
	m.settleIn(e)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	if g, ok := e.(guarded); ok {
		all.Go(func() { m.guard(ctx, g) })
	}
	var lanes sync.WaitGroup
	for range m.share.labs {
		lanes.Go(func() {
			for t := m.pool.take(ctx, m); t != nil; t = m.pool.take(ctx, m) {
				m.pool.do(ctx, m, t)
			}
		})
	}
	lanes.Wait()
	p := m.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	m.dropAhead()
}

// await waits for a lab that needs another engine: who has room may have
// taken all, but may also be lost. nil says that there will be none.
func (p *pool) await(ctx context.Context) *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ctx.Err() == nil && p.unfinished > 0 {
		if len(p.line) > 0 {
			return p.line[0]
		}
		for _, m := range p.members {
			if m.ahead != nil {
				return m.ahead
			}
		}
		p.changed.Wait()
	}
	return nil
}

// settleIn finds out how much of the labs there is room for.
func (m *member) settleIn(e engine) {
	p := m.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	m.used = true
	m.share = shares(capacityOf(e), p.running.jobs, largest(p.line))
	if m.share.lack != "" {
		m.say("the Docker Engine at %s has %s: it runs %s at a time, not %d",
			m, m.share.lack, count(m.share.labs, "lab"), p.running.jobs)
	}
}

// open opens the engine for the first lab in line, or the next one whose site
// does not have settings that are wrong. It is nil if the engine can't be used,
// or if there is no lab for it.
func (m *member) open(ctx context.Context) engine {
	for {
		first := m.pool.await(ctx)
		if first == nil {
			return nil
		}
		e, err := m.engine(ctx, first.lab)
		switch {
		case err == nil:
			return e
		case isOfEngine(err):
			m.leave(ctx, err)
			return nil
		case ctx.Err() != nil:
			return nil
		case m.pool.withdraw(first):
			m.pool.finish(ctx, m, first, nil, err)
		}
	}
}

// engine is the one for a lab's site, since it is the settings of a site that
// say what its machines are like. Where it was given up while it opened, it
// is not known what it is like.
func (m *member) engine(ctx context.Context, l *lab) (engine, error) {
	m.opening.Lock()
	defer m.opening.Unlock()
	o := m.sites[l.site]
	if o == nil {
		o = new(opened)
		o.engine, o.err = m.pool.running.open(ctx, l, m.choice, m.hear)
		if o.err == nil || ctx.Err() == nil {
			m.sites[l.site] = o
		}
	}
	return o.engine, o.err
}

// hear passes on what the engine tells, each thing once.
func (m *member) hear(line string) {
	m.pool.mu.Lock()
	told := m.told[line]
	m.told[line] = true
	m.pool.mu.Unlock()
	if told {
		return
	}
	if label := m.label(); label != "" {
		line = label + ": " + line
	}
	m.pool.show.engine(line)
}

func (m *member) close() error {
	m.opening.Lock()
	defer m.opening.Unlock()
	var errs []error
	for site, o := range m.sites {
		if o.err == nil {
			errs = append(errs, o.engine.Close())
		}
		delete(m.sites, site)
	}
	return errors.Join(errs...)
}

// leave ends the use of the engine, and says so where others go on.
func (m *member) leave(ctx context.Context, why error) {
	p := m.pool
	p.mu.Lock()
	told := m.left
	m.left, m.why = true, why // two that leave at the same time do not name each other
	others := p.others(m)
	p.mu.Unlock()
	if !told && p.several() && ctx.Err() == nil {
		rest := "it is left out"
		if others != "" {
			rest = "the labs run on " + others
		}
		m.say("%v; %s", why, rest)
	}
	m.quit(ctx, why)
}

// quit ends the use of the engine.
func (m *member) quit(ctx context.Context, why error) {
	p := m.pool
	p.mu.Lock()
	m.left, m.why = true, why
	m.dropAhead()
	p.changed.Broadcast()
	p.mu.Unlock()
	p.clear(ctx)
}

// A life of an engine is the time between two losses.
type life struct {
	member *member
	ctx    context.Context // of all that happens there
	cancel context.CancelFunc
	over   bool // guarded by the pool's mutex
}

// begin begins a new life.
func (m *member) begin(ctx context.Context) {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	l := &life{member: m}
	l.ctx, l.cancel = context.WithCancel(ctx)
	m.life, m.away = l, false
	m.pool.changed.Broadcast()
}

// enter is called before a lab runs on the engine, exit after it.
func (m *member) enter() *life {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	m.busy++
	return m.life
}

func (m *member) exit() {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	m.busy--
}

// guard sees to it that nobody waits for an engine that is lost.
func (m *member) guard(ctx context.Context, e guarded) {
	for {
		err := e.Watch(ctx)
		if ctx.Err() != nil {
			return
		}
		m.lose()
		if !m.comesBack(ctx, e) {
			m.quit(ctx, err) // lose has said it
			return
		}
		m.close() // what was known of it may not hold any more
		m.say("the Docker Engine at %s is back", m)
		m.begin(ctx)
	}
}

// lose ends a life of the engine.
func (m *member) lose() {
	p := m.pool
	p.mu.Lock()
	l := m.life
	l.over, m.away = true, true
	time.AfterFunc(noticeTime, l.cancel)
	m.dropAhead()
	others, waiting := p.others(m), len(p.line)
	p.changed.Broadcast()
	p.mu.Unlock()
	switch {
	case others != "":
		m.say("the Docker Engine at %s is gone; its labs move to %s", m, others)
	case waiting > 0:
		m.say("the Docker Engine at %s is gone; %s wait up to %s for it to come back", m, count(waiting, "lab"), seconds(returnTime))
	}
}

// comesBack waits until an engine that is lost is back.
func (m *member) comesBack(ctx context.Context, e guarded) bool {
	ctx, cancel := context.WithTimeout(ctx, returnTime)
	defer cancel()
	for ctx.Err() == nil {
		if e.Ping(ctx) == nil {
			return true
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	return false
}

// lost tells whether the engine went while something ran there. The guard may
// not know yet.
func (l *life) lost(ctx context.Context) bool {
	m := l.member
	m.pool.mu.Lock()
	over := l.over
	m.pool.mu.Unlock()
	if over {
		return true
	}
	m.opening.Lock()
	var g guarded
	for _, o := range m.sites {
		if o.err == nil {
			g, _ = o.engine.(guarded)
		}
	}
	m.opening.Unlock()
	if g == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	return g.Ping(ctx) != nil
}

// blame makes an error of an engine that is lost of what its loss looked like
// to a lab: a shell that ended, say, or a command that was given up.
func (l *life) blame(t *task, err error) error {
	if _, ok := errors.AsType[*verify.MachineError](err); ok || isOfEngine(err) {
		return err
	}
	pos := content.Pos{File: t.lab.page.File()}
	if f, ok := errors.AsType[*verify.Failures](err); ok && len(f.All) > 0 {
		pos = f.All[len(f.All)-1].Pos
	}
	return &verify.MachineError{Pos: pos, Err: &docker.EngineError{Msg: fmt.Sprintf("the Docker Engine at %s was lost", l.member)}}
}
