package plans

import (
	"slices"

	"handbook/content"
	"handbook/verify/compare"
)

// What a command is expected to print says nothing of what a lab does, as a rule. So
// a page of which nothing else has changed need not be run: what its run has printed
// is in the record, and is held against the page as it is now.

// Ran hashes what can change what a lab does: all that Digest covers, but for the
// expected output that Judge holds against what is recorded.
func (p *Plan) Ran() string {
	without := *p
	without.Steps = slices.Clone(p.Steps)
	stayed := map[[2]any]bool{}
	for i := range without.Steps {
		step := &without.Steps[i]
		o := step.Snippet.Options
		term := [2]any{p.Lab.MachineOf(o.On), o.Term}
		// What is expected decides when a command is not tried any more.
		needed := o.Retry > 0 || o.Include != ""
		step.Run = slices.Clone(step.Run)
		for j := range step.Run {
			c := &step.Run[j]
			// A program that keeps a terminal is judged by what is expected of it, too.
			stayed[term] = stayed[term] || c.Stay
			if needed || c.Prompt != "" || stayed[term] && (c.Stay || !c.AtShell) {
				continue
			}
			its := *c.Command
			its.Expect, its.ExpectOn = nil, nil
			c.Command = &its
		}
	}
	return hash(func(write func(v ...any)) {
		write("ran")
		without.write(write)
	})
}

// Judge holds a record of a page of which nothing has changed but what commands are
// expected to print against the page as it is: by what they have printed, in the
// comparison of a run. It returns the record that a run which printed the same would
// have left, and whether the page holds; if that can't be known without a run, it does
// not.
func (p *Planner) Judge(page *content.Page, r *content.Record) (*content.Record, bool) {
	if r.Ran == "" { // an older handbook has written it
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	plan, errs := p.plan(page, page.Lab.Docker)
	if len(errs) > 0 {
		return nil, false
	}
	ran := plan.Ran()
	judged := *r
	judged.Also = slices.Clone(r.Also)
	for _, on := range judged.All() {
		i := slices.IndexFunc(plan.Kinds, func(kind MachineKind) bool { return kind.Docker == on.Machine.Docker })
		if i < 0 || on.Digest != r.Digest || on.Ran != ran || !plan.On(plan.Kinds[i]).holds(on) {
			return nil, false
		}
		on.Digest = plan.Digest
		on.Snippets = slices.Clone(on.Snippets)
		for j := range on.Snippets {
			on.Snippets[j].Line = plan.Steps[j].Snippet.Pos.Line
		}
	}
	return &judged, true
}

// isJudged tells whether a page that has changed since it was run holds by its record.
func (p *Planner) isJudged(page *content.Page) bool {
	_, ok := p.Judge(page, page.Record)
	return ok
}

// holds tells whether what is expected on a machine agrees with what has been printed
// there, in a run that did all that the plan does.
func (p *Plan) holds(r *content.Results) bool {
	if len(r.Snippets) != len(p.Steps) {
		return false
	}
	found := new(Values)
	for i := range p.Steps {
		step, result := found.Step(&p.Steps[i]), &r.Snippets[i]
		if result.Number != step.Snippet.Number || len(result.Commands) != len(step.Run) {
			return false
		}
		for j := range step.Run {
			if !step.Run[j].holds(&result.Commands[j]) {
				return false
			}
		}
		for name, from := range p.Lab.From {
			if p.Tree.Named(from.Snippet) != step.Snippet {
				continue
			}
			value, err := from.Find(Printed(result.Commands))
			if err != nil || slices.ContainsFunc(result.Commands, func(c content.CommandResult) bool { return c.Behind > 0 }) {
				return false
			}
			found.Add(name, value)
		}
	}
	return true
}

// holds tells whether a command has printed what is expected of it. One of which the
// page shows the shell's prompt, but that was typed at another, is not judged here:
// its status may not be known.
func (c *Command) holds(r *content.CommandResult) bool {
	if r.Text != c.Text || c.AtShell && r.Prompt != "" {
		return false
	}
	lines, _ := compare.Plain(r.Output[:len(r.Output)-r.Behind])
	return c.Expect == nil || compare.Match(c.Lines, lines)
}
