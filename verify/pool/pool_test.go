package pool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/wording"
	"handbook/verify"
	"handbook/verify/cleanup"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// A fake is an engine of which everything is known beforehand. The zero value
// opens at once and makes any number of machines, each in a second.
type fake struct {
	opening  time.Duration // how long it takes to open
	unusable string        // why it can't be opened
	makesNo  string        // why it makes no machines
	lost     time.Duration // when it is lost; 0: never
	back     time.Duration // when it is back; 0: never
	silent   bool          // its labs do not notice the loss
	cpus     int           // 0: not known
	memory   int64
	disk     func(alive int) int64 // bytes free beside so many machines; nil: not known

	t     *trial
	name  string
	alive int
	most  int // alive at a time
}

// A fakeLab is what happens on a lab.
type fakeLab struct {
	takes  time.Duration
	fails  bool
	broken bool // there is no such image
	limits config.Machine
	used   verify.Usage // the last time
	site   int          // 1: another one, with wrong settings
}

// A trial is one run of a pool. Its time is that of a synctest bubble.
type trial struct {
	labs  map[string]fakeLab
	began time.Time

	mu     sync.Mutex
	log    []string
	limits map[string]config.Machine // of the machines, by page
}

func (t *trial) note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := time.Since(t.began).Round(time.Millisecond * 100)
	t.log = append(t.log, fmt.Sprintf("%5.1f  ", at.Seconds())+fmt.Sprintf(format, args...))
}

func (e *fake) now() time.Duration { return time.Since(e.t.began) }
func (e *fake) gone() bool {
	return e.lost > 0 && e.now() >= e.lost && (e.back == 0 || e.now() < e.back)
}

func (e *fake) open(ctx context.Context, site *content.Site, progress func(string)) (verify.Engine, error) {
	if site.Name == "wrong" {
		return nil, &content.Error{Msg: "wrong settings"}
	}
	progress("opening")
	if err := pause(ctx, e.opening); err != nil {
		return nil, err
	}
	if e.unusable != "" {
		return nil, errors.New(e.unusable)
	}
	return e, nil
}

// pause sleeps unless it is called off.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (e *fake) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	if err := pause(ctx, time.Second); err != nil {
		return nil, err
	}
	if e.t.labs[spec.Page].broken {
		return nil, &verify.LabError{Msg: "there is no such image"}
	}
	if e.makesNo != "" {
		return nil, errors.New(e.makesNo)
	}
	if e.gone() {
		return nil, errors.New(e.name + " does not answer")
	}
	e.t.mu.Lock()
	e.alive++
	e.most = max(e.most, e.alive)
	e.t.limits[spec.Page] = spec.Limits
	e.t.mu.Unlock()
	e.t.note("%s has a machine for %s", e.name, spec.Page)
	return &fakeMachine{engine: e, page: spec.Page}, nil
}

func (e *fake) CPUs() int                                       { return e.cpus }
func (e *fake) Memory() int64                                   { return e.memory }
func (e *fake) Resolve(context.Context, string) (string, error) { return "", nil }

func (e *fake) FreeDisk() (int64, bool) {
	if e.disk == nil {
		return 0, false
	}
	e.t.mu.Lock()
	defer e.t.mu.Unlock()
	return e.disk(e.alive), true
}
func (e *fake) Ping(context.Context) error {
	if e.gone() {
		return errors.New("no answer")
	}
	return nil
}
func (e *fake) Watch(ctx context.Context) error {
	noticed := e.lost + 300*ms // after the labs
	if e.lost == 0 || e.now() > noticed {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := pause(ctx, noticed-e.now()); err != nil {
		return err
	}
	return errors.New(e.name + " is gone")
}
func (e *fake) Close() error { return nil }

type fakeMachine struct {
	engine *fake
	page   string
}

func (m *fakeMachine) Exec(context.Context, shell.Process) (shell.Stream, error) { return nil, nil }
func (m *fakeMachine) Settle(context.Context, verify.Start, verify.When) (verify.Settled, error) {
	return verify.Settled{}, nil
}
func (m *fakeMachine) Observe(context.Context) (verify.Observation, error) {
	return verify.Observation{}, nil
}
func (m *fakeMachine) Weigh(context.Context, []string) (map[string]int64, error) { return nil, nil }
func (m *fakeMachine) Inventory(context.Context) (cleanup.Engine, error) {
	return cleanup.Engine{}, nil
}
func (m *fakeMachine) Diagnose(context.Context) error { return nil }
func (m *fakeMachine) About(context.Context) (content.RecordMachine, []content.Base, error) {
	return content.RecordMachine{}, nil, nil
}
func (m *fakeMachine) Machines() []verify.Named                   { return nil }
func (m *fakeMachine) Used(context.Context) (verify.Usage, error) { return verify.Usage{}, nil }
func (m *fakeMachine) Enter() string                              { return "" }
func (m *fakeMachine) Keep() error                                { return nil }
func (m *fakeMachine) Close() error {
	m.engine.t.mu.Lock()
	defer m.engine.t.mu.Unlock()
	m.engine.alive--
	return nil
}

// work is what a lab does on an engine.
func (t *trial) work(ctx context.Context, l *Lab, e verify.Engine, spec verify.Spec) (*content.Record, error) {
	m, err := e.Start(ctx, spec)
	if _, ok := errors.AsType[*verify.LabError](err); ok {
		return nil, &verify.Failures{All: []*verify.Failure{{Msg: err.Error()}}}
	}
	if err != nil {
		return nil, &verify.MachineError{Err: err}
	}
	defer m.Close()
	on := m.(*fakeMachine).engine
	does := t.labs[spec.Page]
	var loss <-chan time.Time
	if on.lost > on.now() && !on.silent {
		loss = time.After(on.lost - on.now())
	}
	done := time.After(does.takes)
	if on.silent && on.lost < on.now()+does.takes && on.lost > on.now() {
		done = nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-loss:
		return nil, &verify.Failures{All: []*verify.Failure{{Msg: "the shell ended here"}}}
	case <-done:
	}
	if does.fails {
		return nil, &verify.Failures{All: []*verify.Failure{{Msg: "exited with 1"}}}
	}
	return &content.Record{Page: spec.Page}, nil
}

func labels(engines []*Engine) string {
	var all []string
	for _, e := range engines {
		all = append(all, e.Label)
	}
	return strings.Join(all, " ")
}

func (t *trial) hear(e Event) {
	switch e := e.(type) {
	case Started:
		t.note("%s starts on %s", e.Lab.Plan.Page.Path, e.On.Label)
	case Requeued:
		t.note("%s is given back by %s", e.Lab.Plan.Page.Path, e.By.Label)
	case Finished:
		verdict := "passes"
		if e.Err != nil {
			verdict = "fails: " + e.Err.Error()
		}
		t.note("%s %s", e.Lab.Plan.Page.Path, verdict)
	case Progress: // each is told once
		if e.Line != "opening" {
			t.note("%s says %s", e.On.Label, e.Line)
		}
	case Chosen:
		t.note("%s chooses %d at a time: %d processors, %.1f busy, %s", e.On.Label, e.Labs, e.CPUs, e.Busy, cmp.Or(string(e.For), "no shortage"))
	case Limited:
		t.note("%s runs %d at a time, for %s", e.On.Label, e.Labs, e.For)
	case Excluded:
		t.note("%s is excluded: %v; left: %s", e.On.Label, e.Err, labels(e.Others))
	case Lost:
		t.note("%s is lost; left: %s; waiting: %d", e.On.Label, labels(e.Others), e.Waiting)
	case Returned:
		t.note("%s is back", e.On.Label)
	}
}

// A scenario is engines, labs, and what happens: at which second, in any order
// within it.
type scenario struct {
	name      string
	engines   map[string]*fake
	labs      []fakeLab // a, b, c, …
	jobs      int
	auto      bool // chosen by the pool
	seed      uint64
	interrupt time.Duration
	want      string
}

func (s *scenario) run(t *testing.T) (tr *trial, results []Result) {
	synctest.Test(t, func(t *testing.T) {
		tr = &trial{labs: map[string]fakeLab{}, limits: map[string]config.Machine{}, began: time.Now()}
		jobs := max(s.jobs, 1)
		if s.auto {
			jobs = 0
		}
		p := &Pool{Jobs: jobs, Seed: s.seed, Work: tr.work, Tell: tr.hear}
		for _, name := range slices.Sorted(maps.Keys(s.engines)) {
			e := s.engines[name]
			e.t, e.name = tr, name
			p.Engines = append(p.Engines, &Engine{Name: "engine " + name, Label: name, Open: e.open})
		}
		sites := []*content.Site{{Name: "site"}, {Name: "wrong"}}
		var labs []*Lab
		for i, l := range s.labs {
			name := string(rune('a' + i))
			tr.labs[name] = l
			labs = append(labs, &Lab{sites[l.site], &plans.Plan{Page: &content.Page{Path: name}, Lab: &config.Lab{}, Limits: l.limits}, l.used})
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if s.interrupt > 0 {
			time.AfterFunc(s.interrupt, cancel)
		}
		results = p.Run(ctx, labs)
		for name, e := range s.engines {
			if e.alive != 0 {
				t.Errorf("%d machines are left on %s", e.alive, name)
			}
		}
		for i, r := range results {
			if (r.Record == nil) == (r.Err == nil) {
				t.Errorf("lab %d has the record %v and the error %v", i, r.Record, r.Err)
			}
			if r.Record != nil && r.Record.Page != labs[i].Plan.Page.Path {
				t.Errorf("lab %d has the record of %s", i, r.Record.Page)
			}
		}
	})
	return tr, results
}

const (
	second = time.Second
	ms     = time.Millisecond
)

func repeat(n int, l fakeLab) []fakeLab { return slices.Repeat([]fakeLab{l}, n) }

// after is the order in which engines come to their first lab.
func after(d time.Duration) *fake { return &fake{opening: d} }

var scenarios = []scenario{
	{
		name:    "nothing to do",
		engines: map[string]*fake{"A": {unusable: "never asked"}},
	},
	{
		name:    "the next machine is prestarted, and no more than one",
		engines: map[string]*fake{"A": {}},
		labs:    repeat(3, fakeLab{takes: 5 * second}),
		want: `
  0.0  a starts on A
  1.0  A has a machine for a
  2.0  A has a machine for b
  6.0  a passes
  6.0  b starts on A
  7.0  A has a machine for c
 11.0  b passes
 11.0  c starts on A
 16.0  c passes
`,
	},
	{
		name:    "as many at a time as keep the processors busy",
		engines: map[string]*fake{"A": {cpus: 2, memory: 24 * wording.GiB}},
		labs:    repeat(4, fakeLab{takes: 5 * second}),
		auto:    true,
		want: `
  0.0  A chooses 2 at a time: 2 processors, 1.0 busy, no shortage
  0.0  a starts on A
  0.0  b starts on A
  1.0  A has a machine for a
  1.0  A has a machine for b
  2.0  A has a machine for c
  6.0  a passes
  6.0  b passes
  6.0  c starts on A
  6.0  d starts on A
  7.0  A has a machine for d
 11.0  c passes
 12.0  d passes
`,
	},
	{
		name:    "labs that wait more than they work, on engines of which one has little memory and one does not say what it has",
		engines: map[string]*fake{"A": {cpus: 2, memory: 4 * wording.GiB, opening: 100 * ms}, "B": {opening: 200 * ms}},
		labs:    repeat(4, fakeLab{takes: 5 * second, used: verify.Usage{CPU: 2 * second, Took: 5 * second, Memory: wording.GiB}}),
		auto:    true,
		want: `
  0.1  A chooses 2 at a time: 2 processors, 0.4 busy, memory
  0.1  a starts on A
  0.1  b starts on A
  0.2  c starts on B
  1.1  A has a machine for a
  1.1  A has a machine for b
  1.2  B has a machine for c
  2.1  A has a machine for d
  6.1  a passes
  6.1  b passes
  6.1  d starts on A
  6.2  c passes
 11.1  d passes
`,
	},
	{
		name:    "labs at a time",
		engines: map[string]*fake{"A": {}},
		jobs:    2,
		labs:    []fakeLab{{takes: 5 * second}, {takes: 6 * second}, {takes: 5 * second}},
		want: `
  0.0  a starts on A
  0.0  b starts on A
  1.0  A has a machine for a
  1.0  A has a machine for b
  2.0  A has a machine for c
  6.0  a passes
  6.0  c starts on A
  7.0  b passes
 11.0  c passes
`,
	},
	{
		name:    "a seed changes the order",
		engines: map[string]*fake{"A": {}},
		seed:    1,
		labs:    repeat(3, fakeLab{takes: 2 * second}),
		want: `
  0.0  c starts on A
  1.0  A has a machine for c
  2.0  A has a machine for a
  3.0  a starts on A
  3.0  c passes
  4.0  A has a machine for b
  5.0  a passes
  5.0  b starts on A
  7.0  b passes
`,
	},
	{
		name:    "two engines share the labs; the slow one comes later",
		engines: map[string]*fake{"A": {}, "B": after(4 * second)},
		labs:    repeat(4, fakeLab{takes: 3500 * ms}),
		want: `
  0.0  a starts on A
  1.0  A has a machine for a
  2.0  A has a machine for b
  4.0  c starts on B
  4.5  a passes
  4.5  b starts on A
  5.0  B has a machine for c
  5.5  A has a machine for d
  8.0  b passes
  8.0  d starts on A
  8.5  c passes
 11.5  d passes
`,
	},
	{
		name:    "an engine with room takes the lab whose machine is prestarted elsewhere",
		engines: map[string]*fake{"A": {}, "B": after(100 * ms)},
		labs:    []fakeLab{{takes: 20 * second}, {takes: 5 * second}, {takes: 5 * second}},
		want: `
  0.0  a starts on A
  0.1  b starts on B
  1.0  A has a machine for a
  1.1  B has a machine for b
  2.0  A has a machine for c
  6.1  b passes
  6.1  c starts on B
  7.1  B has a machine for c
 12.1  c passes
 21.0  a passes
`,
	},
	{
		name:    "a lab that fails is tried once",
		engines: map[string]*fake{"A": {}, "B": after(100 * ms)},
		labs:    []fakeLab{{fails: true}, {broken: true}},
		want: `
  0.0  a starts on A
  0.1  b starts on B
  1.0  A has a machine for a
  1.0  a fails: : exited with 1
  1.1  b fails: : there is no such image
`,
	},
	{
		name:    "one of two engines can't be used",
		engines: map[string]*fake{"A": {opening: second, unusable: "A can't be reached"}, "B": {}},
		labs:    repeat(2, fakeLab{takes: 3 * second}),
		want: `
  0.0  a starts on B
  1.0  A is excluded: A can't be reached; left: B
  1.0  B has a machine for a
  2.0  B has a machine for b
  4.0  a passes
  4.0  b starts on B
  7.0  b passes
`,
	},
	{
		name:    "no engine can be used",
		engines: map[string]*fake{"A": {opening: second, unusable: "A can't be reached"}, "B": {opening: 2 * second, unusable: "B can't be reached"}},
		labs:    repeat(2, fakeLab{}),
		want: `
  1.0  A is excluded: A can't be reached; left: B
  2.0  B is excluded: B can't be reached; left: 
  2.0  a fails: A can't be reached
B can't be reached
  2.0  b fails: A can't be reached
B can't be reached
`,
	},
	{
		name:    "an engine that makes no machine is excluded when another one makes one",
		engines: map[string]*fake{"A": {makesNo: "no rights"}, "B": after(500 * ms)},
		labs:    repeat(3, fakeLab{takes: 3 * second}),
		want: `
  0.0  a starts on A
  0.5  b starts on B
  1.0  a is given back by A
  1.0  c starts on A
  1.5  B has a machine for b
  2.0  c is given back by A
  2.5  B has a machine for a
  4.5  A is excluded: no rights; left: B
  4.5  a starts on B
  4.5  b passes
  5.5  B has a machine for c
  7.5  a passes
  7.5  c starts on B
 10.5  c passes
`,
	},
	{
		name:    "an engine that makes no machine for a lab is not excluded when no other one does",
		engines: map[string]*fake{"A": {makesNo: "no rights"}, "B": {opening: 500 * ms, makesNo: "no rights"}},
		labs:    repeat(1, fakeLab{}),
		want: `
  0.0  a starts on A
  1.0  a is given back by A
  1.0  a starts on B
  2.0  a fails: : the machine failed: no rights
  2.0  a is given back by B
`,
	},
	{
		name:    "lost during a lab, which moves",
		engines: map[string]*fake{"A": {lost: 5 * second}, "B": after(500 * ms)},
		labs:    repeat(4, fakeLab{takes: 10 * second}),
		want: `
  0.0  a starts on A
  0.5  b starts on B
  1.0  A has a machine for a
  1.5  B has a machine for b
  2.0  A has a machine for c
  2.5  B has a machine for d
  5.0  a is given back by A
  5.3  A is lost; left: B; waiting: 2
 11.5  b passes
 11.5  d starts on B
 12.5  B has a machine for c
 21.5  c starts on B
 21.5  d passes
 22.5  B has a machine for a
 31.5  a starts on B
 31.5  c passes
 41.5  a passes
`,
	},
	{
		name:    "lost while machines start",
		engines: map[string]*fake{"A": {lost: 900 * ms}, "B": after(500 * ms)},
		labs:    repeat(2, fakeLab{takes: 3 * second}),
		want: `
  0.0  a starts on A
  0.5  b starts on B
  1.0  a is given back by A
  1.2  A is lost; left: B; waiting: 1
  1.5  B has a machine for b
  2.5  B has a machine for a
  4.5  a starts on B
  4.5  b passes
  7.5  a passes
`,
	},
	{
		name:    "lost without a lab noticing",
		engines: map[string]*fake{"A": {lost: 5 * second, silent: true}, "B": after(500 * ms)},
		labs:    repeat(2, fakeLab{takes: 8 * second}),
		want: `
  0.0  a starts on A
  0.5  b starts on B
  1.0  A has a machine for a
  1.5  B has a machine for b
  5.3  A is lost; left: B; waiting: 0
  9.5  b passes
 10.3  a is given back by A
 10.3  a starts on B
 11.3  B has a machine for a
 19.3  a passes
`,
	},
	{
		name:    "the only engine is lost",
		engines: map[string]*fake{"A": {lost: 5 * second}},
		labs:    repeat(4, fakeLab{takes: 10 * second}),
		want: `
  0.0  a starts on A
  1.0  A has a machine for a
  2.0  A has a machine for b
  5.0  a fails: : the machine failed: engine A was lost
  5.0  a is given back by A
  5.3  A is lost; left: ; waiting: 3
 25.3  b fails: no Docker Engine is left, and 3 labs were not run: b, c, d
 25.3  c fails: no Docker Engine is left, and 3 labs were not run: b, c, d
 25.3  d fails: no Docker Engine is left, and 3 labs were not run: b, c, d
`,
	},
	{
		name:    "lost and back",
		engines: map[string]*fake{"A": {lost: 5 * second, back: 8 * second}},
		labs:    repeat(3, fakeLab{takes: 10 * second}),
		want: `
  0.0  a starts on A
  1.0  A has a machine for a
  2.0  A has a machine for b
  5.0  a fails: : the machine failed: engine A was lost
  5.0  a is given back by A
  5.3  A is lost; left: ; waiting: 2
  8.1  A is back
  8.1  b starts on A
  9.1  A has a machine for b
 10.1  A has a machine for c
 19.1  b passes
 19.1  c starts on A
 29.1  c passes
`,
	},
	{
		name:    "both are lost: no lab is tried twice on an engine",
		engines: map[string]*fake{"A": {lost: 3 * second}, "B": {opening: 500 * ms, lost: 12 * second}},
		labs:    repeat(2, fakeLab{takes: 10 * second}),
		want: `
  0.0  a starts on A
  0.5  b starts on B
  1.0  A has a machine for a
  1.5  B has a machine for b
  3.0  a is given back by A
  3.3  A is lost; left: B; waiting: 1
 11.5  a starts on B
 11.5  b passes
 12.3  B is lost; left: ; waiting: 0
 12.5  a fails: : the machine failed: B does not answer
 12.5  a is given back by B
`,
	},
	{
		name:      "interrupted",
		engines:   map[string]*fake{"A": {}, "B": after(500 * ms)},
		labs:      repeat(5, fakeLab{takes: 20 * second}),
		interrupt: 5 * second,
		want: `
  0.0  a starts on A
  0.5  b starts on B
  1.0  A has a machine for a
  1.5  B has a machine for b
  2.0  A has a machine for c
  2.5  B has a machine for d
  5.0  a fails: context canceled
  5.0  b fails: context canceled
  5.0  c fails: context canceled
  5.0  d fails: context canceled
  5.0  e fails: context canceled
`,
	},
	{
		name:      "interrupted while machines start",
		engines:   map[string]*fake{"A": {}},
		labs:      repeat(2, fakeLab{takes: 20 * second}),
		interrupt: 500 * ms,
		want: `
  0.0  a starts on A
  0.5  a fails: context canceled
  0.5  b fails: context canceled
`,
	},
	{
		name:    "as many labs as there is memory for",
		engines: map[string]*fake{"A": {memory: wording.GiB}},
		jobs:    8,
		labs:    repeat(2, fakeLab{takes: 3 * second}),
		want: `
  0.0  A runs 1 at a time, for memory
  0.0  a starts on A
  1.0  A has a machine for a
  4.0  a passes
  4.0  b starts on A
  5.0  A has a machine for b
  8.0  b passes
`,
	},
	{
		name:    "a full disk",
		engines: map[string]*fake{"A": {disk: func(int) int64 { return 10 * wording.MiB }}},
		labs:    repeat(2, fakeLab{takes: 3 * second}),
		want: `
  0.0  a fails: : the machine failed: the disk of engine A is full: 10 MiB are free, and a machine needs at least 256 MiB
  0.0  a is given back by A
  0.0  a starts on A
  0.0  b fails: : the machine failed: the disk of engine A is full: 10 MiB are free, and a machine needs at least 256 MiB
  0.0  b is given back by A
  0.0  b starts on A
`,
	},
	{
		name: "a machine waits for the room that another one takes",
		engines: map[string]*fake{"A": {disk: func(alive int) int64 {
			if alive > 0 {
				return 10 * wording.MiB
			}
			return 10 * wording.GiB
		}}},
		labs: repeat(2, fakeLab{takes: 3 * second}),
		want: `
  0.0  a starts on A
  1.0  A has a machine for a
  4.0  a passes
  4.0  b starts on A
  5.0  A has a machine for b
  8.0  b passes
`,
	},
	{
		name:    "a site with wrong settings keeps no other site's labs from running",
		engines: map[string]*fake{"A": {memory: 16 * wording.GiB}},
		labs:    []fakeLab{{site: 1}, {takes: 3 * second}},
		want: `
  0.0  a fails: : wrong settings
  0.0  b starts on A
  1.0  A has a machine for b
  4.0  b passes
`,
	},
	{
		name:    "only a site with wrong settings",
		engines: map[string]*fake{"A": {}},
		labs:    []fakeLab{{site: 1}},
		want: `
  0.0  a fails: : wrong settings
`,
	},
}

func TestScenarios(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			tr, _ := s.run(t)
			slices.Sort(tr.log)
			got := strings.Join(tr.log, "\n")
			if got != strings.Trim(s.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, s.want)
			}
		})
	}
}

// What a machine may use is in its spec, and no matter of the plan.
func TestLimits(t *testing.T) {
	s := scenario{engines: map[string]*fake{"A": {memory: 2 * wording.GiB}}, jobs: 8, labs: repeat(6, fakeLab{takes: second})}
	tr, results := s.run(t)
	for page, limits := range tr.limits {
		if limits.Memory != 512*wording.MiB {
			t.Errorf("the machine of %s may have %d bytes", page, limits.Memory)
		}
	}
	if len(results) != 6 || s.engines["A"].most != 3 {
		t.Errorf("%d results, %d machines at a time, want 6 and 3", len(results), s.engines["A"].most)
	}
}

// Whatever happens to engines: every lab has a result, is given to each engine
// once at most, and no machine is left.
func TestAnything(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		some := func(most time.Duration) time.Duration { return time.Duration(r.Int64N(int64(most))) }
		s := scenario{engines: map[string]*fake{}, jobs: 1 + r.IntN(3), seed: r.Uint64N(3)}
		for _, name := range []string{"A", "B", "C"}[:1+r.IntN(3)] {
			e := &fake{opening: some(3 * second), silent: r.IntN(2) == 0}
			switch r.IntN(5) {
			case 0:
				e.unusable = "unusable"
			case 1:
				e.makesNo = "no rights"
			case 2:
				e.lost = e.opening + some(20*second)
			case 3:
				e.lost = e.opening + some(20*second)
				e.back = e.lost + some(30*second)
			}
			s.engines[name] = e
		}
		for range r.IntN(8) {
			s.labs = append(s.labs, fakeLab{takes: some(15 * second), fails: r.IntN(5) == 0, broken: r.IntN(8) == 0})
		}
		if r.IntN(4) == 0 {
			s.interrupt = 1 + some(30*second)
		}
		tr, results := s.run(t)
		if len(results) != len(s.labs) {
			t.Errorf("seed %d: %d results of %d labs", seed, len(results), len(s.labs))
		}
		told := map[string]int{}
		for _, line := range tr.log {
			_, event, _ := strings.Cut(strings.TrimLeft(line, " "), "  ")
			event, _, _ = strings.Cut(event, ":")
			event = strings.NewReplacer(" passes", " is done", " fails", " is done").Replace(event)
			if told[event]++; told[event] > 1 && !strings.Contains(event, "has a machine") {
				t.Errorf("seed %d: %q %d times:\n%s", seed, event, told[event], strings.Join(tr.log, "\n"))
			}
		}
	}
}

// A caller that gives up while an engine is opened spoils nothing for the next
// one.
func TestOpenIsGivenUp(t *testing.T) {
	w := &worker{Engine: &Engine{Open: func(ctx context.Context, _ *content.Site, _ func(string)) (verify.Engine, error) {
		return &fake{}, ctx.Err()
	}}, opened: map[*content.Site]*opening{}}
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := w.open(ctx, nil); err == nil {
		t.Error("opened by a caller that had given up")
	}
	if _, err := w.open(t.Context(), nil); err != nil {
		t.Errorf("the next one gets %v", err)
	}
}

func TestChoose(t *testing.T) {
	const gib = wording.GiB
	used := func(cpu time.Duration, memory int64) fakeLab {
		return fakeLab{used: verify.Usage{CPU: cpu, Took: 100 * second, Memory: memory}}
	}
	for _, test := range []struct {
		has  capacity
		labs []fakeLab
		want Choice
	}{
		// Nobody knows anything, or there is nothing to choose.
		{capacity{}, repeat(9, fakeLab{}), Choice{Labs: 1, Busy: 1}},
		{capacity{memory: 64 * gib}, repeat(9, fakeLab{}), Choice{Labs: 1, Busy: 1}},
		{capacity{cpus: 8}, nil, Choice{Labs: 1, CPUs: 8}},
		{capacity{cpus: 8}, repeat(3, fakeLab{}), Choice{Labs: 3, CPUs: 8, Busy: 1}},
		// Processors.
		{capacity{cpus: 2}, repeat(9, fakeLab{}), Choice{Labs: 2, CPUs: 2, Busy: 1}},
		{capacity{cpus: 2}, repeat(9, used(50*second, gib)), Choice{Labs: 4, CPUs: 2, Busy: 0.5}},
		{capacity{cpus: 2}, []fakeLab{used(50*second, gib), {}, {}, {}}, Choice{Labs: 2, CPUs: 2, Busy: 0.875}},
		{capacity{cpus: 2}, repeat(20, used(second, gib)), Choice{Labs: 8, CPUs: 2, Busy: 0.25}},
		{capacity{cpus: 2}, repeat(9, used(800*second, gib)), Choice{Labs: 1, CPUs: 2, Busy: 8}},
		{capacity{cpus: 2}, repeat(9, used(0, 0)), Choice{Labs: 2, CPUs: 2, Busy: 1}},
		// Memory: what the site says, else more than was used, else what a machine may use.
		{capacity{cpus: 4, memory: 8 * gib}, repeat(9, fakeLab{}), Choice{Labs: 1, CPUs: 4, Busy: 1, For: Memory, Has: 8 * gib, Each: 4 * gib}},
		{capacity{cpus: 4, memory: 8 * gib}, repeat(9, used(100*second, gib)), Choice{Labs: 4, CPUs: 4, Busy: 1}},
		{capacity{cpus: 4, memory: 8 * gib}, repeat(9, used(100*second, 2*gib)), Choice{Labs: 2, CPUs: 4, Busy: 1, For: Memory, Has: 8 * gib, Each: 3 * gib}},
		{capacity{cpus: 4, memory: 8 * gib}, repeat(9, fakeLab{limits: config.Machine{Memory: 2 * gib}}), Choice{Labs: 3, CPUs: 4, Busy: 1, For: Memory, Has: 8 * gib, Each: 2 * gib}},
		{capacity{cpus: 4, memory: gib}, repeat(9, used(100*second, 1)), Choice{Labs: 1, CPUs: 4, Busy: 1, For: Memory, Has: gib, Each: gib / 2}},
		{capacity{cpus: 4, memory: gib / 4}, repeat(9, fakeLab{}), Choice{Labs: 1, CPUs: 4, Busy: 1, For: Memory, Has: gib / 4, Each: 4 * gib}},
		// Disk.
		{capacity{cpus: 4, disk: 12 * gib}, repeat(9, fakeLab{}), Choice{Labs: 2, CPUs: 4, Busy: 1, For: Disk, Has: 12 * gib, Each: 5 * gib}},
		{capacity{cpus: 4, disk: 12 * gib}, repeat(9, fakeLab{limits: config.Machine{Disk: 3 * gib}}), Choice{Labs: 3, CPUs: 4, Busy: 1, For: Disk, Has: 12 * gib, Each: 3 * gib}},
	} {
		var queue []*task
		for _, l := range test.labs {
			queue = append(queue, &task{Lab: &Lab{Plan: &plans.Plan{Limits: l.limits}, Used: l.used}})
		}
		got := choose(test.has, queue)
		if got != test.want {
			t.Errorf("%+v, %d labs such as %+v:\n got %+v\nwant %+v", test.has, len(test.labs), test.labs, got, test.want)
		}
		// What is chosen is what the computer is then divided into.
		if s := divide(test.has, got.Labs, largest(queue)); s.labs != got.Labs {
			t.Errorf("%+v: %d labs are chosen, and %d run", test.has, got.Labs, s.labs)
		}
	}
}

func TestDivide(t *testing.T) {
	for _, test := range []struct {
		has    capacity
		jobs   int
		limits config.Machine
		want   share
	}{
		{capacity{}, 4, config.Machine{}, share{labs: 4, prestart: true}},
		{capacity{memory: 24 * wording.GiB}, 1, config.Machine{}, share{labs: 1, memory: 21*wording.GiB - 256*wording.MiB, prestart: true}},
		{capacity{memory: 24 * wording.GiB}, 4, config.Machine{}, share{labs: 4, memory: (21*wording.GiB - 256*wording.MiB) / 4, prestart: true}},
		{capacity{memory: wording.GiB}, 2, config.Machine{}, share{labs: 1, memory: 512 * wording.MiB, short: Memory, has: wording.GiB}},
		{capacity{memory: 512 * wording.MiB}, 1, config.Machine{}, share{labs: 1, memory: 512 * wording.MiB}},
		{capacity{memory: 8 * wording.GiB}, 4, config.Machine{Memory: 3 * wording.GiB}, share{labs: 2, prestart: true, short: Memory, has: 8 * wording.GiB}},
		{capacity{memory: 8 * wording.GiB}, 1, config.Machine{Memory: 7 * wording.GiB}, share{labs: 1}},
		{capacity{disk: 10 * wording.GiB}, 3, config.Machine{}, share{labs: 3, disk: 3 * wording.GiB, prestart: true}},
		{capacity{disk: 3 * wording.GiB}, 4, config.Machine{}, share{labs: 2, disk: wording.GiB, prestart: true, short: Disk, has: 3 * wording.GiB}},
		{capacity{disk: wording.GiB / 2}, 4, config.Machine{}, share{labs: 1, prestart: true, short: Disk, has: wording.GiB / 2}},
		{capacity{disk: 10 * wording.GiB}, 3, config.Machine{Disk: 5 * wording.GiB}, share{labs: 1, prestart: true, short: Disk, has: 10 * wording.GiB}},
	} {
		if got := divide(test.has, test.jobs, test.limits); got != test.want {
			t.Errorf("%+v, -j %d, %+v:\n got %+v\nwant %+v", test.has, test.jobs, test.limits, got, test.want)
		}
	}
}
