//go:build unix

package labs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"handbook/cmd/handbook/progress"
	"handbook/content"
	"handbook/content/record"
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/report"
)

// A counted engine counts its machines.
type counted struct {
	local.Engine
	*count
}

type count struct {
	mu             sync.Mutex
	started, there int
	lost           chan struct{}
}

func (c *count) add(started, there int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started += started
	c.there += there
}

func (c *count) now() (started, there int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.started, c.there
}

func (c counted) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := c.Engine.Start(ctx, spec)
	if err == nil {
		c.add(1, 1)
		m = &countedMachine{Machine: m, count: c.count}
	}
	return m, err
}

func (c counted) Watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.lost:
		return errors.New("it is gone")
	}
}

func (c counted) Ping(context.Context) error {
	select {
	case <-c.lost:
		return errors.New("it is gone")
	default:
		return nil
	}
}

type countedMachine struct {
	verify.Machine
	*count
	once sync.Once
}

func (m *countedMachine) Close() error {
	m.once.Do(func() { m.add(0, -1) })
	return m.Machine.Close()
}

// A writer saves a lab that is run on machines of processes.
type writer struct {
	*AutoRunner
	*count
	t    *testing.T
	dir  string
	is   chan *Ahead // the machine that is prepared, as was told last
	over chan *report.Outcome
	told chan string // by the events of a run
}

func newWriter(t *testing.T) *writer {
	w := &writer{t: t, dir: t.TempDir(), is: make(chan *Ahead, 1), count: &count{lost: make(chan struct{})}, over: make(chan *report.Outcome, 100), told: make(chan string, 1000)}
	show := progress.New(&strings.Builder{}, &strings.Builder{})
	open := func(context.Context, *Site, string, func(string)) (verify.Engine, error) {
		e := counted{count: w.count}
		return e, e.Ping(t.Context())
	}
	w.AutoRunner = NewAutoRunner(Runner{Open: open, Out: &strings.Builder{}, Err: &strings.Builder{}}, show, func(error) {}, func(shown func()) { shown() })
	w.Saved, w.Stage = true, w
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	t.Cleanup(func() { // as Ctrl-C
		cancel()
		<-done
		show.End()
		if _, there := w.now(); there != 0 {
			t.Errorf("%d machines stay", there)
		}
	})
	return w
}

func (w *writer) Asked(*Lab)                    {}
func (w *writer) Begin(*Lab) Watcher            { return follower{w.told} }
func (w *writer) End(_ *Lab, o *report.Outcome) { w.over <- o }
func (w *writer) Ahead(_ string, a *Ahead) {
	select {
	case <-w.is:
	default:
	}
	w.is <- a
}

// until waits until the machine that is prepared waits at a line, or there is none if
// that is -1.
func (w *writer) until(line int) {
	w.t.Helper()
	for a := range w.is {
		if a == nil && line < 0 || a != nil && a.Ready && a.Line == line {
			return
		}
	}
}

type follower struct{ told chan string }

func (follower) Note(string)        {}
func (follower) Left(time.Duration) {}
func (f follower) Step(e verify.Event) {
	if e.State == verify.StepDone && e.Index >= 0 {
		f.told <- strings.Join(e.Output, "\n")
	}
}

// save saves the lab, and returns what has become of it, with what windows were told
// that it has printed.
func (w *writer) save(commands ...string) (o *report.Outcome, told []string) {
	w.t.Helper()
	page := "---\nlab: {cleanup: off}\n---\n# A\n\n"
	for _, c := range commands {
		page += "```bash\n" + c + "\n```\n\n"
	}
	if err := os.WriteFile(filepath.Join(w.dir, "a.md"), []byte(page), 0o666); err != nil {
		w.t.Fatal(err)
	}
	w.read()
	o = <-w.over
	for len(w.told) > 0 {
		told = append(told, <-w.told)
	}
	w.read() // the record is there
	return o, told
}

func (w *writer) read() {
	w.t.Helper()
	site, err := content.Load(os.DirFS(w.dir), "content")
	if err != nil {
		w.t.Fatal(err)
	}
	checked, err := Check(site, w.dir, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	stale, _ := w.Choose(checked)
	w.Want(checked, stale)
}

// What is run on the machine that was prepared is recorded as a whole run is.
func TestAheadOnMachines(t *testing.T) {
	w := newWriter(t)
	passes := func(o *report.Outcome) {
		t.Helper()
		if o == nil || o.Verdict != report.Passed {
			t.Fatalf("%+v", o)
		}
	}
	o, _ := w.save("X=1; echo $X", "echo two", "echo three")
	passes(o)
	o, _ = w.save("X=1; echo $X", "echo two", "echo $X drei")
	passes(o)
	w.until(14)
	before, _ := w.now()
	o, told := w.save("X=1; echo $X", "echo two", "echo $X tres")
	passes(o)
	if strings.Join(told, "|") != "1|two|1 tres" {
		t.Errorf("windows are told %q", told)
	}
	b, err := os.ReadFile(filepath.Join(w.dir, "a.record.json"))
	if err != nil {
		t.Fatal(err)
	}
	result, err := record.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range result.Snippets {
		got = append(got, s.Commands[0].Output...)
	}
	if strings.Join(got, "|") != "1|two|1 tres" || result.Digest != w.lab("a.md").Status.Digest {
		t.Errorf("the record has %q", got)
	}
	w.until(14)
	if after, there := w.now(); after != before+1 || there != 1 {
		t.Errorf("%d machines were started, and %d are there: only the next one was to be", after-before, there)
	}

	// It is given up where something above it is edited.
	o, _ = w.save("X=2; echo $X", "echo two", "echo $X tres")
	passes(o)
	w.until(6)
	if after, there := w.now(); after != before+3 || there != 1 {
		t.Errorf("%d machines were started, and %d are there", after-before, there)
	}
	close(w.lost)
	w.until(-1)

	// What is saved while the engine is gone has an outcome, and is not tried for ever.
	if o, _ = w.save("X=2; echo $X", "echo two", "echo $X quattro"); o == nil || o.Verdict != report.Error {
		t.Errorf("%+v", o)
	}
}
