package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"handbook/content"
	"handbook/verify"
)

// An outcome is what became of a lab.
type outcome struct {
	lab     *lab
	verdict string
	record  *content.Record   // of this run; nil if the lab did not pass
	diff    verify.Difference // between the record beside the page and this run
	took    time.Duration
	err     error
}

// Verdicts of a lab, as reports have them.
const (
	passed     = "passed"
	failed     = "failed"
	labChanged = "changed"
	labStale   = "stale"
	labError   = "error"
)

// line is the lab's line of the output.
func (o *outcome) line(w io.Writer) string {
	l := o.report(repository{})
	return l.line(w)
}

// line is the lab's line of the output: how it went and how long it took, and
// what was not taken for a change.
func (l *labReport) line(w io.Writer) string {
	took := seconds(time.Duration(l.Seconds * float64(time.Second)))
	if l.Fresh {
		took = "fresh"
	}
	line := fmt.Sprintf("%s  %s  %s  %s", l.Page, paint(w, verdictColours[l.Verdict], l.Verdict), l.detail(), took)
	if text := l.asides(false); text != "" {
		line += "  set aside: " + text
	}
	return line
}

var verdictColours = map[string]colour{
	passed: green, failed: red, labError: red, labChanged: yellow, labStale: yellow,
}

func (l *labReport) detail() string {
	if len(l.Cases) > 0 {
		return fmt.Sprintf("%d of %s", l.Verified, count(l.Snippets, "snippet"))
	}
	if len(l.Failures) > 0 && l.Failures[0].Line > 0 {
		return fmt.Sprintf("at line %d", l.Failures[0].Line)
	}
	return "before its first snippet"
}

// failures are what is wrong with a lab, each with its place if it has one.
func (o *outcome) failures() []*verify.Failure {
	if o.err == nil {
		return nil
	}
	if failed, ok := errors.AsType[*verify.Failures](o.err); ok {
		return failed.All
	}
	if machine, ok := errors.AsType[*verify.MachineError](o.err); ok {
		return []*verify.Failure{{Pos: machine.Pos, Msg: machine.Err.Error()}}
	}
	var all []*verify.Failure
	for _, e := range content.AllErrors(o.err) {
		all = append(all, &verify.Failure{Pos: e.Pos, Msg: e.Msg, Hint: e.Hint})
	}
	if all == nil {
		all = append(all, &verify.Failure{Pos: content.Pos{File: o.lab.page.File()}, Msg: o.err.Error()})
	}
	return all
}

// A census tells how many snippets of a lab are verified.
type census struct{ total, verified, skipped int }

func censusOf(r *content.Record) census {
	var n census
	for _, s := range r.Snippets {
		n.total++
		switch s.Verdict {
		case content.Passed:
			n.verified++
		case content.Skipped:
			n.skipped++
		}
	}
	return n
}
