package wording

import "testing"

func TestFence(t *testing.T) {
	for _, c := range []struct {
		text  string
		least int
		want  string
	}{
		{"", 3, "```"}, {"a`b", 1, "``"}, {"``a`", 1, "```"}, {"a", 1, "`"}, {"```\nx\n````", 3, "`````"}, {"`a``", 3, "```"},
	} {
		if got := Fence(c.text, c.least); got != c.want {
			t.Errorf("Fence(%q, %d) = %q, want %q", c.text, c.least, got, c.want)
		}
	}
}
