package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"handbook/content"
)

// A Runner runs plans on machines.
type Runner struct {
	Engine   Engine
	Progress func(Event)      // told what goes on; may be nil. Called from the goroutine that runs the lab
	Now      func() time.Time // nil is time.Now
	// Keep leaves the machine of a lab that failed; Failures.Enter then says
	// how to get in.
	Keep bool
	// HandOver is told, before Run returns, where on the machine it is
	// written what the lab's shell is like; see EnterAs. It may be nil.
	HandOver func(state string)
	// Spec is what Plan.Spec returned, for an engine that knows the machine
	// already; the zero value lets Run ask the plan.
	Spec Spec
}

// An Event is a step forward of a lab.
type Event struct {
	Page    string // as messages call it
	State   EventState
	Line    int    // of the page, 0 before its first snippet
	Command string // its first line; a file's name for a file
	Lines   int    // how many lines the command has printed up to now
	Elapsed time.Duration
}

// EventState says what an event is about.
type EventState int

const (
	MachineStarting EventState = iota
	StepStarted
	StepRunning // sent again and again while a command runs
	StepWaiting // for what the command started to listen
	LabDone
)

// Run runs a lab on a fresh machine and returns its record. The error is a
// *Failures if the page is to blame, a *MachineError if the machine or the
// engine is, and that of ctx if ctx ended. Whatever happens, no machine stays
// behind but one that was to be kept.
func (r *Runner) Run(ctx context.Context, p *Plan) (*content.Record, error) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	l := &lab{runner: r, plan: p, begun: time.Now(), failed: &Failures{Page: p.Page.Path}}
	l.tell(Event{State: MachineStarting})
	defer func() { l.tell(Event{State: LabDone}) }()

	labCtx, cancel := context.WithTimeoutCause(ctx, p.Lab.Timeout, errLabTimeout)
	defer cancel()
	err := l.start(labCtx)
	if err == nil {
		defer l.close()
		if err = l.run(labCtx); err != nil {
			err = l.cause(labCtx, err)
		}
		if r.HandOver != nil && labCtx.Err() == nil {
			l.handOver(labCtx)
			r.HandOver(l.failed.State)
		}
	}
	if errors.Is(context.Cause(labCtx), errLabTimeout) && ctx.Err() == nil {
		l.fail(&Failure{Pos: l.at, Msg: fmt.Sprintf("the lab is not done after %v", p.Lab.Timeout), Hint: "give it more time with timeout: in the front matter"})
		return nil, l.failed
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		var page *LabError
		if errors.As(err, &page) {
			l.failBroken(page)
			l.failed.NotRun = l.plan.commandsAfter(l.at)
			l.keep(labCtx)
			return nil, l.failed
		}
		return nil, &MachineError{Pos: l.at, Err: err}
	case len(l.failed.All) > 0:
		l.keep(labCtx)
		return nil, l.failed
	}
	l.record.Verified = now().UTC().Truncate(time.Second)
	return l.record, nil
}

var errLabTimeout = errors.New("the lab's time is up")

// A lab is one run of a plan.
type lab struct {
	runner   *Runner
	plan     *Plan // the one that is being run: one of those before, or the lab itself
	m        Machine
	kept     bool
	files    filer
	aside    aside
	terms    map[int]*shell   // by their numbers on the page; each is opened when it is first used
	free     *shell           // the one that ran the last command, if it waits for another one
	idle     map[int][]string // the processes that wait for input where a command keeps a terminal
	begun    time.Time
	record   *content.Record
	shown    map[string]bool // the images of which the page shows how much is downloaded
	weighing []func() error  // wait for the answers about images that are being weighed
	failed   *Failures
	at       content.Pos // where the lab is

	last    *content.CommandResult // that may have started something
	lastRun *Command
	died    *Failure // a container that last has started and that has ended
	stopped bool     // nothing is run any more
	token   string   // password of the stand-in hub's user; never published
}

func (l *lab) tell(e Event) {
	if l.runner.Progress != nil {
		e.Page = l.plan.Page.File()
		e.Elapsed = time.Since(l.begun)
		if e.Line == 0 {
			e.Line = l.at.Line
		}
		l.runner.Progress(e)
	}
}

func (l *lab) fail(f *Failure) { l.failed.All = append(l.failed.All, f) }

func (l *lab) start(ctx context.Context) (err error) {
	spec := l.runner.Spec
	if spec.Image == "" {
		spec = l.plan.Spec()
	}
	l.token = spec.HubToken
	l.at = content.Pos{File: l.plan.Page.File()}
	if l.m, err = l.runner.Engine.Start(ctx, spec); err != nil {
		return err
	}
	l.aside.ctx, l.aside.cancel = context.WithCancel(ctx)
	l.files = newFiler(l.m)
	// Who needs it first tries again, and tells the error.
	l.aside.Go(func() { _ = l.files.Start(l.aside.ctx) })
	return nil
}

// aside is what goes on beside a lab, and ends before its machine does.
type aside struct {
	sync.WaitGroup
	ctx    context.Context
	cancel context.CancelFunc
}

func (a *aside) end() {
	a.cancel()
	a.Wait()
}

// Spec says what the lab's machine has to be. Each call makes another
// password.
func (p *Plan) Spec() Spec {
	s := Spec{Page: p.Page.Path, Image: p.Lab.Machine, Network: p.Lab.Network, Limits: p.Limits, Hub: p.Lab.Hub}
	s.Limits.Network = p.Lab.Network
	if s.Hub != "" {
		s.HubToken = newToken()
	}
	return s
}

// close removes the machine.
func (l *lab) close() {
	l.aside.end()
	l.files.Close()
	l.closeTerminals()
	if !l.kept {
		// What could not be removed now is removed by the next run's sweep.
		_ = l.m.Close()
	}
}

// keep leaves the machine for a person to look at.
func (l *lab) keep(ctx context.Context) {
	k, ok := l.m.(interface{ Keep() error })
	if !l.runner.Keep || !ok {
		return
	}
	l.handOver(ctx)
	if err := k.Keep(); err == nil {
		l.kept, l.failed.Enter = true, EnterAs(l.m.Enter(), l.failed.State)
	}
}

// run runs the labs before, then the lab itself, and makes the record.
func (l *lab) run(ctx context.Context) error {
	whole := l.plan
	for _, plan := range whole.Before {
		if err := l.play(ctx, plan, l.weighMeasures); err != nil || len(l.failed.All) > 0 {
			return err
		}
	}
	return l.play(ctx, whole, l.sumUp)
}

// sumUp gathers what a record tells of a lab besides its steps.
func (l *lab) sumUp(ctx context.Context) error {
	var group errgroup.Group
	var machine content.RecordMachine
	var bases []content.Base
	var files []content.RecordFile
	group.Go(func() (err error) { machine, bases, err = l.m.About(ctx); return err })
	group.Go(func() (err error) { files, err = l.collect(ctx); return err })
	if err := cmp.Or(l.weighMeasures(ctx), group.Wait()); err != nil {
		return err
	}
	l.record.Machine, l.record.Bases, l.record.Files = machine, bases, files
	return nil
}

// play runs one plan's steps into a record of its own, and if all went well
// what is to follow before what was measured is compared with the text.
func (l *lab) play(ctx context.Context, plan *Plan, then func(context.Context) error) (err error) {
	begun := time.Now()
	l.plan = plan
	l.record = &content.Record{Format: content.RecordFormat, Page: plan.Page.Path, Digest: plan.Digest}
	l.closeTerminals()
	if _, err := l.terminal(ctx, 1); err != nil {
		return err
	}
	l.shown = l.downloadsShown()
	for i := range plan.Steps {
		step := &plan.Steps[i]
		if l.stopped {
			l.failed.NotRun += len(step.Run)
			continue
		}
		l.at = step.Snippet.Pos
		l.record.Snippets = append(l.record.Snippets, content.SnippetResult{})
		result, err := l.step(ctx, step)
		if err != nil {
			return err
		}
		l.record.Snippets[len(l.record.Snippets)-1] = result
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	if l.died != nil {
		l.fail(l.died)
	}
	if len(l.failed.All) == 0 {
		if err := then(ctx); err != nil {
			return err
		}
		l.checkMeasures()
	}
	l.record.Seconds = seconds(time.Since(begun))
	return nil
}

func (l *lab) step(ctx context.Context, step *Step) (content.SnippetResult, error) {
	s := step.Snippet
	result := content.SnippetResult{Line: s.Pos.Line, Kind: s.Role.String(), Verdict: content.Passed}
	if s.Options.Skip != "" {
		result.Verdict, result.Reason = content.Skipped, s.Options.Skip
		return result, nil
	}
	if s.Role == content.File || s.Role == content.Diff {
		l.tell(Event{State: StepStarted, Command: s.Options.File})
		whole, err := l.write(ctx, step)
		if err != nil || l.stopped {
			l.failed.NotRun += len(step.Run)
			return result, err
		}
		result.File, result.Digest = s.Options.File, digest(whole)
		if s.Role == content.Diff && len(whole) <= maxFile {
			result.Text = string(whole)
		}
	}
	if s.Role == content.Report {
		l.checkReport(s)
		l.weighReport(s)
	}
	for i := range step.Run {
		if l.stopped {
			l.failed.NotRun++
			continue
		}
		r, err := l.command(ctx, s, &step.Run[i])
		if err != nil {
			return result, err
		}
		result.Commands = append(result.Commands, r)
		if err := l.observe(ctx, len(result.Commands)-1); err != nil {
			return result, err
		}
		l.last, l.lastRun = &result.Commands[len(result.Commands)-1], &step.Run[i]
		if i < len(step.Run)-1 && !l.stopped {
			if err := l.settle(ctx); err != nil {
				return result, err
			}
		}
	}
	return result, nil
}

// write makes or changes a file of the lab, and returns what it then holds.
func (l *lab) write(ctx context.Context, step *Step) ([]byte, error) {
	s, o := step.Snippet, step.Snippet.Options
	dir, mode := l.plan.Lab.Dir, ""
	if o.Mode != 0 {
		mode = fmt.Sprintf("%04o", o.Mode)
	}
	action, text, whole := "write", step.Text, []byte(step.Text)
	stop := func(pos content.Pos, msg string) ([]byte, error) {
		l.stopped = true
		l.fail(&Failure{Pos: pos, Msg: msg})
		return nil, nil
	}
	if s.Role == content.Diff {
		old, problem, err := l.files.do(ctx, "read", dir, o.File, "", "")
		if err != nil {
			return nil, err
		}
		if problem != "" {
			return stop(o.At("file"), problem)
		}
		if text, err = patch(string(old), step.Text); err != nil {
			var at *patchError
			errors.As(err, &at)
			return stop(content.Pos{File: s.Pos.File, Line: s.Line + at.line, Col: column(s, at.line)}, o.File+": "+at.msg)
		}
		whole = []byte(text)
	}
	if o.Append {
		action = "append"
	}
	out, problem, err := l.files.do(ctx, action, dir, o.File, mode, text)
	if err != nil {
		return nil, err
	}
	if problem != "" {
		return stop(o.At("file"), problem)
	}
	if o.Append {
		whole = out
	}
	return whole, nil
}

func column(s *content.Snippet, line int) int {
	if line < len(s.Cols) {
		return s.Cols[line]
	}
	return 1
}

// settle waits until what the last command started listens.
func (l *lab) settle(ctx context.Context) error {
	if l.last == nil {
		return nil
	}
	last, run := l.last, l.lastRun
	l.last = nil
	settled, err := l.m.Settle(ctx)
	if err != nil {
		return err
	}
	last.Ready = seconds(settled.Waited)
	if len(settled.Died) > 0 {
		first, log, _ := strings.Cut(strings.Join(settled.Died, "\n"), "\n")
		l.died = &Failure{Pos: run.Pos, At: run.Pos, Command: run.Text, Msg: strings.TrimSuffix(first, ":"), Details: splitLines(dedent(log))}
	} else if len(settled.Late) > 0 {
		l.died = nil
		last.Late = strings.Join(settled.Late, "; ")
	}
	return nil
}

// dedent drops the indentation that log lines have in a message.
func dedent(log string) string {
	return strings.TrimPrefix(strings.ReplaceAll(log, "\n    ", "\n"), "    ")
}

// command runs one command, again and again if it may be retried.
func (l *lab) command(ctx context.Context, s *content.Snippet, c *Command) (content.CommandResult, error) {
	l.at = c.Pos
	if err := cmp.Or(l.weighed(), l.settle(ctx)); err != nil {
		return content.CommandResult{}, err
	}
	term, err := l.terminal(ctx, s.Options.Term)
	if err != nil {
		return content.CommandResult{}, err
	}
	first, _, _ := strings.Cut(c.Text, "\n")
	event := Event{Command: first}
	event.State = StepStarted
	l.tell(event)
	in := input{text: c.Shell, timeout: c.Timeout, noTTY: s.Options.NoTTY, typed: keystrokes(strings.ReplaceAll(c.Typed, "$"+tokenVariable, l.token)), key: c.Key, ends: interrupts(c)}
	in.waiting = func(ctx context.Context) bool { return l.waits(ctx, s.Options.Term) }
	if c.Stay {
		in.stay = &stay{until: c.Until, listens: l.listens(term)}
	}
	event.State = StepRunning
	in.printed = func(screen *screen) {
		event.Lines = len(screen.head) + len(screen.tail) + screen.y
		l.tell(event)
	}
	var r outcome
	var failure *Failure
	for begun := time.Now(); ; {
		if r, err = term.run(ctx, in); err != nil {
			return content.CommandResult{}, err
		}
		l.redact(r.lines)
		failure = l.check(c, &r)
		if failure == nil || r.end != finished || r.typed || time.Since(begun) >= s.Options.Retry {
			break
		}
		select {
		case <-ctx.Done():
			return content.CommandResult{}, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	if failure != nil {
		err := l.cause(ctx, nil)
		broken, ok := errors.AsType[*LabError](err)
		switch {
		case ok: // the cause comes first
			l.failBroken(broken)
			if r.end == shellEnded { // with the machine, which says no more
				last := l.failed.All[len(l.failed.All)-1]
				last.Details = append(last.Details, failure.Details...)
				failure = nil
			}
		case err != nil:
			return content.CommandResult{}, err
		case l.died != nil:
			l.fail(l.died)
		}
		if failure != nil {
			l.fail(failure)
		}
		l.stopped = r.end != finished && r.end != stayed || r.exit != c.Exit || wrongTerminal(c, &r) != ""
	}
	l.free = nil
	if r.end == finished && term.kept == nil {
		l.free = term
	}
	if term.kept != nil {
		l.idle[s.Options.Term] = l.waiters(ctx)
	} else {
		delete(l.idle, s.Options.Term)
	}
	l.died = nil
	result := content.CommandResult{Text: c.Text, Exit: r.exit, Seconds: round(r.seconds), Output: r.lines, Cut: r.cut, CutAt: r.cutAt, Varies: s.Options.Varies, Prompt: r.at, Stays: r.end == stayed && c.Stay}
	if result.Output == nil {
		result.Output = []string{}
	}
	return result, nil
}

// seconds rounds to what a record keeps: milliseconds, and from ten seconds
// on tenths.
func seconds(d time.Duration) float64 { return round(d.Seconds()) }

func round(s float64) float64 {
	if s >= 10 {
		return math.Round(s*10) / 10
	}
	return math.Round(s*1000) / 1000
}
