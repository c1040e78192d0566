package render

import (
	"slices"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// closest is the name that was probably meant, or "" if none is near. Of
// equally near names the first in order wins, so that messages don't vary.
func closest(s string, names []string) string {
	slices.Sort(names)
	best, found := max(2, len(s)/4)+1, ""
	for _, name := range names {
		if d := distance(s, name, best); d < best {
			best, found = d, name
		}
	}
	return found
}

// distance is the Levenshtein distance, or limit if it is not below it.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := diagonal
			if a[i-1] != b[j-1] {
				d = 1 + min(diagonal, row[j], row[j-1])
			}
			diagonal, row[j] = row[j], d
		}
	}
	return min(limit, row[len(b)])
}
