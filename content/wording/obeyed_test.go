package wording

import "testing"

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		" a\n\tb  c ":               "a b c",
		"\x1b[31mred\x07\x00\u0085": "[31mred",
		"a\u202eb\u2066c":           "abc",
		"größe 日本 🐳":                "größe 日本 🐳",
	} {
		if got := OneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"größe\n\t\u202bא\u202c":    "größe\n\t\u202bא\u202c",
		"a\x1b[2J\r\x00\x7f\u009bb": `a␛[2J␍␀␡\u009bb`,
	} {
		if got := Visible(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
