package wording

import (
	"fmt"
	"slices"
	"strings"
)

// DidYouMean returns ` (did you mean "name"?)` for the known word that was
// probably meant, or "" if there is none.
func DidYouMean(word string, known []string) string {
	best := Closest(word, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// Closest returns the known word that was probably meant: the most similar one,
// else one that starts with the given word, else "". Of several, it returns the
// first in alphabetical order.
func Closest(word string, known []string) string {
	if len(word) > 100 {
		return ""
	}
	known = slices.Sorted(slices.Values(known))
	best, least := "", min(1+len(word)/3, 3)+1
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	if best == "" && len(word) > 2 {
		if i := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, word) }); i >= 0 {
			best = known[i]
		}
	}
	return best
}

// distance returns how many bytes have to be inserted, deleted, replaced or
// swapped with their neighbour to get from a to b (optimal string alignment).
func distance(a, b string) int {
	row2 := make([]int, len(b)+1)
	row1 := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range row1 {
		row1[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row1[j]+1, row[j-1]+1, row1[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], row2[j-2]+1)
			}
		}
		row2, row1, row = row1, row, row2
	}
	return row1[len(b)]
}
