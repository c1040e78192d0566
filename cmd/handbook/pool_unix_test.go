//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// A fleet is a set of engines by their names, as --engine has them. Their
// machines are this computer's.
type fleet map[string]*fleetEngine

func (f fleet) open(_ context.Context, _ *lab, choice string, progress func(string)) (engine, error) {
	e := f[choice]
	time.Sleep(e.slow)
	progress("hello from " + choice)
	if e.closed != "" {
		return nil, &docker.EngineError{Msg: e.closed}
	}
	return e, nil
}

// A fleetEngine can be made to fail, and to go away.
type fleetEngine struct {
	localEngine
	closed string // why it can't be used at all
	broken string // why it makes no machines
	after  int    // it is lost when it has made so many machines, 0: never
	back   bool   // but comes back at once
	slow   time.Duration
	memory int64
	disk   func() int64 // that is free; nil: not known

	mu    sync.Mutex
	gone  chan struct{}
	dead  bool
	made  []string // pages, in order
	memOf []int64  // limits of their machines
	alive int
	most  int // alive at a time
}

func (e *fleetEngine) Memory() int64 { return e.memory }
func (e *fleetEngine) FreeDisk() (int64, bool) {
	if e.disk == nil {
		return 0, false
	}
	return e.disk(), true
}

func (e *fleetEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken != "" || e.dead {
		return nil, &docker.EngineError{Msg: "no machine: " + e.broken}
	}
	m, err := e.localEngine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	e.made, e.memOf = append(e.made, spec.Page), append(e.memOf, spec.Limits.Memory)
	e.alive++
	e.most = max(e.most, e.alive)
	fm := &fleetMachine{Machine: m, engine: e}
	if e.after > 0 && len(e.made) == e.after {
		time.AfterFunc(50*time.Millisecond, e.lose)
	}
	return fm, nil
}

// begun is how many machines it has made so far.
func (e *fleetEngine) begun() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.made)
}

func (e *fleetEngine) lose() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dead = !e.back
	close(e.channel())
	e.gone = nil
}

func (e *fleetEngine) channel() chan struct{} {
	if e.gone == nil {
		e.gone = make(chan struct{})
	}
	return e.gone
}

func (e *fleetEngine) Ping(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dead {
		return errors.New("nothing answers")
	}
	return nil
}

func (e *fleetEngine) Watch(ctx context.Context) error {
	e.mu.Lock()
	gone := e.channel()
	e.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-gone:
		return &docker.EngineError{Msg: "the engine is gone"}
	}
}

type fleetMachine struct {
	verify.Machine
	engine *fleetEngine
	once   sync.Once
}

func (m *fleetMachine) Close() error {
	m.once.Do(func() {
		m.engine.mu.Lock()
		m.engine.alive--
		m.engine.mu.Unlock()
	})
	return m.Machine.Close()
}

// run runs labs, each a command, and looks for machines that are left.
func (f fleet) run(t *testing.T, ctx context.Context, r running, commands ...string) (outcomes []*outcome, out, err string) {
	t.Helper()
	outcomes, out, err = poolOf(t, ctx, f.open, r, commands...)
	for name, e := range f {
		if e.alive != 0 {
			t.Errorf("%s: %d machines are left", name, e.alive)
		}
	}
	return outcomes, out, err
}

// poolOf runs labs, each a command, on engines.
func poolOf(t *testing.T, ctx context.Context, open opener, r running, commands ...string) (outcomes []*outcome, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	r.open, r.out, r.err = open, &stdout, &stderr
	outcomes = r.run(ctx, labsOf(t, commands...))
	return outcomes, stdout.String(), stderr.String()
}

// labsOf makes a site of labs, each a command.
func labsOf(t *testing.T, commands ...string) (labs []*lab) {
	t.Helper()
	dir := t.TempDir()
	for i, command := range commands {
		text := "---\nlab: {}\n---\n# Lab\n\n```bash\n" + command + "\n```\n"
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("l%d.md", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	site, err := content.Load(os.DirFS(dir), "content")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range site.Pages {
		labs = append(labs, &lab{site: site, dir: dir, page: p})
	}
	return labs
}

func same(n int, command string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = command
	}
	return all
}

// verdicts lists them: "passed passed error".
func verdicts(outcomes []*outcome) string {
	var all []string
	for _, o := range outcomes {
		all = append(all, o.verdict)
	}
	return strings.Join(all, " ")
}

// tries is how many machines were made for each page.
func tries(f fleet) map[string]int {
	n := map[string]int{}
	for _, e := range f {
		for _, page := range e.made {
			n[page]++
		}
	}
	return n
}

func TestPoolSpreads(t *testing.T) {
	f := fleet{"a": {}, "b": {}}
	outcomes, out, err := f.run(t, t.Context(), running{jobs: 2, engines: []string{"a", "b"}}, same(8, "sleep 0.3")...)
	if got := verdicts(outcomes); got != strings.TrimSpace(strings.Repeat("passed ", 8)) {
		t.Errorf("%s\n%s", got, err)
	}
	for name, e := range f {
		if len(e.made) < 2 || e.most > 3 {
			t.Errorf("%s made %d machines, %d at a time: want some labs, two and one ahead", name, len(e.made), e.most)
		}
		if !strings.Contains(out, "  on "+name+"\n") || !strings.Contains(err, "starting a machine on "+name+"\n") {
			t.Errorf("the output does not say that labs ran on %s:\n%s%s", name, out, err)
		}
		if n := strings.Count(err, name+": hello from "+name+"\n"); n != 1 {
			t.Errorf("%s said hello %d times", name, n)
		}
	}
}

// The next lab's machine is there before the lab that runs has ended, and is
// the one that the next lab gets; never are there two.
func TestPoolAhead(t *testing.T) {
	f := fleet{"": {}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1}, same(4, "sleep 0.3")...)
	e := f[""]
	if verdicts(outcomes) != "passed passed passed passed" {
		t.Fatal(err)
	}
	if len(e.made) != 4 || e.most != 2 {
		t.Errorf("%d machines for 4 labs, %d at a time, want 4 and 2", len(e.made), e.most)
	}
	// A lab is not blamed for a machine that could be made ahead only.
	f = fleet{"": {}}
	outcomes, _, err = f.run(t, t.Context(), running{jobs: 1}, "sleep 0.2", "(exit 3)", "true")
	if verdicts(outcomes) != "passed failed passed" || len(f[""].made) != 3 {
		t.Errorf("%s with %d machines\n%s", verdicts(outcomes), len(f[""].made), err)
	}
}

func TestPoolInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := fleet{"a": {}, "b": {}}
	go func() {
		for ctx.Err() == nil && f["a"].begun()+f["b"].begun() < 4 {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond) // in which no more are to come
		cancel()
	}()
	outcomes, _, err := f.run(t, ctx, running{jobs: 1, engines: []string{"a", "b"}}, same(6, "sleep 20")...)
	for _, o := range outcomes {
		if !errors.Is(o.err, context.Canceled) {
			t.Errorf("%s: %v", o.lab.name(), o.err)
		}
	}
	if n := len(f["a"].made) + len(f["b"].made); n != 4 {
		t.Errorf("%d machines, want two that run and two ahead\n%s", n, err)
	}
}

func TestPoolLosesAnEngine(t *testing.T) {
	f := fleet{"a": {after: 2}, "b": {}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, same(6, "sleep 1; (exit 0)")...)
	// The machines of the engine that is lost live on here; that they do not
	// there is what TestTwoEngines is for.
	if got := verdicts(outcomes); got != "passed passed passed passed passed passed" {
		t.Errorf("%s\n%s", got, err)
	}
	if n := strings.Count(err, "is gone; its labs move to b\n"); n != 1 {
		t.Errorf("said %d times that a is gone:\n%s", n, err)
	}
	for page, n := range tries(f) {
		if n > 2 {
			t.Errorf("%s was tried %d times on two engines", page, n)
		}
	}
}

// What an engine's loss did to a lab is not the lab's verdict.
func TestPoolLossIsNoVerdict(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ran")
	once := "sleep 1; test -e " + file + " || { touch " + file + "; false; }" // as a shell that was cut off
	f := fleet{"a": {after: 1}, "b": {closed: "b is not there"}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, once)
	if verdicts(outcomes) != "error" || statusOf(failures(outcomes)) != noMachine {
		t.Errorf("%s, %v\n%s", verdicts(outcomes), failures(outcomes), err)
	}
	os.Remove(file)
	f = fleet{"a": {after: 1}, "b": {slow: 100 * time.Millisecond}}
	outcomes, _, err = f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, once, "sleep 3")
	if verdicts(outcomes) != "passed passed" || tries(f)["l0.md"] != 2 {
		t.Errorf("%s, %v\n%s", verdicts(outcomes), failures(outcomes), err)
	}
}

func TestPoolWithoutEngines(t *testing.T) {
	f := fleet{"a": {closed: "a can't be reached", slow: 50 * time.Millisecond}, "b": {closed: "b can't be reached"}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, "true", "true")
	all := failures(outcomes)
	if verdicts(outcomes) != "error error" || statusOf(all) != noMachine {
		t.Errorf("%s: status %d\n%s", verdicts(outcomes), statusOf(all), err)
	}
	var told bytes.Buffer
	tell(&told, all)
	if want := "handbook: error: a can't be reached\nhandbook: error: b can't be reached\n"; told.String() != want {
		t.Errorf("told:\n%swant:\n%s", &told, want)
	}

	if want := "handbook: a can't be reached; it is left out\n"; !strings.Contains(err, want) {
		t.Errorf("%s\nwant %s", err, want)
	}

	// One is enough.
	f = fleet{"a": {closed: "a can't be reached"}, "b": {}}
	outcomes, _, err = f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, "sleep 0.3", "true")
	if verdicts(outcomes) != "passed passed" || strings.Count(err, "handbook: a can't be reached; the labs run on b\n") != 1 {
		t.Errorf("%s\n%s", verdicts(outcomes), err)
	}
}

// The labs that were not run any more are named.
func TestPoolLosesAll(t *testing.T) {
	defer func(d time.Duration) { returnTime = d }(returnTime)
	returnTime = 300 * time.Millisecond
	f := fleet{"": {after: 2}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1}, "sleep 1; (exit 1)", "true", "true", "true")
	all := failures(outcomes)
	if got := verdicts(outcomes); got != "error error error error" || statusOf(all) != noMachine {
		t.Errorf("%s: status %d\n%s", got, statusOf(all), err)
	}
	if want := "no Docker Engine is left, and 3 labs were not run: l1.md, l2.md, l3.md"; !strings.Contains(all.Error(), want) {
		t.Errorf("%v\nwant …%s", all, want)
	}
}

// An engine that was restarted serves on.
func TestPoolEngineComesBack(t *testing.T) {
	f := fleet{"": {after: 1, back: true}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1}, "sleep 1; (exit 1)", "true", "true")
	if verdicts(outcomes) != "error passed passed" || !strings.Contains(err, " is back\n") {
		t.Errorf("%s: %v\n%s", verdicts(outcomes), failures(outcomes), err)
	}
}

// An engine that makes no machines is left out when another one does; a lab
// for which nobody makes one is to blame itself, and costs no engine.
func TestPoolConvicts(t *testing.T) {
	f := fleet{"a": {broken: "no rights"}, "b": {}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, same(6, "sleep 0.2")...)
	if got := verdicts(outcomes); got != "passed passed passed passed passed passed" {
		t.Errorf("%s\n%s", got, err)
	}
	if n := strings.Count(err, "handbook: no machine: no rights; the labs run on b\n"); n != 1 {
		t.Errorf("said %d times that a is left out:\n%s", n, err)
	}
	f = fleet{"a": {}, "b": {}}
	file := filepath.Join(t.TempDir(), "runs")
	outcomes, _, err = f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, same(2, "echo >> "+file+"; (exit 7)")...)
	if verdicts(outcomes) != "failed failed" {
		t.Errorf("%s\n%s", verdicts(outcomes), err)
	}
	if runs, _ := os.ReadFile(file); len(runs) != 2 {
		t.Errorf("two labs that fail were run %d times", len(runs))
	}
	f = fleet{"a": {broken: "nobody has it"}, "b": {broken: "nobody has it"}}
	outcomes, _, err = f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, "true")
	if verdicts(outcomes) != "error" || strings.Contains(err, "labs run on") || !strings.Contains(failures(outcomes).Error(), "l0.md: the machine failed: no machine: nobody has it") {
		t.Errorf("%s: %v\n%s", verdicts(outcomes), failures(outcomes), err)
	}
}

// An engine with room takes the lab whose machine waits on another.
func TestPoolSteals(t *testing.T) {
	f := fleet{"a": {}, "b": {}}
	start := time.Now()
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 1, engines: []string{"a", "b"}}, "sleep 6", "sleep 0.5", "sleep 0.1", "sleep 0.1")
	if verdicts(outcomes) != "passed passed passed passed" {
		t.Errorf("%s\n%s", verdicts(outcomes), err)
	}
	var last string
	for _, e := range f {
		if len(e.made) > 0 && e.made[0] == "l0.md" {
			last = strings.Join(e.made[1:], " ")
		}
	}
	if n := len(tries(f)); n != 4 || len(strings.Fields(last)) > 1 {
		t.Errorf("the engine with the long lab made machines for %q too, in %v", last, time.Since(start))
	}
}

func TestPoolWithinMemory(t *testing.T) {
	f := fleet{"": {memory: 2 * giga}}
	outcomes, _, err := f.run(t, t.Context(), running{jobs: 8}, same(6, "sleep 0.3")...)
	if got := verdicts(outcomes); got != "passed passed passed passed passed passed" {
		t.Errorf("%s\n%s", got, err)
	}
	if !strings.Contains(err, " has 2.0 GB of memory: it runs 3 labs at a time, not 8\n") || f[""].most > 3 {
		t.Errorf("%d machines at a time\n%s", f[""].most, err)
	}
	for _, limit := range f[""].memOf {
		if limit != 512*mega {
			t.Errorf("a machine may have %s", bytesOf(limit))
		}
	}
	for _, o := range outcomes {
		if plan, _ := verify.NewPlan(o.lab.site, o.lab.page, docker.BuiltinImage()); plan.Digest != o.record.Digest {
			t.Error("limits are in the record's digest")
		}
	}
}

// A mirror on a loopback address is this computer's, which machines of its own
// engines reach.
func TestElsewhere(t *testing.T) {
	for host, want := range map[string]bool{
		"": false, "unix:///var/run/docker.sock": false, "npipe:////./pipe/docker_engine": false,
		"tcp://127.0.0.1:2376": false, "ssh://me@localhost": false, "tcp://[::1]:2376": false,
		"tcp://10.0.0.7:2376": true, "ssh://me@build1": true, "https://engine.example:2376": true,
	} {
		if got := elsewhere(host); got != want {
			t.Errorf("elsewhere(%q) = %v", host, got)
		}
	}
	if onLoopback("http://mirror:5000") || onLoopback("") || !onLoopback("http://localhost:5000") {
		t.Error("which mirrors are on this computer")
	}
}

// No machine is started on a disk that is full; it waits for the labs that run
// beside it, and is an engine's failure if there are none.
func TestPoolDiskFull(t *testing.T) {
	f := fleet{"": {disk: func() int64 { return 10 * mega }}}
	outcomes, _, err := poolOf(t, t.Context(), f.open, running{jobs: 1}, "true")
	if all := failures(outcomes); statusOf(all) != noMachine || !strings.Contains(all.Error(), " is full: 10 MB are free, and a machine needs at least 256 MB") {
		t.Errorf("%v\n%s", all, err)
	}
	var looks atomic.Int64
	f = fleet{"": {disk: func() int64 { // there was room once: labs do not wait for each other
		if looks.Add(1) == 1 {
			return 10 * giga
		}
		time.Sleep(200 * time.Millisecond) // meanwhile the others begin
		return 10 * mega
	}}}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if outcomes, _, err = f.run(t, ctx, running{jobs: 3}, same(5, "true")...); ctx.Err() != nil || statusOf(failures(outcomes)) != noMachine {
		t.Errorf("three at a time: %v %v\n%s", ctx.Err(), failures(outcomes), err)
	}
	e := &fleetEngine{}
	e.disk = func() int64 { // room for one machine at a time
		e.mu.Lock()
		defer e.mu.Unlock()
		return 10*giga - int64(e.alive)*(10*giga-mega)
	}
	f = fleet{"": e}
	outcomes, _, err = f.run(t, t.Context(), running{jobs: 2}, same(3, "sleep 0.3")...)
	if verdicts(outcomes) != "passed passed passed" || e.most > 2 { // two may have looked at the same time
		t.Errorf("%s, %d machines at a time\n%s%v", verdicts(outcomes), e.most, err, failures(outcomes))
	}
}

// A site whose settings are wrong does not keep the engine from being watched
// and shared out for the labs of others.
func TestPoolOpensForAnotherSite(t *testing.T) {
	bad, good := labsOf(t, "true"), labsOf(t, "true", "true")
	f := fleet{"a": {after: 1, back: true, memory: giga}}
	open := func(ctx context.Context, l *lab, choice string, progress func(string)) (engine, error) {
		if l.site == bad[0].site {
			return nil, bad[0].badSetting("ca", os.ErrNotExist)
		}
		return f.open(ctx, l, choice, progress)
	}
	var out, err bytes.Buffer
	r := running{jobs: 1, engines: []string{"a"}, open: open, out: &out, err: &err}
	outcomes := r.run(t.Context(), append(bad, good...))
	if got := verdicts(outcomes); got != "failed passed passed" {
		t.Errorf("%s\n%s", got, &err)
	}
	if a := f["a"]; len(a.memOf) == 0 || a.memOf[0] == 0 {
		t.Errorf("machines with limits of %d bytes", a.memOf)
	}
}

// A machine that was given up while its engine opened says nothing about it.
func TestPoolGivesUpOpening(t *testing.T) {
	open := func(ctx context.Context, _ *lab, _ string, _ func(string)) (engine, error) {
		return &fleetEngine{}, ctx.Err()
	}
	m := newMember(&pool{running: &running{open: open}}, "")
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := m.engine(ctx, &lab{}); err == nil {
		t.Error("opened by whoever gave up")
	}
	if _, err := m.engine(t.Context(), &lab{}); err != nil {
		t.Errorf("the next one hears %v", err)
	}
}

func TestShares(t *testing.T) {
	for _, test := range []struct {
		has    capacity
		jobs   int
		limits content.MachineConfig
		want   share
	}{
		{capacity{}, 4, content.MachineConfig{}, share{labs: 4, ahead: true}},
		{capacity{memory: 24 * giga}, 1, content.MachineConfig{}, share{labs: 1, memory: 21*giga - 256*mega, ahead: true}},
		{capacity{memory: 24 * giga}, 4, content.MachineConfig{}, share{labs: 4, memory: (21*giga - 256*mega) / 4, ahead: true}},
		{capacity{memory: giga}, 2, content.MachineConfig{}, share{labs: 1, memory: 512 * mega, lack: "1.0 GB of memory"}},
		{capacity{memory: 512 * mega}, 1, content.MachineConfig{}, share{labs: 1, memory: 512 * mega}},
		{capacity{memory: 8 * giga}, 4, content.MachineConfig{Memory: 3 * giga}, share{labs: 2, ahead: true, lack: "8.0 GB of memory"}},
		{capacity{memory: 8 * giga}, 1, content.MachineConfig{Memory: 7 * giga}, share{labs: 1}},
		{capacity{disk: 10 * giga}, 3, content.MachineConfig{}, share{labs: 3, disk: 3 * giga, ahead: true}},
		{capacity{disk: 3 * giga}, 4, content.MachineConfig{}, share{labs: 2, disk: giga, ahead: true, lack: "3.0 GB of free disk"}},
		{capacity{disk: giga / 2}, 4, content.MachineConfig{}, share{labs: 1, ahead: true, lack: "512 MB of free disk"}},
		{capacity{disk: 10 * giga}, 3, content.MachineConfig{Disk: 5 * giga}, share{labs: 1, ahead: true, lack: "10.0 GB of free disk"}},
	} {
		if got := shares(test.has, test.jobs, test.limits); got != test.want {
			t.Errorf("%+v, -j %d, %+v:\n got %+v\nwant %+v", test.has, test.jobs, test.limits, got, test.want)
		}
	}
}
