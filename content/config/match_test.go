package config

import (
	"strings"
	"testing"
)

// An expression whose repetitions would take minutes is not compiled.
func TestLongMatch(t *testing.T) {
	page := "---\nlab: {placeholders: {A_B: {from: x, match: '(" + strings.Repeat("a{1000}", 3657) + "b)'}}}\n---\n# A\n"
	_, _, errs := ReadFront([]byte(page), "a.md", &Config{})
	if len(errs) != 1 || errs[0].Error() != "a.md:2:44: match: 25602 bytes, expected at most 200" {
		t.Errorf("%.300v", errs)
	}
}
