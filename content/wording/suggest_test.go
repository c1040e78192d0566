package wording

import "testing"

func TestClosest(t *testing.T) {
	for _, c := range []struct {
		in    string
		known []string
		want  string
	}{
		{"", nil, ""},
		{"", []string{"ab"}, ""},
		{"nmae", []string{"mode", "name"}, "name"},
		{"name", []string{"name"}, "name"},
		{"x", []string{"images.md"}, ""},
		{"x", []string{"y"}, "y"},
		{"ab", []string{"ac", "aa"}, "aa"}, // as near
		{"aa", []string{"aac", "aab"}, "aab"},
		{"imges.md", []string{"index.md", "images.md"}, "images.md"},
		{"titel", []string{"tags", "title"}, "title"},
		{"ttl", []string{"title"}, "title"},
		{"tle", []string{"titles"}, ""},
		{"desc", []string{"title", "description"}, "description"},
		{"de", []string{"description"}, ""},
		{"dscr", []string{"description"}, ""},
		{"größe", []string{"grösse", "x"}, "grösse"},
	} {
		if got := Closest(c.in, c.known); got != c.want {
			t.Errorf("%q among %q: %q, want %q", c.in, c.known, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"a", "", 1},
		{"abc", "abc", 0},
		{"abc", "axc", 1},
		{"abc", "ac", 1},
		{"ac", "abc", 1},
		{"abc", "acb", 1}, // swapped
		{"kitten", "sitting", 3},
		{"ab", "ba", 1},
		{"abcd", "badc", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
