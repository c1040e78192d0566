package content

import (
	"fmt"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// didYouMean returns ` (did you mean "name"?)` for the known word that is
// nearest to the given one, or "" if none is near.
func didYouMean(word string, known []string) string {
	best := Closest(word, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// Closest returns the known word that was probably meant, or "" if none is
// near. Of equally near words the first counts.
func Closest(word string, known []string) string {
	best, least := "", min(1+len(word)/3, 3)+1
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to get from a to b (optimal string alignment).
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

// SuggestLanguage returns ` (did you mean "bash"?)` if a language is nearly
// one that runs, else "".
func SuggestLanguage(lang string) string {
	return didYouMean(lang, []string{"bash", "sh", "shell", "console", "output", "text", "diff", "image-sizes", "image-layers", "build-steps"})
}
