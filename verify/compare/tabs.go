package compare

import (
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
)

// expandTabs puts spaces in place of tabs, as a terminal does, which has a stop
// every eight columns.
func expandTabs(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "\t")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString(strings.Repeat(" ", 8-runewidth.StringWidth(b.String())%8))
		s = rest
	}
}

// matchTabs compares the parts between the "[..]" of a line that has tabs. The
// column of a tab behind a "[..]" is not known, so it can be any number of
// spaces that a tab can be.
func matchTabs(parts []string, got string) bool {
	patterns := []string{regexp.QuoteMeta(expandTabs(parts[0]))}
	for _, part := range parts[1:] {
		patterns = append(patterns, strings.ReplaceAll(regexp.QuoteMeta(part), "\t", " {1,8}"))
	}
	return regexp.MustCompile("^" + strings.Join(patterns, ".*") + "$").MatchString(got)
}
