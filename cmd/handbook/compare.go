package main

import (
	"fmt"
	"strings"

	"handbook/content"
	"handbook/verify"
)

// compare is what --check does with a lab that passed.
func (o *outcome) compare() {
	l := o.lab
	found := o.changesAsFailures()
	switch {
	case l.page.State != content.Fresh:
		stale := &verify.Failure{Pos: l.page.Lab.Pos, Msg: l.staleness(), Details: o.causes()}
		found.All = append([]*verify.Failure{stale}, found.All...)
		o.verdict = labStale
		o.err = &failure{
			err:    found,
			status: changed,
			hint:   o.withAside(`"handbook verify" writes the records of such labs, which are then committed`),
		}
	case len(o.diff.Changes) > 0:
		o.verdict = labChanged
		o.err = &failure{
			err:    found,
			status: changed,
			hint:   o.withAside(fmt.Sprintf(`"handbook verify --all %s" accepts the new results`, l.page.File())),
		}
	}
}

// changesAsFailures says what a run showed that the record does not say. On a
// stale page, what was edited is no news.
func (o *outcome) changesAsFailures() *verify.Failures {
	stale := o.lab.page.State != content.Fresh
	all := &verify.Failures{Page: o.lab.page.Path}
	for _, c := range o.diff.Changes {
		if stale && c.Edit {
			continue
		}
		f := &verify.Failure{Pos: c.Pos, Command: c.Command, Msg: c.Msg, Details: c.Details}
		if c.Command != "" {
			f.Msg = fmt.Sprintf("%q: %s", c.Command, c.Msg)
		}
		if !stale { // there the page may be the cause, and what else may be is said once
			f.Details = append(f.Details, o.causes()...)
		}
		all.All = append(all.All, f)
	}
	return all
}

func (o *outcome) causes() (lines []string) {
	for _, cause := range o.diff.Causes {
		lines = append(lines, "likely cause: "+cause)
	}
	return lines
}

// withAside adds to a hint what was not taken for a change.
func (o *outcome) withAside(hint string) string {
	words := make([]string, len(o.diff.Aside))
	for i, a := range o.diff.Aside {
		words[i] = a.String() + linesOf(a.Lines)
	}
	if len(words) == 0 {
		return hint
	}
	return fmt.Sprintf("set aside as volatile on %s: %s\n%s", o.lab.page.File(), strings.Join(words, ", "), hint)
}

// linesOf is " (lines 31, 40)".
func linesOf(lines []int) string {
	const most = 8
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" (line %d)", lines[0])
	}
	var words []string
	for _, line := range lines[:min(most, len(lines))] {
		words = append(words, fmt.Sprint(line))
	}
	if len(lines) > most {
		words = append(words, "…")
	}
	return " (lines " + strings.Join(words, ", ") + ")"
}
