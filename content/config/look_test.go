package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content/mistake"
)

func TestLook(t *testing.T) {
	const whole = `logo: {light: assets/l.svg, dark: assets/d.svg}
colors:
  accent: {light: "#7a1f5c", dark: "#f0a8d8"}
  text: "#234"
footer: |
  © Jane, [CC BY](https://example.org)
css: assets/own.css
js: [assets/own.js, https://example.org/a.js]
head: <meta name="x" content="y">
mermaid: assets/mermaid.min.js
contents: 4
csp:
  script-src: https://example.org
  connect-src: [https://a.example, wss://b.example]
`
	at := func(line, col int) mistake.Pos { return at("c.yaml", line, col) }
	grey := Value{"#234", at(4, 9)}
	want := Look{
		Logo: Shades{Value{"assets/l.svg", at(1, 15)}, Value{"assets/d.svg", at(1, 35)}},
		Colors: map[string]Shades{
			"accent": {Value{"#7a1f5c", at(3, 19)}, Value{"#f0a8d8", at(3, 36)}},
			"text":   {grey, grey},
		},
		Footer:   Value{"© Jane, [CC BY](https://example.org)\n", at(5, 9)},
		CSS:      []Value{{"assets/own.css", at(7, 6)}},
		JS:       []Value{{"assets/own.js", at(8, 6)}, {"https://example.org/a.js", at(8, 21)}},
		Head:     Value{`<meta name="x" content="y">`, at(9, 7)},
		Mermaid:  Value{"assets/mermaid.min.js", at(10, 10)},
		Contents: 4,
		Policy: []Source{{"script-src", Value{"https://example.org", at(13, 15)}},
			{"connect-src", Value{"https://a.example", at(14, 17)}}, {"connect-src", Value{"wss://b.example", at(14, 36)}}},
	}
	c, errs := Read([]byte(whole), "c.yaml")
	if diff := cmp.Diff(want, c.Look); diff != "" || errs != nil {
		t.Errorf("%v (-want +got):\n%s", errs, diff)
	}
}

func TestLookWrong(t *testing.T) {
	const colors = "expected accent, background, surface, text"
	for _, c := range []struct{ in, want string }{
		{"logo: {light: a.svg}", "1:8: expected both, light and dark, or one value for both"},
		{"logo: [a.svg]", "1:7: expected a text, not a list"},
		{"logo: {lihgt: a.svg, dark: b.svg}", "1:8: unknown key \"lihgt\" (did you mean \"light\"?)\n1:8: expected both, light and dark, or one value for both"},
		{`colors: {acent: "#123456"}`, `1:10: no colour is called "acent", ` + colors + ` (did you mean "accent"?)`},
		{`colors: {accent: red}`, `1:18: expected a colour such as "#1b5aa5", not "red"`},
		{"colors:\n  accent: #1b5aa5", `2:11: without quotes # begins a comment, expected accent: "#1b5aa5"`},
		{`colors: {accent: {light: "#12345", dark: "#123456"}}`, `1:26: expected a colour such as "#1b5aa5", not "#12345"`},
		{`colors: "#123456"`, `1:9: expected keys and values, not "#123456"`},
		{"css: {a: b}", "1:7: expected a text, not keys and values"},
		{"contents: 1", "1:11: expected 0 for no table of contents, or 2 to 6, the lowest level of headings in it, not 1"},
		{"contents: 0", ""},
		{"csp: https://example.org", `1:6: expected keys and values, not "https://example.org"`},
		{"csp: {scriptsrc: https://example.org}", `1:7: csp has no "scriptsrc", expected connect-src, font-src, frame-src, img-src, manifest-src, media-src, script-src, style-src, worker-src (did you mean "script-src"?)`},
		{"csp: {script-src: \"https://a.example; frame-src *\"}", `1:19: script-src: expected the address of a host, such as https://example.org, not "https://a.example; frame-src *"`},
		{"csp: {script-src: \"'unsafe-inline'\"}", `1:19: script-src: expected the address of a host, such as https://example.org, not "'unsafe-inline'"`},
	} {
		_, errs := Read([]byte(c.in), "c.yaml")
		if diff := cmp.Diff(c.want, configErrors(errs)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.in, diff)
		}
	}
}

// A page can have a table of contents of another depth.
func TestPageContents(t *testing.T) {
	if front, _, errs := ReadFront([]byte("---\ncontents: 0\n---\n"), "p.md", Default()); errs != nil || front.Contents == nil || *front.Contents != 0 {
		t.Errorf("contents is %v, %v", front.Contents, errs)
	}
	if _, _, errs := ReadFront([]byte("---\ncontents: deep\n---\n"), "p.md", Default()); len(errs) == 0 {
		t.Error("contents: deep is no error")
	}
}
