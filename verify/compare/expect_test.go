package compare

import (
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
