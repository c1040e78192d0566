package labs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"handbook/cmd/handbook/progress"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/report"
)

// aStep is how long a command takes, and a machine until it is there. It fits no times
// into headStart, so the order of two machines is known.
const aStep = 700 * time.Millisecond

// A desk is where an author writes labs that are run at once.
type desk struct {
	*AutoRunner
	t *testing.T

	mu       sync.Mutex
	steps    []string // that were run: "number of the machine: command"
	machines int      // made up to now
	there    int      // now
	most     int
	fails    string   // a command that fails
	lose     []func() // end the machines
	over     []string // verdicts
	is       map[string]*Ahead
}

func newDesk(t *testing.T, saved bool) *desk {
	d := &desk{t: t, is: map[string]*Ahead{}}
	show := progress.New(io.Discard, io.Discard)
	t.Cleanup(show.End)
	d.AutoRunner = NewAutoRunner(Runner{}, show, func(error) {}, func(shown func()) { shown() })
	d.Saved, d.Stage, d.AutoRunner.ahead.start = saved, d, d.machine
	return d
}

func (d *desk) Asked(*Lab)                   {}
func (d *desk) Begin(*Lab) Watcher           { return watched{} }
func (d *desk) Ahead(path string, is *Ahead) { d.locked(func() { d.is[path] = is }) }
func (d *desk) End(l *Lab, o *report.Outcome) {
	d.locked(func() {
		if o == nil {
			d.over = append(d.over, "stopped")
		} else {
			d.over = append(d.over, fmt.Sprint(o.Verdict))
		}
	})
}

type watched struct{}

func (watched) Step(verify.Event)  {}
func (watched) Note(string)        {}
func (watched) Left(time.Duration) {}

func (d *desk) locked(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
}

// machine runs a walk as verify.Runner does.
func (d *desk) machine(w *walk) {
	defer d.ended(w)
	defer w.end()
	number := 0
	d.locked(func() {
		d.machines++
		d.there++
		number, d.most = d.machines, max(d.most, d.there)
	})
	defer d.locked(func() { d.there-- })
	ctx, lose := context.WithCancel(w.ctx)
	defer lose()
	d.locked(func() { d.lose = append(d.lose, lose) })
	plan, err := d.work(ctx, w, number)
	if err != nil && ctx.Err() != nil {
		err = &verify.MachineError{Err: io.EOF}
	}
	l := w.finish()
	if l == nil {
		return
	}
	r := report.Run{Page: l.Page, Err: err}
	if err == nil {
		r.Record = &content.Record{Results: content.Results{Digest: plan.Digest}}
	}
	w.keep(r.Decide(report.AsItIs))
	w.tell()
}

func (d *desk) work(ctx context.Context, w *walk, machine int) (*plans.Plan, error) {
	plan, err := w.attempt()
	if err == nil {
		err = d.act(ctx, machine, "boot")
	}
	for done := 0; err == nil; done++ {
		if plan, err = w.next(ctx, done); err != nil || done == len(plan.Steps) {
			break
		}
		w.step(verify.Event{Plan: plan, State: verify.StepStarted, Snippet: done + 1})
		c := plan.Steps[done].Run[0]
		if err = d.act(ctx, machine, c.Text); err != nil {
			break
		}
		if c.Text == d.fails {
			err = &verify.Failures{All: []*verify.Failure{{Pos: c.Pos, At: c.Pos, Command: c.Text, Msg: "fails"}}}
		}
		failed, _ := errors.AsType[*verify.Failures](err)
		e := verify.Event{Plan: plan, State: verify.StepDone, Snippet: done + 1}
		if failed != nil {
			e.Failures = failed.All
		}
		w.step(e)
	}
	return plan, err
}

// act does something on a machine.
func (d *desk) act(ctx context.Context, machine int, name string) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(aStep):
	}
	d.locked(func() { d.steps = append(d.steps, fmt.Sprintf("%d: %s", machine, name)) })
	return nil
}

// save saves a lab with these commands.
func (d *desk) save(commands ...string) { d.t.Helper(); d.saveSite("", commands...) }

func (d *desk) saveSite(settings string, commands ...string) {
	d.t.Helper()
	page := "---\nlab: {cleanup: off}\n---\n# A\n\n"
	for _, c := range commands {
		page += "```bash\n" + c + "\n```\n\n"
	}
	site, err := content.Load(fstest.MapFS{"a.md": {Data: []byte(page)}, "handbook.yaml": {Data: []byte(settings)}}, "content")
	if err != nil {
		d.t.Fatal(err)
	}
	checked, err := Check(site, d.t.TempDir(), nil)
	if err != nil {
		d.t.Fatal(err)
	}
	stale, _ := d.Choose(checked)
	d.Want(checked, stale)
}

// ran checks which steps were run since it was asked last.
func (d *desk) ran(want ...string) {
	d.t.Helper()
	d.locked(func() {
		slices.SortStableFunc(d.steps, func(a, b string) int { // they run beside each other
			var one, two int
			fmt.Sscan(strings.ReplaceAll(a, ":", " "), &one)
			fmt.Sscan(strings.ReplaceAll(b, ":", " "), &two)
			return one - two
		})
		if !slices.Equal(d.steps, want) {
			d.t.Errorf("ran\n%s\nwant\n%s", strings.Join(d.steps, "\n"), strings.Join(want, "\n"))
		}
		d.steps = nil
	})
}

func (d *desk) verdicts(want ...string) {
	d.t.Helper()
	d.locked(func() {
		if !slices.Equal(d.over, want) {
			d.t.Errorf("verdicts %q, want %q", d.over, want)
		}
		d.over = nil
	})
}

// prepared checks how far the machine is that is prepared.
func (d *desk) prepared(want string) {
	d.t.Helper()
	d.locked(func() {
		got := "none"
		if a := d.is["a.md"]; a != nil {
			got = fmt.Sprintf("line %d, %v left", a.Line, a.Left)
			if a.Ready {
				got = fmt.Sprintf("line %d, ready", a.Line)
			}
		}
		if got != want {
			d.t.Errorf("prepared: %s, want %s", got, want)
		}
	})
}

// at an author's desk
func at(t *testing.T, saved bool, write func(d *desk)) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, saved)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { d.Run(ctx); close(done) }()
		write(d)
		cancel()
		<-done
		if d.there != 0 {
			t.Errorf("%d machines stay", d.there)
		}
		if d.most > 2 {
			t.Errorf("%d machines at a time", d.most)
		}
	})
}

// A machine is prepared up to the snippet that was edited, and runs only the rest.
func TestAhead(t *testing.T) {
	at(t, true, func(d *desk) {
		d.save("one", "two", "three")
		time.Sleep(10 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "1: three")
		d.verdicts("passed")
		d.prepared("none") // nobody knows what is edited

		d.save("one", "two", "drei")
		time.Sleep(10 * time.Second)
		d.ran("2: boot", "2: one", "2: two", "2: drei", "3: boot", "3: one", "3: two")
		d.verdicts("passed")
		d.prepared("line 14, ready")

		d.save("one", "two", "tres")
		time.Sleep(aStep + aStep/2)
		d.ran("3: tres")
		d.verdicts("passed")
		d.prepared("line 14, 2.1s left")
		time.Sleep(10 * time.Second)
		d.ran("4: boot", "4: one", "4: two")

		// Below it, the machine is still right, and the next one waits there.
		d.save("one", "two", "tres", "four")
		time.Sleep(5 * aStep / 2)
		d.verdicts("passed")
		time.Sleep(10 * time.Second)
		d.ran("4: tres", "4: four", "5: boot", "5: one", "5: two", "5: tres")
		d.prepared("line 18, ready")

		// Above it, it is given up.
		d.save("one", "zwei", "tres", "four")
		time.Sleep(20 * time.Second)
		d.ran("6: boot", "6: one", "6: zwei", "6: tres", "6: four", "7: boot", "7: one")
		d.verdicts("passed")
		d.prepared("line 10, ready")

		// So it is where settings change; the next one waits where it did.
		d.saveSite("machine: {timeout: 7m}", "one", "zwei", "tres", "four")
		time.Sleep(20 * time.Second)
		d.ran("8: boot", "8: one", "8: zwei", "8: tres", "8: four", "9: boot", "9: one")
		d.verdicts("passed")
		// Whatever machines are made of counts, though it is in no digest.
		d.saveSite("machine: {timeout: 7m, mirror: \"http://mirror\"}", "one", "zwei", "tres", "four")
		d.prepared("none")
		time.Sleep(20 * time.Second)
		d.ran("10: boot", "10: one", "10: zwei", "10: tres", "10: four", "11: boot", "11: one")
		d.verdicts("passed")
		d.prepared("line 10, ready")
	})
}

// A lab that is saved while it runs goes on with the new text, if only what it has
// not begun has changed.
func TestAheadWhileRunning(t *testing.T) {
	at(t, true, func(d *desk) {
		d.save("one", "two", "three", "four")
		time.Sleep(5 * aStep / 2) // two runs
		d.save("one", "two", "drei", "four")
		time.Sleep(aStep)
		d.save("one", "two", "drei", "vier")
		time.Sleep(20 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "1: drei", "1: vier", "2: boot", "2: one", "2: two", "2: drei")
		d.verdicts("passed")

		// Each save takes the machine that is there, though it has not arrived.
		d.save("one", "two", "drei", "quattro")
		time.Sleep(1700 * time.Millisecond)
		for i := range 5 {
			d.save("one", "two", "drei", fmt.Sprint("cinque", i))
			time.Sleep(1700 * time.Millisecond)
		}
		time.Sleep(20 * time.Second)
		d.locked(func() {
			if last := d.over[len(d.over)-1]; last != "passed" || d.machines > 6 {
				t.Errorf("verdicts %q on %d machines", d.over, d.machines)
			}
		})
	})
}

// A machine that fails before it arrives, is lost or waits too long goes, and is not
// made again for the same text.
func TestAheadInVain(t *testing.T) {
	at(t, true, func(d *desk) {
		d.save("one", "two", "three")
		time.Sleep(10 * time.Second)
		d.save("one", "two", "drei")
		time.Sleep(10 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "1: three", "2: boot", "2: one", "2: two", "2: drei", "3: boot", "3: one", "3: two")
		d.locked(func() { d.lose[2]() })
		synctest.Wait()
		d.prepared("none")
		time.Sleep(time.Minute)
		d.ran()

		d.save("one", "two", "tres") // all of it, on a new machine
		time.Sleep(10 * time.Second)
		d.ran("4: boot", "4: one", "4: two", "4: tres", "5: boot", "5: one", "5: two")
		d.prepared("line 14, ready")
		time.Sleep(maxWait)
		d.prepared("none")
		d.verdicts("passed", "passed", "passed")
		if d.there != 0 {
			t.Errorf("%d machines wait on", d.there)
		}
	})
}

// What has passed before the machine waited, and has failed since, is run again.
func TestAheadDoubted(t *testing.T) {
	at(t, true, func(d *desk) {
		d.save("one", "two", "three")
		time.Sleep(10 * time.Second)
		d.save("one", "two", "drei")
		time.Sleep(10 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "1: three", "2: boot", "2: one", "2: two", "2: drei", "3: boot", "3: one", "3: two")
		d.save("one", "two", "tres")
		time.Sleep(aStep / 2)
		d.locked(func() { d.lose[2]() })
		time.Sleep(10 * time.Second)
		d.ran("4: boot", "4: one", "4: two", "4: tres", "5: boot", "5: one", "5: two")
		d.verdicts("passed", "passed", "passed")

		d.save("uno", "two", "tres") // the machine waits before all of it
		time.Sleep(10 * time.Second)
		d.verdicts("passed")
		d.save("un", "two", "tres")
		time.Sleep(aStep / 2)
		d.locked(func() { d.lose[6]() })
		time.Sleep(10 * time.Second)
		d.verdicts("passed")
	})
}

// What has failed is what is edited next. Without --verify, the machine waits for the
// button.
func TestAheadButton(t *testing.T) {
	at(t, false, func(d *desk) {
		d.fails = "two"
		d.save("one", "two", "three")
		time.Sleep(10 * time.Second)
		d.save("one", "two", "drei")
		time.Sleep(10 * time.Second)
		d.ran() // nobody has asked for it
		d.prepared("none")

		d.Ask("a.md")
		time.Sleep(10 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "2: boot", "2: one")
		d.verdicts("failed")
		d.prepared("line 10, ready")
		d.save("one", "zwei", "drei")
		time.Sleep(10 * time.Second)
		d.ran()
		d.Ask("a.md")
		time.Sleep(5 * aStep / 2)
		d.verdicts("passed")
		time.Sleep(10 * time.Second)
		d.ran("2: zwei", "2: drei", "3: boot", "3: one")
	})
}

// Without --verify, what is run ahead is what the button was pressed for: neither a
// text nor settings that came from elsewhere meanwhile, whatever is edited below.
func TestAheadOnlyAsked(t *testing.T) {
	at(t, false, func(d *desk) {
		d.save("one", "two", "three", "four")
		d.Ask("a.md")
		time.Sleep(10 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "1: three", "1: four")
		d.save("one", "pulled", "three", "four")
		time.Sleep(10 * time.Second)
		d.ran("2: boot", "2: one")
		d.save("one", "pulled", "three", "vier") // by the author
		time.Sleep(10 * time.Second)
		d.save("one", "pulled", "three", "quattro")
		time.Sleep(10 * time.Second)
		d.ran()
		d.prepared("line 10, ready")
		d.saveSite("machine: {mirror: \"http://mirror\"}", "one", "pulled", "three", "quattro")
		time.Sleep(10 * time.Second)
		d.saveSite("env: {PROMPT_COMMAND: pulled}", "one", "pulled", "three", "quattro")
		time.Sleep(10 * time.Second)
		d.ran()
		d.prepared("none")

		d.Ask("a.md")
		time.Sleep(10 * time.Second)
		d.saveSite("env: {PROMPT_COMMAND: pulled}", "one", "pulled", "three", "cinque")
		time.Sleep(10 * time.Second)
		d.ran("3: boot", "3: one", "3: pulled", "3: three", "3: quattro", "4: boot", "4: one", "4: pulled", "4: three")
		d.verdicts("passed", "passed")
	})
}

// Where there is room for one machine only, none is prepared while a lab runs, and
// the one that is prepared makes room.
func TestAheadOneMachine(t *testing.T) {
	at(t, true, func(d *desk) {
		d.limit(1)
		d.save("one", "two", "three")
		time.Sleep(10 * time.Second)
		d.save("one", "two", "drei")
		time.Sleep(20 * time.Second)
		d.prepared("line 14, ready")
		d.save("uno", "two", "drei")
		time.Sleep(20 * time.Second)
		d.prepared("line 6, ready")
		d.verdicts("passed", "passed", "passed")
		if d.most != 1 {
			t.Errorf("%d machines at a time", d.most)
		}
	})
}

// A text of which it is known that it fails, too, is not run, and it is worth as much
// as it was where it is taken back to one that was run.
func TestSpare(t *testing.T) {
	at(t, true, func(d *desk) {
		d.fails = "two"
		is := func(want content.State) {
			t.Helper()
			_, fresh := d.Choose(d.site)
			if got := fresh["a.md"].State; got != want {
				t.Errorf("it counts as %v, want %v", got, want)
			}
		}
		d.save("one", "two")
		time.Sleep(10 * time.Second)
		d.ran("1: boot", "1: one", "1: two", "2: boot", "2: one")
		d.verdicts("failed")
		done := d.Spare("a.md")
		d.save("one", "two", "three")
		d.save("one", "two", "drei")
		is(content.None)
		d.save("one", "two")
		is(content.Failed)
		d.save("one", "two", "drei")
		done()
		time.Sleep(20 * time.Second)
		d.verdicts()
		d.save("one", "two", "drei") // something else was saved
		time.Sleep(20 * time.Second)
		d.verdicts()
		d.save("one", "zwei", "drei")
		time.Sleep(20 * time.Second)
		d.verdicts("passed")
	})
}
