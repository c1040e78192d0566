package oracle

import (
	"errors"
	"strings"
)

// A Difference is a row of the guide's table of what is not as in a reader's
// terminal.
type Difference struct{ What, Why string }

// Differences reads that table in the text of the guide on verification.
func Differences(guide string) (all []Difference, err error) {
	_, table, ok := strings.Cut(guide, "| what | why |\n|---|---|\n")
	if !ok {
		return nil, errors.New("the guide has no table of differences")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.SplitSeq(table, "\n") {
		what, why, _ := strings.Cut(strings.Trim(row, "| "), " | ")
		all = append(all, Difference{what, why})
	}
	return all, nil
}
