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

func TestLiteral(t *testing.T) {
	for in, want := range map[string]string{"Docker & you": `Docker \& you`, "a\n# b": "a # b", `\*`: `\\\*`, "![a](b) <i>": `\!\[a\](b) \<i\>`, "Übung 1.": "Übung 1."} {
		if got := Literal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
