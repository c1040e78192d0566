package config

import (
	"fmt"
	"strings"
	"testing"
)

// An expression whose repetitions would take minutes is not compiled, and one with
// which finding something would is not used.
func TestLongMatch(t *testing.T) {
	froms := func(n int) (all string) {
		for i := range n {
			all += fmt.Sprintf("A_%d: {from: x, match: '(a)'}, ", i)
		}
		return all
	}
	for placeholders, want := range map[string]string{
		"A_B: {from: x, match: '(" + strings.Repeat("a{1000}", 3657) + "b)'}": "a.md:2:44: match: 25602 bytes, expected at most 200",
		"A_B: {from: x, match: '(.{0,999}b)'}":                                `a.md:2:44: match: "(.{0,999}b)" repeats too much, expected an expression of at most 500 characters with all its repetitions`,
		"A_B: {from: x, match: '((?:^|$){999}b)'}":                            `a.md:2:44: match: "((?:^|$){999}b)" repeats too much, expected an expression of at most 500 characters with all its repetitions`,
		froms(10): "",
		froms(11): "a.md:2:322: more than 10 values that the lab shows",
	} {
		page := "---\nlab: {placeholders: {" + placeholders + "}}\n---\n# A\n"
		_, _, errs := ReadFront([]byte(page), "a.md", &Config{})
		if len(errs) > 1 || len(errs) == 0 && want != "" || len(errs) == 1 && errs[0].Error() != want {
			t.Errorf("%.300v, want %s", errs, want)
		}
	}
}

// Finding a value is bounded work.
func TestLongFind(t *testing.T) {
	lines := strings.Split(strings.Repeat(strings.Repeat("a", 1000)+"\n", 200)+"b", "\n")
	for match, want := range map[string]string{"(b)": "<nil>", "(.{0,200}b)": "is looked for by \"(.{0,200}b)\" in at most 81.3 KiB of output"} {
		if _, err := (From{Match: match}).Find(lines); fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", match, err, want)
		}
	}
}
