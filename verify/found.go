package verify

import (
	"fmt"
	"maps"
	"slices"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify/plans"
)

// look finds the values that come from a snippet in what that has printed.
func (l *lab) look(s *content.Snippet, results []content.CommandResult) {
	for _, name := range slices.Sorted(maps.Keys(l.plan.Lab.From)) {
		from := l.plan.Lab.From[name]
		if from.Snippet != s.Options.Name || l.stopped || l.plan.Tree.Named(from.Snippet) != s {
			continue
		}
		lines := plans.Printed(results)
		value, err := from.Find(lines)
		if err == nil {
			l.found.Add(name, value)
			continue
		}
		f := &Failure{Pos: from.Pos, At: s.Pos, Details: tail(lines, 15), Reason: ReasonNoMatch}
		switch err {
		case config.ErrNoMatch:
			f.Msg = fmt.Sprintf("%q, which is to find the value of %s, does not match what the snippet %q in line %d printed", from.Match, name, from.Snippet, s.Pos.Line)
		case config.ErrEmpty:
			f.Msg = fmt.Sprintf("the group of %q, which is the value of %s, is empty in what the snippet %q in line %d printed", from.Match, name, from.Snippet, s.Pos.Line)
		default:
			f.Msg = fmt.Sprintf("the value of %s, from the snippet %q in line %d, %s", name, from.Snippet, s.Pos.Line, err)
		}
		if len(lines) == 0 {
			f.Details = []string{"(it printed nothing)"}
		}
		l.failed.add(f)
		l.stopped = true
	}
}
