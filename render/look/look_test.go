package look

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/wording"
	"handbook/templates"
)

// A folder is the files of a site in memory.
type folder fstest.MapFS

func (f folder) Has(name string) bool { return f[name] != nil }

func (f folder) Nearest(name string) string {
	var names []string
	for n := range f {
		names = append(names, n)
	}
	return wording.Closest(name, names)
}

func (f folder) Link(dest string) (string, *content.Error) {
	if outwards(dest) || dest == "about.md" {
		return strings.Replace(dest, ".md", "/index.html", 1), nil
	}
	return "", &content.Error{Msg: "no such page " + dest}
}

// checked returns the look of a site with these settings and files.
func checked(t *testing.T, yaml string, files ...string) (*Look, string) {
	t.Helper()
	css, err := fs.ReadFile(templates.FS, "assets/handbook.css")
	if err != nil {
		t.Fatal(err)
	}
	f := folder{config.File: {Data: []byte(yaml)}, "assets/logo.svg": {Data: []byte("<svg/>")}, "assets/own.js": {Data: []byte("x")}, "assets/mermaid.esm.min.mjs": {Data: []byte("import {} from './mermaid'")}}
	for i := 0; i < len(files); i += 2 {
		f[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	site, err := content.Load(fstest.MapFS(f), "c")
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(site, f, string(css))
	if err != nil {
		return l, strings.ReplaceAll(err.Error(), "c/handbook.yaml:", "")
	}
	return l, ""
}

// What is wrong with settings is told at its line, and says what was expected.
func TestWrong(t *testing.T) {
	for _, test := range []struct{ name, yaml, css, want string }{
		{"a logo that is not there", "logo: assets/lgo.svg", "", `1:7: logo: there is no file "assets/lgo.svg" in c/ (did you mean "assets/logo.svg"?)`},
		{"a logo of another kind", "logo: assets/own.js", "", `1:7: logo: "assets/own.js" is no picture, expected a file that ends with .svg, .png, .webp, .avif, .jpg, .jpeg, .gif`},
		{"a dark logo that is not there", "logo: {light: assets/logo.svg, dark: no.svg}", "", `1:38: logo: there is no file "no.svg" in c/`},
		{"a colour without contrast", `colors: {accent: "#ffcc00"}`, "", `1:18: text in this colour is hard to read on light pages: #ffcc00 has a contrast of 1.3:1 to #f5f5f0 (--surface), expected at least 4.5:1; light and dark pages can have one each: {light: …, dark: …}`},
		{"a dark background for light pages", `colors: {background: {light: "#222222", dark: "#000"}}`, "", `1:30: text on this colour is hard to read on light pages: #222222 has a contrast of 1.0:1 to #24282e (--text), expected at least 4.5:1`},
		{"a text like its background", `colors: {text: {light: "#000", dark: "#111418"}, background: {light: "#fff", dark: "#111418"}}`, "",
			`1:38: text in this colour is hard to read on dark pages: #111418 has a contrast of 1.0:1 to #111418 (--bg), expected at least 4.5:1`},
		{"CSS that is not there", "css: assets/onw.css", "a{}", `1:6: css: there is no file "assets/onw.css" in c/ (did you mean "assets/own.css"?)`},
		{"a brace that is not closed", "css: assets/own.css", "a { color: red;\nb {}\n", `c/assets/own.css:1:3: "{" is never closed, expected "}"`},
		{"a brace too much", "css: assets/own.css", "a { color: red; } }\n", `c/assets/own.css:1:19: "}" closes nothing`},
		{"another bracket", "css: assets/own.css", "a { width: calc(1px };\n", `c/assets/own.css:1:21: "}" closes nothing, expected ")" for that of line 1`},
		{"a string over lines", "css: assets/own.css", "a { content: \"x\n\"; }\n", `c/assets/own.css:1:14: a quote or an address that does not end in its line`},
		{"a font that is not there", "css: assets/own.css", "@font-face { src: url(x.woff2) }", `c/assets/own.css:1:19: there is no file "assets/x.woff2" in c/`},
		{"a font from elsewhere", "css: assets/own.css", `@font-face { src: url("https://fonts.example/x.woff2") }`,
			`c/assets/own.css:1:19: the file "https://fonts.example/x.woff2" lies on another host, and pages load nothing from there unless the settings say so: csp: {font-src: https://fonts.example}`},
		{"an import from elsewhere", "css: assets/own.css", `@import "https://a.example/x.css";`,
			`c/assets/own.css:1:9: the file "https://a.example/x.css" lies on another host, and pages load nothing from there unless the settings say so: csp: {style-src: https://a.example}`},
		{"a script from elsewhere", "js: https://a.example/x.js", "",
			`1:5: the script "https://a.example/x.js" lies on another host, and pages load nothing from there unless the settings say so: csp: {script-src: https://a.example}`},
		{"a script from another host than allowed", "js: https://b.example/x.js\ncsp: {script-src: https://a.example}", "",
			`1:5: the script "https://b.example/x.js" lies on another host, and pages load nothing from there unless the settings say so: csp: {script-src: https://b.example}`},
		{"a script that is no address", "js: javascript:alert(1)", "", `1:5: the script "javascript:alert(1)": expected a file of the site, or an address such as https://example.org/x`},
		{"mermaid from elsewhere", "mermaid: https://cdn.example/mermaid.js", "",
			`1:10: mermaid: expected a file of the site, such as assets/mermaid.min.js, which is in npm's package mermaid in the folder dist, not "https://cdn.example/mermaid.js"`},
		{"another script than mermaid", "mermaid: assets/own.js", "", `1:10: mermaid: "assets/own.js" is something else, expected mermaid.min.js of npm's package mermaid`},
		{"a module of mermaid", "mermaid: assets/mermaid.esm.min.mjs", "", `1:10: mermaid: "assets/mermaid.esm.min.mjs" is a module that loads others, expected mermaid.min.js, which has all in one file`},
		{"a head that ends the head", "head: </head><body>", "", `1:7: head: <body> cannot stand in the head of a page, expected meta, link, script or style`},
		{"text in the head", "head: |\n  <meta name=\"a\" content=\"b\">\n  hello\n", "", `1:7: head, line 1: the text "hello" cannot stand in the head of a page, expected elements: meta, link, script or style`},
		{"a script in the head that is not closed", "head: <script>alert(1)", "", `1:7: head: <script> is never closed`},
		{"a script in the head from elsewhere", `head: <script src="https://a.example/x.js"></script>`, "",
			`1:7: head: the file "https://a.example/x.js" lies on another host, and pages load nothing from there unless the settings say so: csp: {script-src: https://a.example}`},
		{"a policy in the head", `head: <meta http-equiv="content-security-policy" content="x">`, "", `1:7: head: a second Content-Security-Policy can only forbid more: use the setting csp`},
		{"a base in the head", `head: <base href="https://a.example/">`, "", `1:7: head: <base> is the theme's own, and cannot stand there twice`},
		{"a file in the head that is not there", `head: <link rel="icon" href="assets/icon.png">`, "", `1:7: head: there is no file "assets/icon.png" in c/`},
		{"HTML in the footer", "footer: a <b>b</b>", "", `1:9: footer: HTML cannot stand there, expected Markdown`},
		{"a heading in the footer", "footer: |\n  # x\n", "", `1:9: footer: expected paragraphs, lists and links in Markdown, not heading`},
		{"a link of the footer to nowhere", "footer: \"[x](nowhere.md)\"", "", `1:9: footer: no such page nowhere.md`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var files []string
			if test.css != "" {
				files = []string{"assets/own.css", test.css}
			}
			_, got := checked(t, test.yaml, files...)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Settings become what pages get, with URLs from the root of the site.
func TestLook(t *testing.T) {
	l, wrong := checked(t, `logo: assets/logo.svg
colors: {accent: {light: "#7a1f5c", dark: "#f0a8d8"}, background: {light: "#fff", dark: "#000"}}
footer: "© Jane, [about](about.md), [CC BY](https://example.org)"
css: assets/own.css
js: [assets/own.js, https://a.example/x.js]
head: <link rel="icon" href="/assets/logo.svg"><script>a()</script>
csp: {script-src: https://a.example, frame-src: [https://b.example, https://c.example]}
`, "assets/own.css", `@font-face { src: url("own.woff2") } a[href="}"] { color: red; /* } */ &:hover { color: blue } } @import "other.css";`, "assets/own.woff2", "", "assets/other.css", "")
	if wrong != "" {
		t.Fatal(wrong)
	}
	for _, got := range []string{l.Logo.Light.At("../"), l.Logo.Dark.At("../")} {
		if !strings.HasPrefix(got, "../assets/logo.svg?") {
			t.Errorf("the logo is at %s", got)
		}
	}
	if got := l.JS[1].At("../"); got != "https://a.example/x.js" {
		t.Errorf("the script is at %s", got)
	}
	want := `<p>© Jane, <a href="../../about/index.html">about</a>, <a href="https://example.org" rel="external">CC BY</a></p>` + "\n"
	if got := string(l.Footer.At("../../")); got != want {
		t.Errorf("the footer is %s", got)
	}
	if got := string(l.Head.At("../")); got != `<link rel="icon" href="../assets/logo.svg"><script>a()</script>` {
		t.Errorf("the head is %s", got)
	}
	for _, want := range []string{"--accent:light-dark(#7a1f5c,#f0a8d8);", "@media screen{:root{--bg:light-dark(#ffffff,#000000);}}"} {
		if !strings.Contains(l.Colours, want) {
			t.Errorf("%s has no %s", l.Colours, want)
		}
	}
	policy := strings.Split(l.Policy.Of(Inline{Script: "b()", Style: "x{}"}), "; ")
	for _, want := range []string{
		"script-src 'self' file: " + Hash("b()") + " " + Hash("a()") + " https://a.example",
		"style-src 'self' file: " + Hash("x{}"), "frame-src https://b.example https://c.example", "default-src 'none'",
	} {
		if !slices.Contains(policy, want) {
			t.Errorf("the policy has no %q: %q", want, policy)
		}
	}
	drawn := strings.Split(l.Policy.Of(Inline{Script: "b()", Style: "x{}", Styles: true}), "; ")
	if want := "style-src 'self' file: 'unsafe-inline'"; !slices.Contains(drawn, want) {
		t.Errorf("the policy of a page with diagrams has no %q: %q", want, drawn)
	}
}

// An accent that can just be read on the page can be read where it is chosen, too.
func TestSoftAccent(t *testing.T) {
	for _, accent := range []string{"#767676", "#0000ff", "#b30000", "#6b6b00"} {
		light := palette{"light", map[string]rgb{}, nil}
		css, err := fs.ReadFile(templates.FS, "assets/handbook.css")
		if err != nil {
			t.Fatal(err)
		}
		themeColours(string(css), light.theme, map[string]rgb{})
		light.theme["accent"] = rgbOf(accent)
		if light.contrast("accent", light.theme["bg"]) < readable {
			continue
		}
		if soft := light.soften(); light.contrast("accent", soft) < readable {
			t.Errorf("%s on %s has a contrast of %.2f", accent, hexOf(soft), light.contrast("accent", soft))
		}
	}
}

func TestAllows(t *testing.T) {
	p := newPolicy([]config.Source{{Directive: "script-src", Value: config.Value{Text: "https://a.example"}},
		{Directive: "script-src", Value: config.Value{Text: "https://*.b.example"}}, {Directive: "script-src", Value: config.Value{Text: "https://c.example/js/"}}})
	for to, want := range map[string]bool{
		"https://a.example/x.js": true, "//a.example/x.js": true, "http://a.example/x.js": false, "https://a.example.evil/x.js": false,
		"https://x.b.example/x.js": true, "https://b.example/x.js": false, "https://c.example/js/x.js": true, "https://c.example/x.js": false, "x.js": false,
	} {
		if got := p.Allows("script-src", to); got != want {
			t.Errorf("%s: %v", to, got)
		}
	}
	if p.Allows("style-src", "https://a.example/x.css") {
		t.Error("what is allowed for scripts is allowed for styles")
	}
}
