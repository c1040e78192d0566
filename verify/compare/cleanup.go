package compare

import (
	"fmt"
	"slices"
	"strings"

	"handbook/content"
)

// cleanup compares what the lab leaves, and what removes it. Sizes are compared
// where images and files are.
func (d *differ) cleanup() {
	old, new := cleanupsLines(d.old), cleanupsLines(d.new)
	if old == nil || new == nil || slices.Equal(old, new) { // one of an older format, or none made
		return
	}
	if details := d.settle(d.compare(d.lab().Line, "", false, old, new)); details != nil {
		d.add(d.lab(), "", "the lab leaves something else").Details = details
	}
}

// cleanupsLines writes the clean-ups of all machines in lines.
func cleanupsLines(r *content.Record) []string {
	lines := cleanupLines(r.Cleanup)
	for i := range r.Cleanups {
		for _, line := range cleanupLines(&r.Cleanups[i]) {
			lines = append(lines, r.Cleanups[i].Machine+": "+line)
		}
	}
	return lines
}

// cleanupLines writes a clean-up in lines.
func cleanupLines(c *content.Cleanup) (lines []string) {
	if c == nil {
		return nil
	}
	list := func(what string, names []string) {
		for _, name := range names {
			lines = append(lines, what+" "+name)
		}
	}
	lines = []string{}
	for _, left := range c.Left {
		list(string(left.Kind), left.Names)
		if len(left.Names) == 0 {
			lines = append(lines, string(left.Kind))
		}
	}
	list("$", c.Commands)
	for _, choice := range c.Choices {
		list("choice: $", choice.Commands)
	}
	if c.Nameless > 0 {
		lines = append(lines, fmt.Sprint("containers without a name: ", c.Nameless))
	}
	list("outside", sorted(c.Outside))
	list("changed", sorted(c.Changed))
	return lines
}

// sorted returns names in an order in which volatile parts of theirs do not count.
func sorted(names []string) []string {
	key := func(name string) string {
		return strings.Join(new(normalized).normalize([]string{name}).keys(), "\n")
	}
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	return names
}
