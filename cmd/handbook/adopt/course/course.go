// Package course makes a handbook from old labs, runs them, and repairs what
// fails.
package course

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"handbook/cmd/handbook/adopt"
	"handbook/cmd/handbook/adopt/keep"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/summary"
	"handbook/cmd/handbook/labs"
	"handbook/verify"
	"handbook/verify/report"
)

// A Course is a set of old labs and the handbook made from them.
type Course struct {
	Source  fs.FS
	Out     string // folder of the handbook
	Options adopt.Options
	Book    *adopt.Book // the handbook that Write has written
}

// ErrNoPages says that there is nothing to adopt.
var ErrNoPages = errors.New("no pages: no Markdown, and no text that reads like a lab")

// Write adopts the labs, with the repairs that are known so far. It returns
// ErrNoPages, or an error of adopt.Adopt or keep.Write.
func (c *Course) Write() (keep.Result, error) {
	book, err := adopt.Adopt(c.Source, c.Options)
	if err != nil {
		return keep.Result{}, err
	}
	if len(book.Pages) == 0 {
		return keep.Result{}, ErrNoPages
	}
	c.Book = book
	return keep.Write(c.Out, c.Source, book, c.Options.Repairs)
}

// rounds is how often a lab is run at most to find its patches. Each round
// finds the next failure.
const rounds = 25

// Verify runs the labs of the new handbook, which must be in the working
// directory, and writes the drift report. With Options.Fix it patches what
// fails, and runs it again. It returns how many of the labs pass. Labs that
// fail are in the report; they are not an error.
func (c *Course) Verify(ctx context.Context, runner *labs.Runner) (passed, all int, err error) {
	results := map[string]summary.Result{}
	var last map[string]*report.Outcome
	for round := range rounds {
		outcomes, err := runStale(ctx, runner, last == nil)
		if err != nil {
			return 0, 0, err
		}
		if last == nil {
			last = map[string]*report.Outcome{}
		}
		for _, o := range outcomes {
			last[o.Page.Path] = o
			if _, known := results[o.Page.Path]; !known { // the report is about the labs before any patches
				results[o.Page.Path] = c.result(o)
			}
		}
		if !c.Options.Fix || round == rounds-1 || !c.mend(outcomes) {
			break
		}
		if _, err := c.Write(); err != nil {
			return 0, 0, err
		}
	}
	if c.Options.Fix {
		if err := c.settle(ctx, runner); err != nil {
			return 0, 0, err
		}
	}
	for path, o := range last {
		res := results[path]
		res.Now = string(o.Verdict)
		if o.Record != nil {
			res.Record = o.Record
		}
		results[path] = res
		if o.Verdict == report.Passed || o.Verdict == report.Changed {
			passed++
		}
	}
	return passed, len(last), keep.WriteReport(c.Out, summary.Drift(c.Book, results))
}

// runStale runs the labs without a fresh record.
func runStale(ctx context.Context, runner *labs.Runner, withFresh bool) ([]*report.Outcome, error) {
	all, err := labs.Find(nil)
	if err != nil {
		return nil, err
	}
	var stale []*labs.Lab
	var outcomes []*report.Outcome
	for _, l := range all {
		switch {
		case !l.IsFresh():
			stale = append(stale, l)
		case withFresh:
			outcomes = append(outcomes, report.Fresh(l.Page))
		}
	}
	outcomes = append(outcomes, runner.Run(ctx, stale)...)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		if o.Verdict == report.Error { // there is no engine, so nothing is known about the labs
			return nil, o.Err
		}
	}
	return outcomes, nil
}

// result returns the result of a lab for the report.
func (c *Course) result(o *report.Outcome) summary.Result {
	res := summary.Result{Verdict: string(o.Verdict), Record: o.Record}
	if o.Fresh {
		res.Record = o.Page.Record
	}
	if f, ok := errors.AsType[*verify.Failures](o.Err); ok {
		res.NotRun = f.NotRun
	}
	res.Failures = failuresOf(o)
	if page := c.page(o.Page.Path); page != nil {
		for i, f := range res.Failures {
			if line := page.SourceLine(f.Line); line > 0 {
				res.Failures[i].Propose = repair.Of(f, page.Around(line)).String()
			}
		}
	}
	return res
}

// failuresOf lists why a lab failed.
func failuresOf(o *report.Outcome) (all []repair.Failure) {
	if f, ok := errors.AsType[*verify.Failures](o.Err); ok {
		for _, one := range f.All {
			line := one.Pos.Line
			if one.At.Line > 0 {
				line = one.At.Line
			}
			all = append(all, repair.Failure{Line: line, Command: one.Command, Message: one.Msg, Reason: string(one.Reason), Details: one.Details})
		}
		return all
	}
	for _, p := range o.Lab(report.Context{}).Failures {
		all = append(all, repair.Failure{Line: p.Line, Command: p.Command, Message: p.Message, Details: p.Details})
	}
	return all
}

// mend finds patches for what failed. It reports whether there are new ones.
func (c *Course) mend(outcomes []*report.Outcome) (changed bool) {
	for _, o := range outcomes {
		if o.Verdict != report.Failed {
			continue
		}
		page := c.page(o.Page.Path)
		if page == nil {
			continue
		}
		for _, f := range failuresOf(o) {
			line := page.SourceLine(f.Line)
			if line == 0 {
				continue
			}
			changed = c.repair(page.Source, line, repair.Of(f, page.Around(line))) || changed
		}
	}
	return changed
}

// repair adds a patch. What fails in spite of one is skipped.
func (c *Course) repair(source string, line int, r repair.Repair) bool {
	if c.Options.Repairs[source] == nil {
		c.Options.Repairs[source] = repair.Repairs{}
	}
	was, known := c.Options.Repairs[source][line]
	now := was.Merge(r)
	if known && now.String() == was.String() {
		if was.Skip != "" {
			return false
		}
		now = was.Merge(repair.Repair{Skip: "fails today"})
	}
	c.Options.Repairs[source][line] = now
	return true
}

func (c *Course) page(path string) *adopt.Page {
	i := slices.IndexFunc(c.Book.Pages, func(p *adopt.Page) bool { return p.Path == path })
	if i < 0 {
		return nil
	}
	return c.Book.Pages[i]
}

// settle runs the labs once more, to find output that differs each time.
func (c *Course) settle(ctx context.Context, runner *labs.Runner) error {
	check := *runner
	check.Check = true
	for range 2 {
		all, err := labs.Find(nil)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(l *labs.Lab) bool { return !l.IsFresh() })
		changed := false
		for _, o := range check.Run(ctx, all) {
			page := c.page(o.Page.Path)
			if o.Verdict != report.Changed || page == nil {
				continue
			}
			for _, d := range o.Diff.Changes {
				if line := page.SourceLine(d.Pos.Line); line > 0 {
					changed = c.repair(page.Source, line, repair.Repair{Options: []string{"varies"}}) || changed
				}
			}
		}
		if err := ctx.Err(); err != nil || !changed {
			return err
		}
		if _, err := c.Write(); err != nil {
			return err
		}
		if _, err := runStale(ctx, runner, false); err != nil {
			return err
		}
	}
	return nil
}
