package report

import (
	"errors"
	"time"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/mistake"
	"handbook/verify"
	"handbook/verify/compare"
)

// A Verdict says what became of a lab.
type Verdict string

// The verdicts, as reports have them.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"  // the page is wrong
	Changed Verdict = "changed" // it passed, with other results than its record has
	Stale   Verdict = "stale"   // it passed, but its record is that of another page
	Error   Verdict = "error"   // it has no verdict, because the machine failed
)

// byUrgency lists the verdicts, those first that ask for something to be done
// on the page.
var byUrgency = []Verdict{Failed, Changed, Stale, Error, Passed}

// A Run is one run of a lab.
type Run struct {
	Page   *content.Page
	Stale  string          // why the record beside the page is not the page's, "" if it is
	Record *content.Record // of this run, nil if there is none
	Err    error           // why there is none
	Took   time.Duration
	// Doubted says that a stranger may have written the record beside the page.
	Doubted bool
}

// An Outcome is what became of a lab.
type Outcome struct {
	Run
	Verdict Verdict
	Fresh   bool               // it was not run, since its record is up to date
	Diff    compare.Difference // between the record beside the page and this run
}

// A Rule says what a run may be that has passed.
type Rule int

// The rules, the strictest last.
const (
	AsItIs     Rule = iota // anything: it is going to be recorded
	AsRecorded             // as its record says
	SameBases              // on the same base images, too
)

// Decide decides the verdict of a run. One that breaks the rule has not passed;
// its error is then a *ChangedError.
func (r Run) Decide(rule Rule) *Outcome {
	o := &Outcome{Run: r, Verdict: Passed}
	switch {
	case isOfPage(r.Err):
		o.Verdict = Failed
		return o
	case r.Err != nil:
		o.Verdict = Error
		return o
	}
	if r.Page.Record != nil {
		o.Diff = compare.Records(r.Page, r.Page.Record, r.Record)
		if r.Doubted {
			o.Diff.Changes = append(o.Diff.Changes, compare.Doubts(r.Page, r.Page.Record, r.Record)...)
		}
	}
	switch {
	case rule == AsItIs:
	case r.Stale != "":
		o.Verdict, o.Err = Stale, &ChangedError{r.Page, r.Stale, o.Diff}
	case len(o.Diff.Changes) > 0 || rule == SameBases && len(o.Diff.Moved) > 0:
		o.Verdict, o.Err = Changed, &ChangedError{r.Page, "", o.Diff}
	}
	return o
}

// Fresh is the outcome of a lab that was not run, since its record is up to
// date.
func Fresh(page *content.Page) *Outcome {
	return &Outcome{Run: Run{Page: page, Record: page.Record}, Verdict: Passed, Fresh: true}
}

// isOfPage reports whether an error is about the page.
func isOfPage(err error) bool {
	_, failed := errors.AsType[*verify.Failures](err)
	return failed || mistake.All(err) != nil
}

// census counts by the record, or without one by the page, whose tree is t.
func (o *Outcome) census(t *content.Tree) (n content.Census) {
	if o.Record != nil {
		n = o.Record.Census()
		n.Snippets += len(t.Unfenced)
		n.Skipped += len(t.Unfenced)
		return n
	}
	n.Snippets, n.Skipped = len(t.Unfenced), len(t.Unfenced)
	for _, s := range t.Snippets {
		switch {
		case s.Role == info.Shown || s.Role == info.Output || s.Role == info.Included:
			continue
		case s.Options.Skip != "":
			n.Skipped++
		}
		n.Snippets++
	}
	return n
}
