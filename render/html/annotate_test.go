package html

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNotes(t *testing.T) {
	for _, test := range []struct {
		in   string
		want map[int]note
	}{
		{"x\n", map[int]note{}},
		{"x  # (1)\ny\n", map[int]note{1: {1, true}}},
		{"x  # (1)!\ny // 2)\nz <!-- <3> -->\n", map[int]note{1: {1, true}, 2: {2, true}, 3: {3, true}}},
		{"# 1) what\nx\ny\n\nz\n", map[int]note{1: {1, true}, 2: {1, false}, 3: {1, false}}},
		{"# 1) what\nx\n# 12) more\ny\n", map[int]note{1: {1, true}, 2: {1, false}, 3: {12, true}, 4: {12, false}}},
		{"# 1. no mark\n# (one)\n", map[int]note{}},
	} {
		if diff := cmp.Diff(test.want, notedLines(test.in), cmp.AllowUnexported(note{})); diff != "" {
			t.Errorf("%q: -want +got\n%s", test.in, diff)
		}
	}
}
