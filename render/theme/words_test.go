package theme

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/templates"
)

// TestWords holds that a site can replace some strings of a language that the
// theme has, and must have all of another.
func TestWords(t *testing.T) {
	at := content.Pos{File: "handbook.yaml", Line: 2, Col: 11}
	own := fstest.MapFS{
		"strings/en.yaml":  {Data: []byte("copy: Take\n")},
		"strings/tlh.yaml": {Data: []byte("copy: velqa\n")},
	}
	layers := []fs.FS{templates.FS, own}
	words, err := Language{"en-GB", at}.words(layers)
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
		if _, err := (Language{code, at}).words(layers); err == nil || !strings.HasPrefix(err.Error(), want) {
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
