package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/content/file"
	"handbook/content/info"
	"handbook/content/record"
	"handbook/verify/compare"
	"handbook/verify/files"
	"handbook/verify/plans"
	"handbook/verify/programs"
	"handbook/verify/shell"
)

// A lab is one plan that is worked through: a run's lab itself, or one of those
// before it.
type lab struct {
	*run
	plan    *plans.Plan
	claims  claims
	weights *weights
	record  *content.Record
	next    func(context.Context, int) (*plans.Plan, error) // see Runner.Next; may be nil
	stopped bool                                            // nothing is run any more
	// latest are the last results of terminals, which jobs in the background may
	// add to.
	latest map[terminal]*content.CommandResult
	// programs are those that wait at terminals, if they are known.
	programs map[terminal]*programs.Program
	found    *plans.Values // values of placeholders
}

// lab prepares the work on a plan: with terminals of its own.
func (r *run) lab(p *plans.Plan) *lab {
	r.progress.enter(p)
	var env []string
	for _, name := range slices.Sorted(maps.Keys(p.Lab.Env)) { // in the order of which "env" prints them
		env = append(env, name+"="+p.Lab.Env[name])
	}
	env = append(env, r.secrets.Env()...)
	for _, c := range r.computers {
		c.terms.Close()
		c.terms = &shell.Terminals{Host: c.machine, Dir: p.Lab.Dir, Env: env}
	}
	record := &content.Record{Format: record.Format, Page: p.Page.Path, Results: content.Results{Digest: p.Digest, Ran: p.Ran()}}
	record.Machine.Docker = p.Docker
	given, found := p.Lab.Placeholders.Binder(), new(plans.Values)
	bind := func(text string) string { return found.Bind(given(text)) }
	return &lab{
		run: r, plan: p, record: record, latest: map[terminal]*content.CommandResult{},
		programs: map[terminal]*programs.Program{}, found: found,
		claims:  claims{record: record, docker: p.Docker, bind: bind},
		weights: newWeights(r.machine, r.beside, p, record, bind),
	}
}

// work does the plan's steps and returns their record. If all went well, last
// is called, unless it is nil, before what the page claims is checked.
func (l *lab) work(ctx context.Context, last func(context.Context) error) (*content.Record, error) {
	begun, waited := time.Now(), l.waited
	if err := l.bring(ctx); err != nil {
		return nil, err
	}
	if err := l.computers[0].terms.Open(ctx, 1); err != nil {
		return nil, err
	}
	for i := 0; ; i++ {
		if err := l.goOn(ctx, i); err != nil {
			return nil, err
		}
		if i == len(l.plan.Steps) {
			break
		}
		step := &l.plan.Steps[i]
		if l.stopped {
			l.failed.NotRun += len(step.Run)
			continue
		}
		l.progress.at, l.progress.snippet = step.Snippet.Pos, step.Snippet.Number
		l.last = l.at(step.Snippet)
		l.record.Snippets = append(l.record.Snippets, content.SnippetResult{Number: step.Snippet.Number})
		result, err := l.step(ctx, l.found.Step(step))
		if err != nil {
			return nil, err
		}
		l.look(step.Snippet, result.Commands)
		l.record.Snippets[len(l.record.Snippets)-1] = result
		l.done(Event{Index: -1})
	}
	l.progress.snippet = 0
	if err := l.settleAtEnd(ctx); err != nil {
		return nil, err
	}
	l.ended = last != nil
	if l.passes() {
		var group errgroup.Group
		if last != nil {
			group.Go(func() error { return last(ctx) })
		}
		if err := cmp.Or(l.weights.finish(l.plan.Measures), group.Wait()); err != nil {
			return nil, err
		}
		l.failed.add(l.claims.measures(l.plan.Measures, l.plan.Cut)...)
	}
	l.record.Seconds = seconds(time.Since(begun) - (l.waited - waited))
	return l.record, nil
}

// bring puts on each machine what the lab's settings say. If that can't be, the page
// is to blame, and nothing is run.
func (l *lab) bring(ctx context.Context) error {
	for _, on := range l.computers {
		problem, err := on.files.Bring(ctx, l.plan.Lab.Dir, l.plan.Page.Files)
		for _, c := range l.plan.Clones {
			if problem == "" && err == nil {
				problem, err = on.files.Clone(ctx, c)
			}
		}
		if problem != "" {
			l.failed.add(&Failure{Pos: l.plan.Lab.Pos, Msg: problem})
			l.stopped = true
		}
		if problem != "" || err != nil {
			return err
		}
	}
	return nil
}

// settle waits until what was started is ready, and notes what has failed.
func (l *lab) settle(ctx context.Context, when When) error {
	failures, err := l.started.settle(ctx, when)
	l.failed.addCauses(failures...)
	return err
}

// settleAtEnd looks once more at all that was started. If a command has failed
// so that the rest was not run, nothing is expected of it any more.
func (l *lab) settleAtEnd(ctx context.Context) error {
	if l.stopped {
		_ = l.settle(ctx, Look) // the machine may be gone, as is known then
		return nil
	}
	if err := l.settle(ctx, Between); err != nil || l.plan.Cut {
		return err
	}
	if err := l.settle(ctx, AtEnd); err != nil {
		return err
	}
	l.failed.addCauses(l.started.unended()...)
	return nil
}

// finish gathers what the record tells of a lab besides its steps.
func (l *lab) finish(ctx context.Context) error {
	var group errgroup.Group
	group.Go(func() error {
		about, bases, err := l.machine.About(ctx)
		about.Docker = l.plan.Docker
		l.record.Machine, l.record.Bases = about, bases
		return err
	})
	group.Go(func() (err error) {
		l.record.Files, err = l.collect(ctx)
		return err
	})
	return group.Wait()
}

func (l *lab) step(ctx context.Context, step *plans.Step) (content.SnippetResult, error) {
	s := step.Snippet
	result := content.SnippetResult{Number: s.Number, Line: s.Pos.Line, Kind: s.Role.String(), Verdict: content.Passed}
	switch {
	case s.Options.Skip != "":
		result.Verdict, result.Reason = content.Skipped, s.Options.Skip
		return result, nil
	case s.Role == info.File || s.Role == info.Diff:
		l.progress.tell(Event{State: StepStarted, Command: s.Options.File, Index: -1})
		whole, failure, err := l.at(s).files.Put(ctx, l.plan.Lab.Dir, s, step.Text)
		if err != nil {
			return result, err
		}
		if failure != nil {
			l.failed.add(&Failure{Pos: failure.Pos, Msg: failure.Msg})
			l.failed.NotRun += len(step.Run)
			l.stopped = true
			return result, nil
		}
		whole = []byte(l.kept(string(whole)))
		result.File, result.Digest = s.Options.File, file.Digest(whole)
		if s.Role == info.Diff && len(whole) <= files.MaxFile {
			result.Text = string(whole)
		}
	case s.Role == info.Report:
		l.failed.add(l.claims.report(s)...)
		l.weights.report(s)
	}
	var err error
	if s.Options.Include != "" {
		err = l.include(ctx, step, &result)
	}
	if err == nil {
		result.Commands, err = l.commands(ctx, step)
	}
	return result, err
}

// commands runs a snippet's commands.
func (l *lab) commands(ctx context.Context, step *plans.Step) ([]content.CommandResult, error) {
	results := make([]content.CommandResult, 0, len(step.Run)) // it is pointed into
	typed, failures := shell.Keystrokes(l.secrets.Fill(step.Typed)), len(l.failed.All)
	for i := range step.Run {
		if l.stopped {
			l.failed.NotRun++
			continue
		}
		last := i == len(step.Run)-1
		result, left, err := l.command(ctx, step, i, typed, !last || step.More)
		if err != nil {
			return results, err
		}
		l.done(l.printed(Event{Index: i}, result.Output))
		typed = left
		results = append(results, result)
		l.latest[l.terminal(step.Snippet)] = &results[len(results)-1]
		if err := l.observe(ctx, len(results)-1); err != nil {
			return results, err
		}
		l.started.last().result = &results[len(results)-1]
	}
	switch {
	case len(typed) == 0 || step.More:
	case len(l.failed.All) == failures:
		l.failed.add(leftOver(step, len(typed)))
	default:
		l.failed.unsure = true
	}
	return results, nil
}

// leftOver is the failure of a snippet whose commands did not wait for all
// that was to be typed: n lines or keys are left.
func leftOver(step *plans.Step, n int) *Failure {
	lines := compare.SplitLines(step.Typed)
	first := lines[max(len(lines)-n, 0)]
	f := &Failure{Pos: step.Snippet.OptionAt("type"), Reason: ReasonLeftOver}
	f.Msg = fmt.Sprintf("no command waited for %q", first)
	if n > 1 {
		f.Msg += " and what type= types after it"
	}
	return f
}

// command runs the snippet's i-th command, again and again if it may be retried.
// What is left of typed is for a later command of the snippet, if there are more.
func (l *lab) command(ctx context.Context, step *plans.Step, i int, typed []string, more bool) (result content.CommandResult, left []string, err error) {
	c := &step.Run[i]
	l.progress.at = c.Pos
	if err := cmp.Or(l.weights.wait(), l.settle(ctx, Between)); err != nil {
		return result, nil, err
	}
	first, _, _ := strings.Cut(c.Text, "\n")
	l.progress.tell(Event{State: StepStarted, Command: first, Index: i})
	o := step.Snippet.Options
	run := shell.Command{
		Text: c.Shell, Key: c.Key, Timeout: c.Timeout, Pause: c == &step.Run[0], NoTTY: o.NoTTY, Typed: typed, More: more, Stay: c.Stay, Until: c.Until, Ready: l.ready,
		Progress: l.follow(Event{State: StepRunning, Command: first, Index: i}),
	}
	l.started.by(step, c)
	var r shell.Result
	var failure *Failure
	on, term := l.at(step.Snippet), l.terminal(step.Snippet)
	at := l.programs[term]
	for begun := time.Now(); ; {
		if r, err = on.terms.Run(ctx, o.Term, run); err != nil {
			return result, nil, err
		}
		l.secrets.Redact(r.Lines)
		l.background(term, r.Before)
		failure = check(c, &r, l.plan.Lab.Network, at)
		if failure == nil || r.Ending != shell.Ended || r.ToProgram || time.Since(begun) >= o.Retry {
			break
		}
		select {
		case <-ctx.Done():
			return result, nil, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	l.started.last().shell = r
	if failure != nil {
		if err := l.fail(ctx, c, &r, at, failure); err != nil {
			return result, nil, err
		}
	}
	result = resultOf(c, &r, o.Varies)
	l.programs[term] = programs.At(r.Waiting, r.Lines, at)
	result.Unchecked = unchecked(c, &r, at, l.programs[term])
	return result, r.Left, nil
}

// background adds what jobs have printed behind a terminal's last prompt to the
// output that stands above.
func (l *lab) background(term terminal, lines []string) {
	if above := l.latest[term]; above != nil {
		l.secrets.Redact(lines)
		above.Output = append(above.Output, lines...)
		above.Behind += len(lines)
	}
}

// ready asks whether what a command that stays has started is ready.
func (l *lab) ready(ctx context.Context) (ready, known bool) {
	ready, known, failures := l.started.ready(ctx)
	l.failed.addCauses(failures...)
	return ready, known
}

// fail notes that a command failed, behind what has caused it: the machine may
// be broken, or a container that was started before may have ended.
func (l *lab) fail(ctx context.Context, c *plans.Command, r *shell.Result, at *programs.Program, failure *Failure) error {
	told := failure.Reason == ReasonProgram
	found := l.diagnose(ctx)
	broken, ofLab := errors.AsType[*LabError](found)
	switch {
	case ofLab:
		cause := l.failed.addOnce(l.broken(broken))
		if r.Ending == shell.ShellEnded { // with the machine, which says no more
			cause.Details = append(cause.Details, failure.Details...)
			failure = nil
		}
	case found != nil:
		return found
	}
	_ = l.settle(ctx, Look) // if the machine is gone, that shows itself
	if failure != nil {
		l.failed.add(failure)
	}
	l.stopped = r.Ending != shell.Ended && r.Ending != shell.Stays || r.Exit >= 0 && r.Exit != c.Exit || told || wrongTerminal(c, r, at != nil) != ""
	return nil
}

func resultOf(c *plans.Command, r *shell.Result, varies bool) content.CommandResult {
	result := content.CommandResult{
		Text: c.Text, Exit: max(r.Exit, 0), Seconds: round(r.Seconds), Output: r.Lines, Cut: r.Cut, CutAt: r.CutAt,
		Varies: varies, Prompt: r.Prompt, Stays: r.Ending == shell.Stays && c.Stay,
	}
	if result.Output == nil {
		result.Output = []string{}
	}
	return result
}

// observe puts what a command has brought about into the record.
func (l *lab) observe(ctx context.Context, command int) error {
	seen, err := l.machine.Observe(ctx)
	if err != nil {
		return err
	}
	origin := content.Origin{Snippet: l.record.Snippets[len(l.record.Snippets)-1].Number, Command: command}
	for _, image := range seen.Images {
		image.Origin = origin
		l.record.Images = append(l.record.Images, image)
		l.weights.expect(image)
	}
	for _, build := range seen.Builds {
		build.Origin = origin
		l.record.Builds = append(l.record.Builds, build)
	}
	for _, ref := range seen.Removed {
		l.record.Removed = append(l.record.Removed, content.Removal{Ref: ref, Origin: origin})
	}
	return nil
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
