package docker

import (
	"strings"
	"testing"
)

func TestSlug(t *testing.T) {
	for page, want := range map[string]string{
		"labs/04-flask.md":          "04-flask-",
		`C:\labs\Übung 1.md`:        "bung-1-",
		"":                          "",
		"日本語.md":                    "",
		strings.Repeat("x", 99):     strings.Repeat("x", 40) + "-",
		"TestSide_By/Side (two).md": "Side--two-",
	} {
		if got := slug(page); got != want {
			t.Errorf("slug(%q) = %q, want %q", page, got, want)
		}
	}
}
