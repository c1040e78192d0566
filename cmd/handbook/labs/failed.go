package labs

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/live/accept"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/compare"
	"handbook/verify/plans"
	"handbook/verify/report"
)

// A failedRun is the cached result of the last run of a lab that failed.
type failedRun struct {
	Page     string // path of the page's file on the disk
	Failures []lastFailure
}

// A lastFailure is a verify.Failure with the text of its line.
type lastFailure struct {
	Line, Col int
	At        string
	Msg       string
	Details   []string
	Reason    content.Reason
	Command   string
	Printed   []string // of verify.ReasonOutput; nil if that is too much to be accepted
}

// mostPrinted is how many bytes of an output are kept.
const mostPrinted = 64 << 10

// FailedDir makes the folder for the failures of the last run of each lab, and
// returns its path, "" if this computer has no place for it.
func FailedDir() string {
	dir := CacheDir()
	if dir == "" {
		return ""
	}
	if dir = filepath.Join(dir, "failed"); os.MkdirAll(dir, 0o777) != nil {
		return ""
	}
	return dir
}

// keepFailures stores the failures of a run, or removes those of the run
// before. It ignores errors: only marks in editors are lost, and the run has
// printed the failures.
func (l *Lab) keepFailures(o *report.Outcome) {
	dir := FailedDir()
	if dir == "" {
		return
	}
	page := l.file()
	name := filepath.Join(dir, cache.Name(page)+".json")
	failures, failed := errors.AsType[*verify.Failures](o.Err)
	switch {
	case !failed && (o.Verdict == report.Failed || o.Verdict == report.Error):
		return // nothing is known of this text
	case !failed:
		_ = os.Remove(name)
		return
	}
	lines := linesOf(l.Page.Source) // the text that was run, even if another one was saved meanwhile
	run := failedRun{Page: page}
	for _, f := range failures.All {
		if f.Pos.File == l.Page.File() && f.Pos.Line > 0 && f.Pos.Line <= len(lines) {
			printed := append([]string{}, f.Printed...) // none is no more than nil
			if f.Reason != verify.ReasonOutput || len(strings.Join(printed, "\n")) > mostPrinted {
				printed = nil
			}
			run.Failures = append(run.Failures, lastFailure{f.Pos.Line, f.Pos.Col, lines[f.Pos.Line-1], f.Msg, f.Details, f.Reason, f.Command, printed})
		}
	}
	if b, err := json.Marshal(run); err == nil {
		_ = cache.WriteSummed(name, b)
	}
}

// file returns the path of the lab's page on the disk, in a form that is the
// same in all runs.
func (l *Lab) file() string { return pageFile(l.Site.Dir, l.Page.Path) }

func pageFile(dir, page string) string {
	name := filepath.Join(dir, filepath.FromSlash(page))
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// Failed are the failures of the last runs of labs.
type Failed map[string][]lastFailure // by the path of the page's file

// ReadFailed reads the failures of the last run of each lab on this computer.
func ReadFailed() Failed {
	all := Failed{}
	dir := CacheDir()
	if dir == "" {
		return all
	}
	names, _ := filepath.Glob(filepath.Join(dir, "failed", "*.json"))
	for _, name := range names {
		var run failedRun
		if text, ok := cache.ReadSummed(name); ok && json.Unmarshal(text, &run) == nil {
			all[run.Page] = run.Failures
		}
	}
	return all
}

// Of returns the failures of a page of the site whose content root is dir.
// Each is at the present place of its line; those whose line no longer exists
// are left out.
func (f Failed) Of(dir string, page *content.Page) (errs content.Errors) {
	failures := f[pageFile(dir, page.Path)]
	if len(failures) == 0 {
		return nil
	}
	lines := linesOf(page.Source)
	for _, failure := range failures {
		line := nearest(lines, failure.At, failure.Line)
		if line == 0 {
			continue
		}
		errs = append(errs, &content.Error{
			Pos: content.Pos{File: page.File(), Line: line, Col: failure.Col}, Reason: failure.Reason,
			Msg: strings.Join(append([]string{"in the last run: " + failure.Msg}, failure.Details...), "\n"),
		})
	}
	return errs
}

// An Offer is a change with which a page expects what a command has printed in the last
// run of its lab.
type Offer struct {
	Line int // of the mark, from 1
	*accept.Change
}

// Offers returns what can be accepted on the page of a lab as it is now. Where the lab
// runs on several machines, one may not speak for the others.
func (f Failed) Offers(l *Lab) (offers []Offer) {
	failures := f[l.file()]
	if !slices.ContainsFunc(failures, func(f lastFailure) bool { return f.Printed != nil }) {
		return nil
	}
	plan, err := l.Plan()
	if err != nil || len(plan.Kinds) > 1 {
		return nil
	}
	lines := linesOf(l.Page.Source)
	for _, failure := range failures {
		line := nearest(lines, failure.At, failure.Line)
		if line == 0 || failure.Printed == nil {
			continue
		}
		c := expecting(plan, line, failure.Command)
		if c == nil || compare.Match(c.Lines, failure.Printed) {
			continue
		}
		if change := accept.Propose(l.Page.Source, c, plan.Lab.Placeholders, failure.Printed); change != nil {
			offers = append(offers, Offer{line, change})
		}
	}
	return offers
}

// expecting returns the command of a text whose expected output has a line, or nil.
func expecting(plan *plans.Plan, line int, text string) *plans.Command {
	for _, step := range plan.Steps {
		for i := range step.Run {
			c := &step.Run[i]
			if c.Expect != nil && c.Text == text && c.Expect.Pos.Line <= line && line <= c.Expect.Pos.Line+len(c.Expect.Lines) {
				return c
			}
		}
	}
	return nil
}

// nearest returns the number of the line with the text that is nearest to the
// given number, 0 if there is none.
func nearest(lines []string, text string, number int) int {
	for distance := range len(lines) + number {
		for _, n := range []int{number - distance, number + distance} {
			if n > 0 && n <= len(lines) && lines[n-1] == text {
				return n
			}
		}
	}
	return 0
}

func linesOf(source []byte) []string {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	return strings.Split(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n")
}
