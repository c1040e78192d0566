package render

import (
	"slices"
	"strconv"

	"handbook/content"
)

func itoa(n int) string { return strconv.Itoa(n) }

// closest is the name that was probably meant, or "" if none is near, whatever
// the order of the names.
func closest(s string, names []string) string {
	slices.Sort(names)
	return content.Closest(s, names)
}
