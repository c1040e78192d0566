package edit

import (
	"slices"
	"testing"
	"testing/fstest"

	"handbook/content"
)

func TestCommand(t *testing.T) {
	const file = `/home/a b/$(touch x)"; LINE.md`
	for _, c := range []struct {
		text string
		want []string // nil: an error
	}{
		{"code", []string{"code", "--goto", file + ":7"}},
		{"code -r", []string{"code", "-r", "--goto", file + ":7"}},
		{"/usr/bin/emacsclient", []string{"/usr/bin/emacsclient", "--no-wait", "+7", file}},
		{"my-editor  --at=LINE FILE", []string{"my-editor", "--at=7", file}},
		{"my-editor", nil},
		{"FILE", nil},
		{" ", nil},
	} {
		got, err := Parse(c.text)
		if (err == nil) != (c.want != nil) || err == nil && !slices.Equal(got.args(file, 7), c.want) {
			t.Errorf("%q: %q, %v", c.text, got, err)
		}
	}
	if err := (Command{"/nowhere/editor", "FILE"}).Open("a", 1); err == nil {
		t.Error("an editor that is not there")
	}
}

func TestPlaces(t *testing.T) {
	const text = "---\ntitle: A\n---\nText.\n\n## One\n\nMore.\n\n```bash\na\nb\n```\n\n## Two\n\nEnd.\n"
	site, err := content.Load(fstest.MapFS{"a.md": {Data: []byte(text)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	p := site.Pages[0]
	for line, want := range map[int]string{1: "", 4: "", 6: "one", 8: "one", 10: "hb-s1", 12: "hb-s1", 15: "two", 17: "two"} {
		if got := IDAt(p, line); got != want {
			t.Errorf("line %d: %q, want %q", line, got, want)
		}
	}
	if line, ok := LineOf(p, "hb-s1"); line != 10 || !ok {
		t.Errorf("the snippet is in line %d", line)
	}
	for _, id := range []string{"hb-s2", "hb-s0", "one", "hb-s1; rm", ""} {
		if _, ok := LineOf(p, id); ok {
			t.Errorf("%q is a snippet", id)
		}
	}
	for _, c := range []struct {
		old, now string
		want     int
	}{{"a\nb\n", "a\nc\n", 2}, {"a\n", "a\nb\n", 2}, {"a\nb\nc\n", "a\nc\n", 2}, {"", "a", 1}} {
		if got := Edited([]byte(c.old), []byte(c.now)); got != c.want {
			t.Errorf("%q, %q: line %d, want %d", c.old, c.now, got, c.want)
		}
	}
}
