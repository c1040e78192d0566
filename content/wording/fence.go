package wording

import "strings"

// Fence returns backticks that a text does not have in a row: the fewest, but at
// least as many as given. It takes time in the length of the text, whatever is in
// it.
func Fence(text string, least int) string {
	longest, run := 0, 0
	for _, c := range []byte(text) {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(least, longest+1))
}
