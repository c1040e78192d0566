package main

import (
	"fmt"

	"handbook/content"
	"handbook/verify"
)

// compare is what --check does with a lab that passed.
func (o *outcome) compare() {
	l := o.lab
	switch {
	case l.page.State != content.Fresh:
		o.verdict = labStale
		o.err = &failure{
			err:    &content.Error{Pos: l.page.Lab.Pos, Msg: l.staleness()},
			status: changed,
			hint:   `"handbook verify" writes the records of such labs, which are then committed`,
		}
	case len(o.changes) > 0:
		o.verdict = labChanged
		o.err = &failure{
			err:    changesAsFailures(l.page, o.changes),
			status: changed,
			hint:   fmt.Sprintf(`"handbook verify --all %s" accepts the new results`, l.page.File()),
		}
	}
}

// changesAsFailures says what a run showed that the record does not say.
func changesAsFailures(page *content.Page, changes []verify.Change) *verify.Failures {
	all := &verify.Failures{Page: page.Path}
	for _, c := range changes {
		msg := c.Msg
		if c.Command != "" {
			msg = fmt.Sprintf("%q: %s", c.Command, c.Msg)
		}
		all.All = append(all.All, &verify.Failure{
			Pos:     content.Pos{File: page.File(), Line: c.Line},
			Command: c.Command,
			Msg:     msg,
			Details: c.Details,
		})
	}
	return all
}
