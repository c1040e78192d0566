package verify

import (
	"fmt"
	"maps"
	"slices"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/sgr"
	"handbook/verify/plans"
)

// found are the values of placeholders that the lab itself has shown so far.
type found struct {
	values     config.Placeholders
	fill, back func(string) string // nil if there are none
}

// add adds a value.
func (f *found) add(name, value string) {
	if f.values == nil {
		f.values = config.Placeholders{}
	}
	f.values[name] = value
	names := config.Placeholders{}
	for name, value := range f.values {
		names[value] = name
	}
	f.fill, f.back = f.values.Binder(), names.Binder() // once: there may be many lines
}

// bind fills them in.
func (f *found) bind(text string) string {
	if f.fill == nil {
		return text
	}
	return f.fill(text)
}

// unbind puts the names back.
func (f *found) unbind(text string) string {
	if f.back == nil {
		return text
	}
	return f.back(text)
}

// step returns a step with the values filled in.
func (f *found) step(step *plans.Step) *plans.Step {
	if len(f.values) == 0 {
		return step
	}
	filled := *step
	bind := f.fill
	filled.Text, filled.Typed = bind(step.Text), bind(step.Typed)
	filled.Run = slices.Clone(step.Run)
	for i := range filled.Run {
		c := &filled.Run[i]
		c.Shell, c.Until, c.Lines = bind(c.Shell), bind(c.Until), slices.Clone(c.Lines)
		for k, line := range c.Lines {
			c.Lines[k] = bind(line)
		}
	}
	return &filled
}

// look finds the values that come from a snippet in what that has printed.
func (l *lab) look(s *content.Snippet, results []content.CommandResult) {
	for _, name := range slices.Sorted(maps.Keys(l.plan.Lab.From)) {
		from := l.plan.Lab.From[name]
		if from.Snippet != s.Options.Name || l.stopped || l.plan.Tree.Named(from.Snippet) != s {
			continue
		}
		lines := printed(results)
		value, err := from.Find(lines)
		if err == nil {
			l.found.add(name, value)
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

// printed returns the lines that commands have printed, without colours.
func printed(results []content.CommandResult) (lines []string) {
	for _, r := range results {
		for _, line := range r.Output {
			lines = append(lines, sgr.Unstyled(line))
		}
	}
	return lines
}
