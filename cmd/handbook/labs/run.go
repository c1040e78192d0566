package labs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"handbook/cmd/handbook/git"
	"handbook/cmd/handbook/progress"
	"handbook/cmd/handbook/tty"
	"handbook/content"
	"handbook/content/wording"
	"handbook/verify"
	"handbook/verify/pool"
	"handbook/verify/report"
)

// A Runner says how labs are run.
type Runner struct {
	Open    Opener
	Engines []string // the user's choices; if empty, the engine that the docker command would use
	Jobs    int      // labs at a time on each engine; 0: chosen by its size
	Seed    uint64   // of their random order; 0: the order of the pages
	Keep    bool     // leave the machine of a failed lab
	Check   bool     // compare only, write no records
	Strict  bool     // with Check: a base image that has moved is a change

	Pinned bool              // use the base images of the records, by their digests
	today  map[string]string // current digests of base images; nil: not requested

	Strangers bool // refuse machines that are not safe against an attacker

	// Ask keeps an up-to-date record if a run has other results; the outcome
	// then has the verdict report.Changed. If a lab failed only because
	// commands printed something else than expected, its outcome has a record:
	// see Lab.Accept.
	Ask bool

	// Watch follows the labs, which then run one at a time; may be nil.
	Watch Watcher

	walk    *walk          // the walk that is run, or nil
	limited func(labs int) // called if an engine has room for fewer labs at a time; may be nil

	Out, Err io.Writer
}

// A Watcher follows a lab that is run. Its methods may be called at the same time.
type Watcher interface {
	Step(verify.Event)
	Note(line string)   // something that takes long, or about the engine
	Left(time.Duration) // time until the edited step is run, if known; otherwise 0
}

func (r *Runner) choices() []string {
	if len(r.Engines) == 0 {
		return []string{""}
	}
	return r.Engines
}

// Run runs labs, writes their records, and prints what happens. The outcomes
// are in the order of the labs, not in the order in which they ran.
func (r *Runner) Run(ctx context.Context, labs []*Lab) []*report.Outcome {
	show := progress.New(r.Out, r.Err)
	defer show.End()
	defer saidWhen(ctx, func() {
		fmt.Fprintln(show.Aside(), "handbook: interrupted: removing machines (interrupt again to leave at once)")
	})()
	return r.runOn(ctx, show, labs)
}

// saidWhen calls say when ctx ends. The returned function waits for that call,
// or cancels it.
func saidWhen(ctx context.Context, say func()) (stop func()) {
	said := make(chan struct{})
	off := context.AfterFunc(ctx, func() { say(); close(said) })
	return func() {
		if !off() {
			<-said
		}
	}
}

// runOn runs labs, shown on a display.
func (r *Runner) runOn(ctx context.Context, show *progress.Display, labs []*Lab) []*report.Outcome {
	b := &batch{Runner: r, show: show, labs: labs, outcomes: make([]*report.Outcome, len(labs)), parts: map[*pool.Lab]part{}, sites: map[*content.Site]*Site{}}
	p := &pool.Pool{Jobs: r.Jobs, Seed: r.Seed, Work: b.work, Tell: func(e pool.Event) { b.tell(ctx, e) }}
	for _, choice := range r.choices() {
		p.Engines = append(p.Engines, b.engine(choice))
	}
	b.several = len(p.Engines) > 1
	var planned []*pool.Lab
	for i, l := range labs {
		plan, err := l.Plan()
		if err != nil {
			b.finish(ctx, i, pool.Result{Err: err})
			continue
		}
		switch {
		case r.Pinned:
			b.pin(plan)
		case r.today != nil:
			r.refresh(plan)
		}
		b.sites[l.Site.Site] = l.Site
		all := &joint{lab: i, left: len(plan.Kinds), ran: make([]verify.Ran, len(plan.Kinds))}
		for j, kind := range plan.Kinds {
			one := &pool.Lab{Site: l.Site.Site, Plan: plan.On(kind)}
			one.Used = l.used(one.Plan.Docker)
			b.parts[one] = part{all, j}
			planned = append(planned, one)
		}
	}
	p.Run(ctx, planned)
	return b.outcomes
}

// A batch is labs that run together.
type batch struct {
	*Runner
	show     *progress.Display
	several  bool // there are several engines, so lines name them
	labs     []*Lab
	outcomes []*report.Outcome // of these
	parts    map[*pool.Lab]part
	sites    map[*content.Site]*Site

	mu sync.Mutex // guards what joints hold
}

// A joint is the state of a lab that runs on several kinds of machines.
type joint struct {
	lab  int // its index
	left int // number of kinds that it still has to run on
	ran  []verify.Ran
	took time.Duration
}

// A part is the run of a lab on one of its kinds of machines.
type part struct {
	*joint
	kind int // its index
}

// add adds the result of a part. If it is the last part of its lab, it returns
// the result of the lab.
func (b *batch) add(l *pool.Lab, r pool.Result) (lab int, all pool.Result, whole bool) {
	p := b.parts[l]
	b.mu.Lock()
	defer b.mu.Unlock()
	p.ran[p.kind] = verify.Ran{Plan: l.Plan, Record: r.Record, Err: r.Err}
	p.left--
	p.took += r.Took
	if p.left > 0 {
		return 0, all, false
	}
	all = pool.Result{Took: p.took, Engine: r.Engine}
	all.Record, all.Err = verify.Join(p.ran)
	return p.lab, all, true
}

func (b *batch) engine(choice string) *pool.Engine {
	return &pool.Engine{
		Name:  "the Docker Engine at " + engineName(choice),
		Label: choice,
		Open: func(ctx context.Context, site *content.Site, progress func(string)) (verify.Engine, error) {
			its := *b.sites[site]
			its.Strangers = b.Strangers
			e, err := b.Open(ctx, &its, choice, progress)
			if err == nil && b.walk != nil {
				e = &closing{Engine: e}
			}
			return e, err
		},
	}
}

func (b *batch) work(ctx context.Context, l *pool.Lab, e verify.Engine, spec verify.Spec) (*content.Record, error) {
	lab := b.labs[b.parts[l].lab]
	runner := verify.Runner{Engine: e, Spec: spec, Progress: b.show.Step, Keep: b.Keep, Judges: b.Ask,
		Used: func(u verify.Usage) { lab.remember(l.Plan.Docker, u) }}
	switch {
	case b.walk != nil && b.walk.whole:
		return nil, b.walk.runVisit(&runner)
	case b.walk != nil:
		plan, err := b.walk.attempt()
		if err != nil {
			return nil, err
		}
		runner.Outputs, runner.Progress, runner.Next = true, b.walk.step, b.walk.next
		return runner.Run(ctx, plan)
	case b.Watch != nil:
		runner.Outputs = true
		runner.Progress = func(e verify.Event) {
			b.show.Step(e)
			b.Watch.Step(e)
		}
	}
	return runner.Run(ctx, l.Plan)
}

// tell shows what happens in the pool.
func (b *batch) tell(ctx context.Context, e pool.Event) {
	if b.walk != nil && !b.walk.isTaken() && b.tellAhead(e) {
		return
	}
	switch e := e.(type) {
	case pool.Started:
		b.show.Start(e.Lab.Plan.Name(), b.label(e.On))
	case pool.Requeued:
		b.show.Drop(e.Lab.Plan.Name())
	case pool.Finished:
		if b.walk == nil || b.walk.isTaken() { // the page may show another run
			b.show.Drop(e.Lab.Plan.Name())
		}
		if i, result, whole := b.add(e.Lab, e.Result); whole {
			b.finish(ctx, i, result)
		}
	case pool.Progress:
		if b.several {
			e.Line = e.On.Label + ": " + e.Line
		}
		b.show.Note(e.Line)
		b.note(e.Line)
	case pool.Chosen:
		b.say("%s runs %s at a time: %s", e.On.Name, wording.Count(e.Labs, "lab"), because(e.Choice))
	case pool.Limited:
		if b.limited != nil {
			b.limited(e.Labs)
			return
		}
		b.say("%s has %s of %s: it runs %s at a time, not %d", e.On.Name, wording.BinarySize(e.Has), e.For, wording.Count(e.Labs, "lab"), b.Jobs)
	case pool.Excluded:
		switch {
		case len(e.Others) > 0:
			b.say("%v; the labs run on %s", e.Err, namesOf(e.Others))
		case b.several:
			b.say("%v; it is left out", e.Err)
		}
	case pool.Lost:
		switch {
		case len(e.Others) > 0:
			b.say("%s is gone; its labs move to %s", e.On.Name, namesOf(e.Others))
		case e.Waiting > 0:
			b.say("%s is gone; %s wait up to %s for it to come back", e.On.Name, wording.Count(e.Waiting, "lab"), wording.Duration(e.Up))
		}
	case pool.Returned:
		b.say("%s is back", e.On.Name)
	}
}

// tellAhead handles the events of a lab that is run ahead, which are not
// shown. It reports whether nothing else is to be done.
func (b *batch) tellAhead(e pool.Event) bool {
	switch e := e.(type) {
	case pool.Finished, pool.Limited:
		return false
	case pool.Progress:
		b.walk.noteVisit(e.Line)
	case pool.Lost:
		b.walk.cancel()
	}
	return true
}

// note passes a line about what takes long to Watch.
func (b *batch) note(line string) {
	switch {
	case b.walk != nil:
		b.walk.note(line)
	case b.Watch != nil:
		b.Watch.Note(line)
	}
}

// because says why an engine runs as many labs at a time as it does.
func because(c pool.Choice) string {
	if c.For != "" {
		return fmt.Sprintf("it has %s of %s, and a lab may need %s", wording.BinarySize(c.Has), c.For, wording.BinarySize(c.Each))
	}
	return fmt.Sprintf("it has %s, and a lab keeps %.1f of them busy", wording.Count(c.CPUs, "processor"), c.Busy)
}

// say prints a line that is neither a result nor an error.
func (b *batch) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Fprintln(b.show.Aside(), "handbook: "+line)
	b.note(line)
}

// namesOf lists engines.
func namesOf(engines []*pool.Engine) string {
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = engineName(e.Label)
	}
	return strings.Join(names, " and ")
}

// label returns the name of an engine in progress lines, "" if it is the only
// one.
func (b *batch) label(e *pool.Engine) string {
	if !b.several || e == nil {
		return ""
	}
	return e.Label
}

// finish decides the outcome of a lab, writes its record and prints its line.
func (b *batch) finish(ctx context.Context, i int, result pool.Result) {
	l := b.labs[i]
	if b.walk != nil {
		defer b.walk.tell()
		b.walk.left(result.Err)
		if l = b.walk.finish(); l == nil {
			return
		}
	}
	run := report.Run{Page: l.Page, Record: result.Record, Err: result.Err, Took: result.Took, Doubted: b.Strangers}
	if !l.IsFresh() {
		run.Stale = l.Status.Message()
	}
	rule := report.AsItIs
	switch {
	case b.Check && b.Strict:
		rule = report.SameBases
	case b.Check, b.Ask && l.IsFresh():
		rule = report.AsRecorded
	}
	o := run.Decide(rule)
	if b.walk != nil && !b.walk.keep(o) {
		return
	}
	if !b.Check {
		if err := l.writeRecord(o, b.today != nil); err != nil {
			o.Verdict, o.Err = report.Error, err
		}
	}
	b.outcomes[i] = o
	if ctx.Err() != nil {
		return
	}
	l.keepFailures(o)
	told := o.Lab(report.Context{})
	line := ReportText(b.Out, git.Checkout{}).Line(&told)
	if label := b.label(result.Engine); label != "" {
		line += "  on " + label
	}
	b.show.Done(l.Page.File(), line)
}

// ReportText returns the format of text reports on w.
func ReportText(w io.Writer, in git.Checkout) report.Text {
	return report.Text{Name: in.FromHere, Paint: func(v report.Verdict, text string) string {
		switch v {
		case report.Passed:
			return tty.Paint(w, tty.Green, text)
		case report.Changed, report.Stale:
			return tty.Paint(w, tty.Yellow, text)
		}
		return tty.Paint(w, tty.Red, text)
	}}
}

// Failures joins the errors of labs, without duplicates: if an engine is
// missing, all its labs have the same error.
func Failures(outcomes []*report.Outcome) error {
	var errs []error
	told := map[string]bool{}
	for _, o := range outcomes {
		if o.Err != nil && !told[o.Err.Error()] {
			told[o.Err.Error()] = true
			errs = append(errs, o.Err)
		}
	}
	return errors.Join(errs...)
}
