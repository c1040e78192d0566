package main

import (
	"errors"
	"slices"
	"strings"

	"handbook/content"
	"handbook/verify"
)

// A report is what a run of verify came to: all that is told about it, to
// people and to other programs. Its JSON is what shards leave for --merge, so
// everything that the other kinds of reports need is in it.
type report struct {
	Shard   *shard      `json:"shard,omitempty"`
	Seconds float64     `json:"seconds"` // from start to end
	Labs    []labReport `json:"labs"`

	blob string // URL of the repository's files at this commit, where a CI system names it
}

// A labReport is what became of a lab.
type labReport struct {
	Page     string       `json:"page"` // in its site
	File     string       `json:"file"` // from the repository's root on
	Verdict  string       `json:"verdict"`
	Status   status       `json:"status"`          // the exit status that is due to it
	Fresh    bool         `json:"fresh,omitempty"` // it was not run: its record holds
	Seconds  float64      `json:"seconds"`
	Snippets int          `json:"snippets"`
	Verified int          `json:"verified"`
	Skipped  int          `json:"skipped"`
	Failures []problem    `json:"failures"`
	NotRun   int          `json:"not_run,omitempty"` // commands after the failure
	Cases    []caseReport `json:"cases"`             // its snippets, if it was verified
	SetAside []asideText  `json:"set_aside,omitempty"`
	Hint     string       `json:"hint,omitempty"`
}

// A problem is one thing that is wrong with a lab.
type problem struct {
	File    string   `json:"file"`
	Line    int      `json:"line"` // 0: the file as a whole
	Col     int      `json:"col,omitempty"`
	Command string   `json:"command"`
	At      int      `json:"at,omitempty"` // the line of a command that failed, for "handbook shell FILE:LINE"
	Message string   `json:"message"`
	Details []string `json:"details,omitempty"`
	Hint    string   `json:"hint,omitempty"`
}

// A caseReport is a snippet of a lab that was verified.
type caseReport struct {
	Line    int     `json:"line"`
	Kind    string  `json:"kind"`
	Verdict string  `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // of a skipped one
	Seconds float64 `json:"seconds"`
}

// An asideText is what differed from the record and is no change.
type asideText struct {
	What  string `json:"what"` // "3 durations"
	Lines []int  `json:"lines,omitempty"`
}

// newReport makes the report of a run. Labs that were fresh, and so not run,
// are in it as what their records say.
func newReport(outcomes []*outcome, fresh []*lab, in repository) *report {
	r := &report{Labs: []labReport{}, blob: in.blob}
	for _, o := range outcomes {
		r.Labs = append(r.Labs, o.report(in))
	}
	for _, l := range fresh {
		o := &outcome{lab: l, verdict: passed, record: l.page.Record}
		one := o.report(in)
		one.Fresh = true
		r.Labs = append(r.Labs, one)
	}
	r.sort()
	return r
}

func (r *report) sort() {
	slices.SortStableFunc(r.Labs, func(a, b labReport) int { return strings.Compare(a.File, b.File) })
}

func (o *outcome) report(in repository) labReport {
	n := o.census()
	l := labReport{
		Page: o.lab.page.Path, File: in.path(o.lab.page.File()), Verdict: o.verdict, Status: statusOf(o.err), Seconds: o.took.Seconds(),
		Snippets: n.total, Verified: n.verified, Skipped: n.skipped, Failures: []problem{}, Cases: []caseReport{},
		Hint: hintOf(o.err),
	}
	for _, f := range o.failures() {
		l.Failures = append(l.Failures, problem{in.path(f.Pos.File), f.Pos.Line, f.Pos.Col, f.Command, f.At.Line, f.Msg, f.Details, f.Hint})
	}
	if failed, ok := errors.AsType[*verify.Failures](o.err); ok {
		l.NotRun = failed.NotRun
	}
	if o.record != nil {
		for _, s := range o.record.Snippets {
			c := caseReport{Line: s.Line, Kind: s.Kind, Verdict: s.Verdict, Reason: s.Reason}
			for _, cmd := range s.Commands {
				c.Seconds += cmd.Seconds
			}
			l.Cases = append(l.Cases, c)
		}
	}
	for _, a := range o.diff.Aside {
		l.SetAside = append(l.SetAside, asideText{a.String(), a.Lines})
	}
	return l
}

// census counts by the record, or where there is none by the page.
func (o *outcome) census() census {
	if o.record != nil {
		return censusOf(o.record)
	}
	var n census
	for _, s := range o.lab.page.Snippets {
		switch {
		case s.Role == content.Shown || s.Role == content.Output:
			continue
		case s.Options.Skip != "":
			n.skipped++
		}
		n.total++
	}
	return n
}

// hintOf is the first hint of an error.
func hintOf(err error) string {
	if f, ok := errors.AsType[*failure](err); ok && f.hint != "" {
		return f.hint
	}
	return advice(err)
}

// err is what is wrong with a lab, as an error: labs of another computer are
// told of like those of this one.
func (l *labReport) err(in repository) error {
	if len(l.Failures) == 0 {
		return nil
	}
	all := &verify.Failures{Page: l.Page, NotRun: l.NotRun}
	for _, p := range l.Failures {
		at := content.Pos{File: in.fromHere(p.File), Line: p.At}
		all.All = append(all.All, &verify.Failure{Pos: p.pos(in), At: at, Command: p.Command, Msg: p.Message, Details: p.Details, Hint: p.Hint})
	}
	return &failure{all, l.Status, l.Hint}
}

// pos is the problem's place, as it is called from here.
func (p *problem) pos(in repository) content.Pos {
	return content.Pos{File: in.fromHere(p.File), Line: p.Line, Col: p.Col}
}

// whole is the problem's message with what is printed under it.
func (p *problem) whole() string {
	return strings.Join(append([]string{p.Message}, p.Details...), "\n")
}

// asides is what was set aside, "" if there is nothing.
func (l *labReport) asides(withLines bool) string {
	words := make([]string, len(l.SetAside))
	for i, a := range l.SetAside {
		words[i] = a.What
		if withLines {
			words[i] += linesOf(a.Lines)
		}
	}
	return strings.Join(words, ", ")
}
