package lsp

import (
	"encoding/json"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/accept"
)

// The edit that an editor makes is the change that Accept makes in the preview.
func TestEditOf(t *testing.T) {
	for _, c := range []struct {
		text   string
		change accept.Change
	}{
		{"a\n😀 old\nb\n", accept.Change{First: 2, Old: []string{"😀 old"}, New: []string{"new"}}},
		{"a\nold\nolder\nb\n", accept.Change{First: 2, Old: []string{"old", "older"}, New: []string{"new"}}},
		{"a\r\nold\r\nb\r\n", accept.Change{First: 2, Old: []string{"old"}, New: []string{"new", "newer"}}},
		{"a\r\n```output\r\n```\r\n", accept.Change{First: 3, New: []string{"new", "newer"}}},
		{"a\nold", accept.Change{First: 2, Old: []string{"old"}, New: []string{"new", "newer"}}},
		{"a\nother\n", accept.Change{First: 2, Old: []string{"old"}, New: []string{"new"}}},
	} {
		for _, e := range []encoding{utf8Units, utf16Units} {
			s, d := &Server{encoding: e}, newDocument("file:///x.md", 1, []byte(c.text))
			want, err := accept.Apply(d.text, []*accept.Change{&c.change})
			edit := s.editOf(d, labs.Offer{Line: 2, Change: &c.change})
			if edit == nil {
				if err == nil {
					t.Errorf("%q: no edit", c.text)
				}
				continue
			}
			b, err := json.Marshal(edit["changes"])
			if err != nil {
				t.Fatal(err)
			}
			var changes map[string][]struct {
				Range   Range
				NewText string
			}
			if err := json.Unmarshal(b, &changes); err != nil {
				t.Fatal(err)
			}
			for _, one := range changes[d.uri] {
				if err := d.change(contentChange{&one.Range, one.NewText}, e); err != nil {
					t.Fatal(err)
				}
			}
			if string(d.text) != string(want) {
				t.Errorf("%q becomes %q, want %q", c.text, d.text, want)
			}
		}
	}
}
