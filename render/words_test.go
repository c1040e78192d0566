package render

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/render/locale"
	"handbook/templates"
)

// english returns the theme's strings in English.
func english(t *testing.T) *locale.Locale {
	t.Helper()
	words, err := language{code: "en"}.words([]fs.FS{templates.FS})
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// TestWords holds that a site can replace some strings of a language that the
// theme has, and must have all of another.
func TestWords(t *testing.T) {
	at := content.Pos{File: "handbook.yaml", Line: 2, Col: 11}
	own := fstest.MapFS{
		"strings/en.yaml":  {Data: []byte("copy: Take\n")},
		"strings/tlh.yaml": {Data: []byte("copy: velqa\n")},
	}
	layers := []fs.FS{templates.FS, own}
	words, err := language{"en-GB", at}.words(layers)
	if err != nil {
		t.Fatal(err)
	}
	if got := words.Text("copy") + " " + words.Text("copied") + " " + words.Language; got != "Take Copied en-GB" {
		t.Error(got)
	}
	for code, want := range map[string]string{
		"xx":    `handbook.yaml:2:11: there are no strings for the language "xx"`,
		"zh-TW": `handbook.yaml:2:11: there are no strings for the language "zh-TW", expected`,
		"de_AT": `handbook.yaml:2:11: there are no strings for the language "de_AT" (did you mean "de-AT"?)`,
		"eng":   `handbook.yaml:2:11: there are no strings for the language "eng" (did you mean "en"?)`,
		"tlh":   `templates/strings/tlh.yaml:1:1: the strings end without `,
	} {
		if _, err := (language{code, at}).words(layers); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", code, err, want)
		}
	}
	for script, want := range map[string]string{
		`const s = /* strings */ {}; say("copy")`:       `const s = {"copy":"Take"}; say("copy")`,
		`const s = /* strings */ {}; say("more-lines")`: `const s = {"more-lines":{"one":"{n} more line","other":"{n} more lines"}}; say("more-lines")`,
		`say("nothing")`: `say("nothing")`,
	} {
		if got, err := withWords("assets/a.js", []byte(script), words); string(got) != want || err != nil {
			t.Errorf("%s: %s, %v", script, got, err)
		}
	}
	_, err = withWords("assets/a.js", []byte("const s = /* strings */ {};\n say(\"copyed\")"), words)
	if want := `templates/assets/a.js:2:7: there is no string "copyed" (did you mean "copied"?)`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A lab's script speaks the language of the site.
func TestScriptLanguages(t *testing.T) {
	of := func(code string) string {
		t.Helper()
		site := load(t, map[string]string{"handbook.yaml": "language: " + code + "\n", "p.md": "---\ntitle: X\nlab: {hub: me}\n---\n\n```bash\ntrue\n```\n"})
		record(site.Page("p.md"))
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
