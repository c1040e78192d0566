package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"handbook/content"
	"handbook/verify/compare"
	"handbook/verify/plans"
	"handbook/verify/secrets"
	"handbook/verify/shell"
)

// A Runner runs plans on machines.
type Runner struct {
	Engine   Engine
	Progress func(Event)      // told what goes on; may be nil. Called from the goroutine that runs the lab
	Outputs  bool             // events tell what commands print
	Now      func() time.Time // nil is time.Now
	Used     func(Usage)      // told what a lab that passes has used, if the machine knows; may be nil
	// Judges has a lab in which nothing but the output of commands is not as expected
	// done to its end, as one that passes: Failures.Record is then what it would have
	// left. It takes longer.
	Judges bool
	// Keep leaves the machine of a lab that failed running; Failures.Enter
	// then says how to get in.
	Keep bool
	// Hold is given the machine when the lab is done or has failed, with the
	// file there in which the state of the lab's shell is written; see
	// shell.EnterAs. It has to close the machine. If Hold is nil, Run does.
	Hold func(m Machine, state string)
	// Next is asked with which plan the lab goes on, before each of its steps and
	// behind the last one: so many are done. It may wait, which is not the lab's
	// time. The plan has to begin with these steps (see plans.Plan.Common), and is not
	// another one once something has failed. If the error is a *Stay, the lab ends
	// there. If Next is nil, the plan stays.
	Next func(ctx context.Context, done int) (*plans.Plan, error)
	// Spec is what SpecOf returned, for an engine that knows the machine
	// already; the zero value lets Run ask the plan, with a new password.
	Spec Spec
}

// A Stay ends a lab where it is, and leaves its machine to somebody. Run returns it,
// without a record.
type Stay struct {
	Hold func(m Machine, state string) // see Runner.Hold
	On   string                        // which of the lab's machines is entered; "" is that of the last snippet
}

func (*Stay) Error() string { return "the lab was left to somebody in the middle" }

// An Event is a step forward of a lab.
type Event struct {
	Page    string // as messages call it
	State   EventState
	Line    int    // of the page, 0 before its first snippet
	Command string // its first line; a file's name for a file
	Lines   int    // how many lines the command has printed up to now

	Plan    *plans.Plan // what is worked through: the lab's own, or that of a lab before it
	Snippet int         // the number of the snippet, 0 behind the last one
	Index   int         // of the command in the snippet; -1 if the event is about the snippet

	// If Runner.Outputs is set: the last lines that the command has printed, at most
	// MaxOutput, and how many stand above them. Without News they are those of the
	// event before.
	News   bool
	Output []string
	Above  int
	// Failures are those up to now, of StepDone.
	Failures []*Failure
}

// MaxOutput is how many lines of output an Event has at most.
const MaxOutput = 200

// EventState says what an event is about.
type EventState int

const (
	MachineStarting EventState = iota
	StepStarted
	StepRunning // sent again and again while a command runs
	StepDone
	LabDone
)

// Run runs a lab on a fresh machine and returns its record. The error is a
// *Failures if the page is to blame, a *MachineError if the machine or the
// engine is, and that of ctx if ctx ended. Whatever happens, no machine stays
// behind but one that was to be kept or held.
func (r *Runner) Run(ctx context.Context, p *plans.Plan) (*content.Record, error) {
	run := &run{Runner: r, progress: progress{to: r.Progress}, failed: &Failures{Page: p.Page.Path}}
	run.progress.enter(p)
	run.progress.tell(Event{State: MachineStarting})
	defer run.progress.tell(Event{State: LabDone})

	limited, clock := limit(ctx, p.Lab.Timeout)
	defer clock.close()
	run.clock = clock
	var record *content.Record
	err := run.start(limited, p)
	if err == nil {
		defer run.close()
		began := time.Now()
		switch record, err = run.labs(limited, p); {
		case err != nil && run.ended && len(run.failed.All) > 0: // what has failed is known
			err = nil
		case err == nil && len(run.failed.All) == 0:
			run.measure(limited, began)
		case err == nil && run.Judges && run.ended && run.failed.areOutputs():
			run.failed.Record = record
		}
	}
	if err = run.verdict(ctx, limited, p, err); err == nil || run.failed.Record != nil {
		now := time.Now
		if r.Now != nil {
			now = r.Now
		}
		record.Verified = now().UTC().Truncate(time.Second)
	}
	run.leave(limited, err)
	if err = publish(run.secrets, record, err); err != nil {
		return nil, err
	}
	return record, nil
}

var errLabTimeout = errors.New("the lab's time is up")

// A run is what Run does: it starts a machine, and works through a lab and
// those before it there.
type run struct {
	*Runner
	machine   Machine     // all of them, if there are several
	computers []*computer // each of them
	last      *computer   // where the last snippet is worked through
	left      bool        // the machine is somebody else's now
	ended     bool        // all steps of the lab itself are done
	beside    *beside
	started   *started
	secrets   secrets.Secrets
	progress  progress
	failed    *Failures
	clock     *clock
	waited    time.Duration // as Next wanted
}

// start makes the machine.
func (r *run) start(ctx context.Context, p *plans.Plan) (err error) {
	spec := r.Spec
	if spec.Image == "" {
		spec = SpecOf(p, secrets.NewPassword())
	}
	r.secrets = secrets.New(spec.HubToken)
	if r.machine, err = r.Engine.Start(ctx, spec); err != nil {
		return err
	}
	r.computers = computersOf(r.machine, spec.Names)
	r.last = r.computers[0]
	r.beside = newBeside(ctx)
	r.started = &started{machine: r.machine}
	for _, c := range r.computers {
		// Who needs it first tries again, and tells the error.
		r.beside.Go(func() { _ = c.files.Start(r.beside.ctx) })
	}
	return nil
}

// labs works through the labs before, then the lab itself, whose record it
// returns. If a page is to blame, that is among the failures; an error means
// that the machine failed, or that ctx ended.
func (r *run) labs(ctx context.Context, p *plans.Plan) (*content.Record, error) {
	var cleaners []*cleaner
	if r.cleansUp(p) {
		for _, c := range r.computers {
			clean := &cleaner{computer: c}
			var err error
			if clean.fresh, err = clean.Inventory(ctx); err != nil {
				return nil, r.cause(ctx, err)
			}
			cleaners = append(cleaners, clean)
		}
	}
	for _, before := range p.Before {
		if _, err := r.lab(before).work(ctx, nil); err != nil || len(r.failed.All) > 0 {
			return nil, r.cause(ctx, err)
		}
	}
	l := r.lab(p)
	l.next = r.Next
	record, err := l.work(ctx, l.finish)
	for _, clean := range cleaners {
		if err == nil && r.passes() {
			err = l.cleanUp(ctx, clean)
		}
	}
	return record, r.cause(ctx, err)
}

// passes tells whether a lab of which all steps are done has passed up to now, or is
// to be done as if it had.
func (r *run) passes() bool {
	return len(r.failed.All) == 0 || r.Judges && r.ended && r.failed.areOutputs()
}

// cause asks the machine why err was met on it. If it knows nothing better, or
// there is no error, that is err.
func (r *run) cause(ctx context.Context, err error) error {
	if _, stays := errors.AsType[*Stay](err); err == nil || stays {
		return err
	}
	if found := r.diagnose(ctx); found != nil {
		return found
	}
	return err
}

// diagnose asks the machine what is wrong with it.
func (r *run) diagnose(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if asking.Err() != nil {
		return nil
	}
	found := r.machine.Diagnose(asking)
	if asking.Err() != nil {
		return nil
	}
	return found
}

// verdict decides what Run returns: err is what ended the labs, and limited
// the context that ends when the lab's time is up.
func (r *run) verdict(ctx, limited context.Context, p *plans.Plan, err error) error {
	var broken *LabError
	var stay *Stay
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &stay):
		return stay
	case errors.Is(context.Cause(limited), errLabTimeout):
		r.failed.add(&Failure{Pos: r.progress.at, Msg: fmt.Sprintf("the lab is not done after %v", p.Lab.Timeout), Reason: ReasonLabTimeout})
	case errors.As(err, &broken):
		r.failed.addOnce(r.broken(broken))
		r.failed.NotRun = r.progress.plan.CommandsAfter(r.progress.at)
	case err != nil:
		return &MachineError{Pos: r.progress.at, Err: err}
	}
	if len(r.failed.All) > 0 {
		return r.failed
	}
	return nil
}

// broken is the failure of a lab that has broken its machine, or that wants a
// machine that does not exist.
func (r *run) broken(e *LabError) *Failure {
	at := r.progress.at
	if at.Line == 0 {
		return &Failure{Pos: r.progress.plan.Lab.Pos, Msg: e.Msg, Reason: e.Reason}
	}
	msg, log, _ := strings.Cut(e.Msg, "\n")
	return &Failure{Pos: at, At: at, Msg: msg, Details: compare.SplitLines(dedent(log)), Reason: e.Reason}
}

// leave leaves the machine to a person, if one wants it.
func (r *run) leave(ctx context.Context, err error) {
	failed, ofPage := errors.AsType[*Failures](err)
	stay, stays := errors.AsType[*Stay](err)
	if r.machine == nil || err != nil && !ofPage && !stays {
		return
	}
	switch {
	case stays:
		r.hold(ctx, stay.On, stay.Hold)
	case r.Hold != nil:
		r.hold(ctx, r.progress.plan.Enter, r.Hold)
	case r.Keep && ofPage:
		var enter []string
		for _, c := range r.computers {
			enter = append(enter, shell.EnterAs(c.machine.Enter(), c.terms.Save(ctx)))
		}
		if err := r.machine.Keep(); err == nil {
			r.left, failed.Enter = true, enter
		}
	}
}

// hold gives the machine away, to be entered on the computer of a name.
func (r *run) hold(ctx context.Context, on string, to func(Machine, string)) {
	r.left = true
	at := r.last
	if on != "" {
		at = r.computer(on)
	}
	to(entered{r.machine, at}, at.terms.Save(ctx))
}

// close removes the machine.
func (r *run) close() {
	r.beside.end()
	for _, c := range r.computers {
		c.files.Close()
		c.terms.Close()
	}
	if !r.left {
		// What could not be removed now is removed by the next run's sweep.
		_ = r.machine.Close()
	}
}

// A progress knows where a run is, and tells it.
type progress struct {
	to      func(Event) // may be nil
	plan    *plans.Plan
	at      content.Pos // 0:0 before the first snippet
	snippet int         // its number, 0 if the run is at none
}

// enter begins another page.
func (p *progress) enter(plan *plans.Plan) {
	p.plan, p.at, p.snippet = plan, content.Pos{File: plan.Page.File()}, 0
}

func (p *progress) tell(e Event) {
	if p.to == nil {
		return
	}
	e.Page, e.Line, e.Plan, e.Snippet = p.plan.Name(), p.at.Line, p.plan, p.snippet
	p.to(e)
}

// beside is what goes on beside a lab, and ends before its machine does.
type beside struct {
	sync.WaitGroup
	ctx    context.Context
	cancel context.CancelFunc
}

func newBeside(ctx context.Context) *beside {
	b := new(beside)
	b.ctx, b.cancel = context.WithCancel(ctx)
	return b
}

func (b *beside) end() {
	b.cancel()
	b.Wait()
}

// dedent drops the indentation that log lines have in a message.
func dedent(log string) string {
	return strings.TrimPrefix(strings.ReplaceAll(log, "\n    ", "\n"), "    ")
}
