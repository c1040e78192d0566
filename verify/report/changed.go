package report

import (
	"fmt"
	"strings"

	"handbook/content"
	"handbook/verify/compare"
)

// A ChangedError says that a lab passed, but not as its record says.
type ChangedError struct {
	Page  *content.Page
	Stale string // why the record is not the page's, "" if it is
	Diff  compare.Difference
}

func (e *ChangedError) Error() string {
	var lines []string
	for _, p := range e.problems() {
		lines = append(lines, p.pos().String()+": "+p.Message)
	}
	return strings.Join(lines, "\n")
}

// Aside names what differs as well and is no change: "1 duration (line 31)";
// "" if there is nothing.
func (e *ChangedError) Aside() string { return asideText(asides(e.Diff), true) }

// problems says what the run showed and the record does not say. Where the page
// was edited, that is no news.
func (e *ChangedError) problems() (all []Problem) {
	var causes []string
	for _, cause := range e.Diff.Causes {
		causes = append(causes, "likely cause: "+cause)
	}
	if e.Stale == "" && len(e.Diff.Changes) == 0 {
		for _, moved := range e.Diff.Moved {
			all = append(all, problemAt(e.Page.Lab.Pos, Problem{Message: moved + onlyMoved}))
		}
	}
	if e.Stale != "" {
		all = append(all, problemAt(e.Page.Lab.Pos, Problem{Message: e.Stale, Details: causes}))
		causes = nil // said once: for what follows, the page may be the cause
	}
	for _, c := range e.Diff.Changes {
		if e.Stale != "" && c.Edit {
			continue
		}
		p := Problem{Command: c.Command, Message: c.Msg, Details: append(c.Details[:len(c.Details):len(c.Details)], causes...)}
		if c.Command != "" {
			p.Message = fmt.Sprintf("%q: %s", c.Command, c.Msg)
		}
		all = append(all, problemAt(c.Pos, p))
	}
	return all
}

// onlyMoved is said of a base image that has moved if nothing came of it.
const onlyMoved = "; nothing else has changed"

// asides is what was set aside in a comparison.
func asides(d compare.Difference) (all []Aside) {
	for _, a := range d.Aside {
		all = append(all, Aside{a.String(), a.Lines})
	}
	return all
}

// asideText is "3 durations (lines 5, 12), 1 id (line 7)", or without lines.
func asideText(all []Aside, withLines bool) string {
	words := make([]string, len(all))
	for i, a := range all {
		words[i] = a.What
		if withLines {
			words[i] += linesOf(a.Lines)
		}
	}
	return strings.Join(words, ", ")
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
