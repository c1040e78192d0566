package compare

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestMatches(t *testing.T) {
	tests := []struct {
		want, got string
		match     bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "a\nb", false},
		{"a\nb", "a", false},
		{"", "", true},
		{"", "a", false},
		{"...", "", true},
		{"...", "a\nb", true},
		{"a\n...\nd", "a\nb\nc\nd", true},
		{"a\n...\nd", "a\nd", true},
		{"a\n...\nd", "a\nb\nc", false},
		{"...\nb\n...\nb", "b\na\nb\nc\nb", true},
		{"...\nb", "b\nc", false},
		{"took [..] s", "took 1.2 s", true},
		{"took [..] s", "took 1.2 m", false},
		{"[..]", "", false}, // no line is not an empty line
		{"a[..]b[..]c", "a1b2c", true},
		{"a[..]b[..]c", "abc", true},
		{"a[..]b[..]c", "acb", false},
		{"ab[..]ba", "aba", false},
		{"(healthy)", "(unhealthy)", false},
		{"[..](healthy)[..]", "web Up (unhealthy) 80", false},
		{"[..](healthy)[..]", "web Up (healthy) 80", true},
		{"...x", "...x", true},
		{"a\tb", "a       b", true},
		{"a\tb", "a      b", false},
		{"größe..\tb", "größe.. b", true},
		{"日本\tb", "日本    b", true},
		{"12345678\tb", "12345678        b", true},
		{"\t\tb\tc", "                b       c", true},
		{"a\t[..]\tc", "a       long text  c", true},
		{"a\t[..]\tc", "a      long text  c", false},
		{"a\t[..]\tc", "a       long textc", false},
		{"[..]\t(x)", "a   (x)", true},
	}
	for _, tt := range tests {
		if got := Match(lines(tt.want), lines(tt.got)); got != tt.match {
			t.Errorf("matches(%q, %q) = %v", tt.want, tt.got, got)
		}
	}
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func TestExplain(t *testing.T) {
	got := strings.Join(Explain(lines("a\nb\nc\nz"), lines("a\nB\nc2\nz")), "\n")
	want := "  … 1 line as expected\n- b\n- c\n+ B\n+ c2\n  … 1 line as expected"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// Lines with tabs match as a regular expression would have it.
func TestTabs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	line := func(letters string, most int) string {
		var b strings.Builder
		for range random.IntN(most) {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	matched := 0
	for range 4000 {
		parts := []string{line("a \t", 3)}
		for range 1 + random.IntN(2) {
			parts = append(parts, line("ab \t", 6))
		}
		patterns := []string{regexp.QuoteMeta(expandTabs(parts[0]))}
		for _, part := range parts[1:] {
			patterns = append(patterns, strings.ReplaceAll(regexp.QuoteMeta(part), "\t", " {1,8}"))
		}
		want := regexp.MustCompile("^" + strings.Join(patterns, ".*") + "$")
		for range 10 {
			got := expandTabs(parts[0]) + line("ab    ", 20)
			if is := want.MatchString(got); is != matchTabs(parts, got) {
				t.Fatalf("%q, %q: %t", parts, got, is)
			} else if is {
				matched++
			}
		}
	}
	if matched < 2000 {
		t.Errorf("only %d match", matched)
	}
}

// Comparing is bounded work, whatever a page expects and a lab prints.
func TestHardToCompare(t *testing.T) {
	for name, c := range map[string]struct{ want, got string }{ // each expected 1,000 times and printed 2,000 times
		"wildcards":    {strings.Repeat("[..]a", 3200) + "[..]b", strings.Repeat("a", 16000) + "b"},
		"with tabs":    {"\t[..]" + strings.Repeat("a\ta", 4000) + "[..]b", strings.Repeat("a ", 8000) + "b"},
		"all tabs":     {strings.Repeat("\t", 100_000) + "[..]b", strings.Repeat(" ", 16_000)},
		"a line twice": {strings.Repeat("a", 16_000) + "[..]", strings.Repeat("a", 16_000)},
	} {
		want := append(append([]string{"..."}, slices.Repeat([]string{c.want}, 1000)...), "end")
		if err := Compare(want, slices.Repeat([]string{c.got}, 2000)); err != ErrHard {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Compare([]string{"..."}, slices.Repeat([]string{"a"}, 2000)); err != nil {
		t.Error(err)
	}
}
