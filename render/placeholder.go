package render

import (
	"regexp"
	"slices"
	"strings"

	"handbook/content"
)

// placeholders finds the names that readers put their own values for.
type placeholders struct {
	re *regexp.Regexp // nil if there are none
}

// newPlaceholders takes the names of the site and of the lab.
func newPlaceholders(c *content.Config, lab *content.Lab) *placeholders {
	var names []string
	for name := range c.Placeholders {
		names = append(names, regexp.QuoteMeta(name))
	}
	if lab != nil {
		for name := range lab.Placeholders {
			names = append(names, regexp.QuoteMeta(name))
		}
	}
	if len(names) == 0 {
		return &placeholders{}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	// Of names that start alike the longest is meant.
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	return &placeholders{regexp.MustCompile(`<[^>]*>|\b(?:` + strings.Join(names, "|") + `)\b`)}
}

// mark wraps the placeholders in a line of HTML. Tags are matched first and
// left alone.
func (p *placeholders) mark(line string) string {
	if p.re == nil {
		return line
	}
	return p.re.ReplaceAllStringFunc(line, func(m string) string {
		if m[0] == '<' {
			return m
		}
		return `<span class="ph" data-ph="` + m + `">` + m + "</span>"
	})
}
