package config

import (
	"slices"
	"strings"
	"testing"

	"handbook/content/settings"
)

func TestShape(t *testing.T) {
	for _, c := range []struct {
		shape *settings.Shape
		path  string
		want  string // kind, words, keys, "*" for any key, "[]" for a list
	}{
		{Shape(), "title", "text"},
		{Shape(), "html", "text github unsafe"},
		{Shape(), "machine.memory", "a size"},
		{Shape(), "machine.cpus", "a number"},
		{Shape(), "machine.timeout", "a duration"},
		{Shape(), "machine.docker", "text []"},
		{Shape(), "machine.engines.27", "dockerfile image"},
		{Shape(), "nav", "[] title url"},
		{Shape(), "nav.url", "text"},
		{Shape(), "env.X", "text"},
		{Shape(), "colors", "accent background surface text"},
		{Shape(), "colors.accent", "text dark light"},
		{Shape(), "colors.accent.dark", "text"},
		{Shape(), "csp.script-src", "text []"},
		{Shape(), "contents", "a whole number"},
		{Shape(), "titel", ""},
		{Shape(), "machine.memory.more", ""},
		{FrontShape(), "draft", "true or false"},
		{FrontShape(), "tags", "text []"},
		{FrontShape(), "lab.network", "text none open"},
		{FrontShape(), "lab.cleanup", "text off on"},
		{FrontShape(), "lab.env", "*"},
		{FrontShape(), "lab.machines", "[]"},
		{FrontShape(), "lab.placeholders", "*"},
		{FrontShape(), "lab.placeholders.X", "text from match"},
	} {
		var got []string
		if s := c.shape.At(strings.Split(c.path, ".")...); s != nil {
			if s.Kind != "" {
				got = append(got, string(s.Kind))
			}
			got = append(got, slices.Sorted(slices.Values(s.Words))...)
			if s.List != nil {
				got = append(got, "[]")
			}
			if s.Any != nil {
				got = append(got, "*")
			}
			got = append(got, s.Names()...)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.path, got, c.want)
		}
	}
	// What is described is what is read: a setting of each key is known.
	for name := range Shape().Keys {
		_, errs := Read([]byte(name+": {}\n"), File)
		for _, e := range errs {
			if e.Reason == ReasonUnknownKey && strings.Contains(e.Msg, `"`+name+`"`) {
				t.Error(e)
			}
		}
	}
}
