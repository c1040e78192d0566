package verify

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"handbook/content/config"
	"handbook/verify/cleanup"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// cleanupTimeout is how long a command of a clean-up may take.
const cleanupTimeout = 3 * time.Minute

// A cleaner lists what a lab leaves, and removes it. It implements cleanup.Host.
type cleaner struct {
	*computer
	fresh cleanup.Inventory // before the lab
	term  int               // one that the lab has not used
	bind  func(string) string
	tell  func(command string)
	home  string
}

// leavingTime is how long what a swarm takes away by itself is waited for.
const leavingTime = 20 * time.Second

// Inventory returns what there is on the machine.
func (c *cleaner) Inventory(ctx context.Context) (now cleanup.Inventory, err error) {
	for deadline := time.Now().Add(leavingTime); ; {
		if now.Engine, err = c.machine.Inventory(ctx); err != nil {
			return now, err
		}
		if !now.Engine.Leaving || time.Now().After(deadline) {
			break
		}
		select {
		case <-ctx.Done():
			return now, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
	engine := now.Engine
	c.home, now, err = c.files.Inventory(ctx, !engine.Shared)
	now.Engine = engine
	return now, err
}

// Type types a command at a terminal of its own, as the reader has one whatever
// the lab's terminals do.
func (c *cleaner) Type(ctx context.Context, command string, asks bool) (*cleanup.Problem, error) {
	c.tell(command)
	typed := shell.Command{Text: c.bind(command), Timeout: cleanupTimeout}
	if asks {
		typed.Typed = []string{"y\n"}
	}
	r, err := c.terms.Run(ctx, c.term, typed)
	if err != nil {
		return nil, err
	}
	problem := &cleanup.Problem{Details: append([]string{"$ " + command}, tail(r.Lines, 20)...)}
	switch {
	case r.Ending != shell.Ended:
		problem.Msg = fmt.Sprintf("a command of the clean-up made for this lab does not end within %v", cleanupTimeout)
	case r.Exit != 0:
		problem.Msg = fmt.Sprintf("a command of the clean-up made for this lab exited with %d%s", r.Exit, meaning(r.Exit))
	default:
		return nil, nil
	}
	return problem, nil
}

// cleansUp reports whether what the plan's lab leaves is listed and removed.
func (r *run) cleansUp(p *plans.Plan) bool { return p.Lab.Cleanup && !p.Cut && r.Hold == nil }

// cleanUp lists what the lab has left on a machine, together with those before it,
// and removes it.
func (l *lab) cleanUp(ctx context.Context, c *cleaner) error {
	c.bind, c.term = l.claims.bind, 1
	l.progress.at = l.plan.Lab.Pos
	c.tell = func(command string) { l.progress.tell(Event{State: StepStarted, Command: l.secrets.Hide(command)}) }
	for _, step := range l.plan.Steps {
		c.term = max(c.term, step.Snippet.Options.Term+1)
	}
	c.term = max(c.term, 2)
	cleaned := cleanup.Lab{Home: c.home, Tells: l.tells(), Written: l.written()}
	for _, p := range append(slices.Clone(l.plan.Before), l.plan) {
		cleaned.Dirs = append(cleaned.Dirs, absolute(p.Lab.Dir, c.home))
	}
	result, problems, err := cleaned.Run(ctx, c, c.fresh, cleanup.IsOwn(l.lastCommands(c.computer)))
	if err != nil {
		return err
	}
	switch {
	case result == nil:
	case l.record.Cleanup == nil:
		result.Machine = c.name
		l.record.Cleanup = result
	default:
		result.Machine = c.name
		l.record.Cleanups = append(l.record.Cleanups, *result)
	}
	for _, p := range problems {
		if c.name != "" {
			p.Msg += ", on " + c.name
		}
		l.failed.add(&Failure{Pos: l.plan.Lab.Pos, Msg: p.Msg, Details: p.Details, Reason: ReasonCleanup})
	}
	return nil
}

// absolute returns a lab's directory as an absolute path.
func absolute(dir, home string) string {
	if rest, ok := strings.CutPrefix(dir, "~"); ok {
		dir = home + rest
	}
	return path.Clean(dir)
}

// lastCommands returns the commands of the last snippet that has some on a
// computer.
func (l *lab) lastCommands(on *computer) (commands []string) {
	for _, step := range slices.Backward(l.plan.Steps) {
		if len(step.Run) > 0 && step.Snippet.Runs() && l.at(step.Snippet) == on {
			for _, c := range step.Run {
				commands = append(commands, c.Text)
			}
			return commands
		}
	}
	return nil
}

// tells returns a function that reports whether the labs name something.
func (l *lab) tells() func(string) bool {
	var text strings.Builder
	for _, p := range append(slices.Clone(l.plan.Before), l.plan) {
		for _, step := range p.Steps {
			text.WriteString(step.Text + "\n")
			for _, c := range step.Run {
				text.WriteString(c.Shell + "\n")
			}
		}
	}
	return func(name string) bool { return strings.Contains(text.String(), name) }
}

// written returns a function that puts placeholders back into a name, where the
// page writes it only with them.
func (l *lab) written() func(string) string {
	values := config.Placeholders{}
	for name, value := range l.plan.Lab.Placeholders {
		if value != "" {
			values[value] = name
		}
	}
	for name, value := range l.found.Named {
		values[value] = name
	}
	back := values.Binder()
	var text strings.Builder
	for _, p := range append(slices.Clone(l.plan.Before), l.plan) {
		for _, s := range p.Tree.Snippets {
			text.WriteString(s.Code + "\n" + s.Options.Run + "\n")
		}
	}
	return func(name string) string {
		as := back(name)
		if strings.Contains(text.String(), withoutLatest(name)) || !strings.Contains(text.String(), withoutLatest(as)) {
			return name
		}
		return as
	}
}

func withoutLatest(name string) string { return strings.TrimSuffix(name, ":latest") }
