package render

import (
	"regexp"
	"strings"
	"testing"

	"handbook/render/locale"
	"handbook/render/look"
	"handbook/render/theme"
)

// english returns the theme's strings in English.
func english(t *testing.T) *locale.Locale {
	t.Helper()
	th, err := theme.Load(theme.Options{Language: theme.Language{Code: "en"}, Look: func(string) (*look.Look, error) { return new(look.Look), nil }})
	if err != nil {
		t.Fatal(err)
	}
	return th.Words
}

// A lab's script speaks the language of the site.
func TestScriptLanguages(t *testing.T) {
	of := func(code string) string {
		t.Helper()
		site := load(t, map[string]string{"handbook.yaml": "language: " + code + "\n", "p.md": "---\ntitle: X\nlab: {hub: me}\n---\n\n```bash\ntrue\n```\n"})
		recordOf(site.Page("p.md"))
		files, err := Site(site, verified(site), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return string(files["p/lab.sh"])
	}
	// Of German, which is told from English by the words.
	said := regexp.MustCompile(`(?m)^(?:says_\w+=|say |# (?:The commands|It ends|Die Befehle|Es endet)|secret \w+ |ask \w+ ).*$`)
	english, german := said.FindAllString(of("en"), -1), said.FindAllString(of("de"), -1)
	if len(german) != len(english) || len(german) < 14 {
		t.Fatalf("%d lines in German, %d in English", len(german), len(english))
	}
	for i, line := range german {
		if line == english[i] && !strings.Contains(line, "'{file}") {
			t.Errorf("in English: %s", line)
		}
	}
	for _, line := range said.FindAllString(of("ar"), -1) {
		text := line[strings.IndexAny(line, "= ")+1:]
		for _, word := range regexp.MustCompile(`(?:\{\w+\}|MY_\w+|DOCKERHUB_TOKEN|script\(1\)|util-linux|Docker Hub)|[A-Za-z]{3,}`).FindAllString(text, -1) {
			if !regexp.MustCompile(`^(?:\{|MY_|DOCKERHUB|script|util|Docker)`).MatchString(word) {
				t.Errorf("in English: %q in %s", word, line)
			}
		}
	}
}
