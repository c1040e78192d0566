package html

import (
	"fmt"
	"testing"

	"handbook/content/config"
	"handbook/content/info"
)

func TestFold(t *testing.T) {
	for _, test := range []struct {
		lines, limit int
		kept         []int
		want         string
	}{
		{7, 0, nil, "0-7"},
		{7, 2, nil, "0-7"},
		{19, 0, nil, "0-19"},                                     // 7 are not worth a fold
		{20, 0, nil, "0-4 (4-12) 12-20"},                         // the head and the tail stay
		{30, 0, []int{10}, "0-11 (11-22) 22-30"},                 // 6 before it, 11 behind it
		{40, 0, []int{14, 15}, "0-4 (4-14) 14-16 (16-32) 32-40"}, // between two folds
		{12, 3, nil, "0-1 (1-10) 10-12"},
		{12, 1, nil, "0-1 (1-11) 11-12"},
		{9, 1, nil, "0-9"},
	} {
		got := ""
		runs := foldedOutput(&info.Options{Fold: test.limit}, test.lines, func(i int) bool {
			for _, k := range test.kept {
				if i == k {
					return true
				}
			}
			return false
		})
		for i, r := range runs {
			text := fmt.Sprintf("%d-%d", r.first, r.end)
			if r.folded {
				text = "(" + text + ")"
			}
			if i > 0 {
				got += " "
			}
			got += text
		}
		if got != test.want {
			t.Errorf("%d lines, fold=%d, kept %v: %s, want %s", test.lines, test.limit, test.kept, got, test.want)
		}
	}
}

// The lines that an author expects stay, and what is looked at for them is bounded.
func TestExpectedLines(t *testing.T) {
	e := expectedLines([]string{"...", "", "plain", "Hello, NAME! [..] (1+1)", "a[..]b[..]a"}, config.Placeholders{"NAME": "Ann"}.Binder())
	looked := 0
	for line, want := range map[string]bool{
		"plain": true, "plain ": false, "Hello, Ann! x (1+1)": true, "Hello, Ann!  (1+1)": true, "Hello, Ann! (1+1)": false, "Hello, NAME! x (1+1)": false,
		"Hello, Ann! x (1+1)!": false, "aba": true, "axbxa": true, "ab": false, "aa": false, "abba": true, "": false, "anything": false,
	} {
		if got := e.has(line, &looked); got != want {
			t.Errorf("%q: %t", line, got)
		}
	}
	looked = mostLooked
	if !e.has("plain", &looked) || e.has("aba", &looked) {
		t.Error("more is looked at than may be")
	}
}
