package html

import (
	"errors"
	"image"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/locale"
	"handbook/templates"
)

// A fakeSite has one file, there.md, and one image.
type fakeSite struct{}

func (fakeSite) Link(from *content.Page, dest string, image bool) (string, *content.Error) {
	switch dest {
	case "there.md", "pic.png":
		return "up/" + dest, nil
	case "a.png":
		return dest, nil
	}
	if strings.Contains(dest, ":") {
		return dest, nil
	}
	return "", &content.Error{Msg: "not there"}
}

func (fakeSite) Size(from *content.Page, dest string) (image.Point, bool) {
	return image.Pt(3, 2), dest == "pic.png"
}

func fakePage(t *testing.T, text string) *content.Page {
	t.Helper()
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(text)}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	return site.Pages[0]
}

func english(t *testing.T) *locale.Locale {
	t.Helper()
	b, err := fs.ReadFile(templates.FS, "strings/"+locale.Definition)
	if err != nil {
		t.Fatal(err)
	}
	def := locale.File{Name: locale.Definition, Source: b}
	words, err := locale.New("en", def, def)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func TestWrite(t *testing.T) {
	p := fakePage(t, "# A `title`\n\n[x](there.md) ![y](pic.png)\n\n## Part\n\nDuration: 2 min\n\n### Deeper\n\nNAME `is NAME`\n\n<iframe>\n")
	d, err := Write(p, content.Status{}, fakeSite{}, Settings{Contents: 3, Words: english(t), Placeholders: config.Placeholders{"NAME": "ann"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="up/there.md">x</a>`, `<img src="up/pic.png" alt="y" width="3" height="2"`,
		`<p class="minutes" data-minutes="2">2 minutes</p>`, `NAME <code>is <span class="ph" data-ph="NAME">NAME</span></code>`, "&lt;iframe&gt;"} {
		if !strings.Contains(string(d.Body), want) {
			t.Errorf("no %s in\n%s", want, d.Body)
		}
	}
	if d.Heading != "A <code>title</code>" || strings.Contains(string(d.Body), "<h1") {
		t.Errorf("heading %q, body\n%s", d.Heading, d.Body)
	}
	if d.Minutes != 2 || d.Picture != "pic.png" || d.Unsafe || d.Script != nil {
		t.Errorf("%+v", d)
	}
	if len(d.Contents) != 1 || len(d.Contents[0].Headings) != 1 || d.Contents[0].Headings[0].ID != "deeper" {
		t.Errorf("contents %+v", d.Contents)
	}
	d, err = Write(p, content.Status{}, fakeSite{}, Settings{Words: english(t), Unsafe: true})
	if err != nil || !d.Unsafe || !strings.Contains(string(d.Body), "<iframe>") {
		t.Errorf("%v, %+v", err, d)
	}
}

// Problems of links are placed where their destinations stand.
func TestWriteProblems(t *testing.T) {
	_, err := Write(fakePage(t, "One [a](gone.md)\n\n> ![b](gone.png)\n"), content.Status{}, fakeSite{}, Settings{Words: english(t)})
	var all content.Errors
	if want := "content/p.md:1:9: not there\ncontent/p.md:3:8: not there"; !errors.As(err, &all) || err.Error() != want {
		t.Errorf("%v, want\n%s", err, want)
	}
}

// body is the HTML of a page with these settings.
func body(t *testing.T, text string, s Settings) (*Document, string) {
	t.Helper()
	s.Words = english(t)
	if !strings.HasPrefix(text, "---\n") {
		text = "---\ntitle: T\n---\n" + text
	}
	d, err := Write(fakePage(t, text), content.Status{}, fakeSite{}, s)
	if err != nil {
		t.Fatal(err)
	}
	return d, string(d.Body)
}

// What stands in Markdown as GitHub has it becomes more than GitHub makes of it.
func TestBlocks(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"an alert with a title", "> [!TIP] Use *this* `x`\n> text\n", `<div class="alert tip" role="note"><p class="alert-title"><span class="hidden">Tip: </span>Use <em>this</em> <code>x</code></p>` + "\n<p>text</p>\n</div>\n"},
		{"an alert of nothing but a title", "> [!note] Title\n", `<div class="alert note" role="note"><p class="alert-title"><span class="hidden">Note: </span>Title</p>` + "\n</div>\n"},
		{"an alert without a title", "> [!NOTE]\n> text\n", `<div class="alert note" role="note"><p class="alert-title">Note</p>` + "\n<p>text</p>\n</div>\n"},
		{"no alert", "> [!NOTE]x\n> text\n", "<blockquote>\n<p>[!NOTE]x\ntext</p>\n</blockquote>\n"},
		{"a caption", "![alt](a.png \"A <b>\")\n", `<figure class="picture"><img src="a.png" alt="alt" loading="lazy" decoding="async"><figcaption>A &lt;b&gt;</figcaption></figure>` + "\n"},
		{"a title within text", "x ![alt](a.png \"T\")\n", `<p>x <img src="a.png" alt="alt" loading="lazy" decoding="async" title="T"></p>` + "\n"},
		{"a link to another host", "[a](https://a.example/) https://b.example [c](https://own.example/x) [d](mailto:a@b.example)\n",
			`<p><a href="https://a.example/" rel="external">a</a> <a href="https://b.example" rel="external">https://b.example</a> <a href="https://own.example/x">c</a> <a href="mailto:a@b.example">d</a></p>` + "\n"},
		{"a tree", "```tree {2} title=\"T\"\na/\n  b.go   # a <remark>\nc\n```\n",
			`<figure class="tree" id="hb-s1"><figcaption>T</figcaption><ul dir="ltr"><li class="folder"><span>a/</span><ul dir="ltr"><li class="hl"><span>b.go</span> <small dir="auto">a &lt;remark&gt;</small></li></ul></li><li><span>c</span></li></ul></figure>` + "\n"},
		{"a tree as tree prints it", "```tree\n.\n├── a\n│   ├── b\n│   └── c d\n└── e\n\n2 directories, 3 files\n```\n",
			`<figure class="tree" id="hb-s1"><ul dir="ltr"><li class="folder"><span>.</span><ul dir="ltr"><li class="folder"><span>a</span><ul dir="ltr"><li><span>b</span></li><li><span>c d</span></li></ul></li><li><span>e</span></li></ul></li></ul></figure>` + "\n"},
		{"a tree in ASCII", "```tree\na\n|-- b\n|   `-- c\n`-- d\n```\n",
			`<figure class="tree" id="hb-s1"><ul dir="ltr"><li class="folder"><span>a</span><ul dir="ltr"><li class="folder"><span>b</span><ul dir="ltr"><li><span>c</span></li></ul></li><li><span>d</span></li></ul></li></ul></figure>` + "\n"},
	} {
		if _, got := body(t, c.in, Settings{Host: "own.example"}); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// Tables of contents go as deep as the site or the page says.
func TestContentsDepth(t *testing.T) {
	const text = "# T\n\n#### Z\n\n## A {#own}\n\n#### B\n\n### C\n\n#### D\n\n## E\n"
	show := func(list []Heading) string {
		var b strings.Builder
		var add func(list []Heading)
		add = func(list []Heading) {
			for _, h := range list {
				b.WriteString("(" + h.ID)
				add(h.Headings)
				b.WriteString(")")
			}
		}
		add(list)
		return b.String()
	}
	for depth, want := range map[int]string{0: "", 2: "(own)(e)", 3: "(own(c))(e)", 4: "(z)(own(b)(c(d)))(e)"} {
		d, _ := body(t, text, Settings{Contents: depth})
		if got := show(d.Contents); got != want {
			t.Errorf("%d: %s, want %s", depth, got, want)
		}
	}
	if d, _ := body(t, "---\ntitle: T\ncontents: 2\n---\n"+text, Settings{Contents: 4}); show(d.Contents) != "(own)(e)" {
		t.Errorf("the page's own depth: %s", show(d.Contents))
	}
}

// Diagrams stand on the page as text, marked for the script that draws them where
// the site has a copy of mermaid.
func TestDiagrams(t *testing.T) {
	const fence = "```mermaid\n%% a remark\nflowchart LR\n  A --> B\n```\n"
	d, got := body(t, fence, Settings{Diagrams: true})
	if !d.Diagrams || !strings.Contains(got, `<figure class="code diagram" id="hb-s1">`) || !strings.Contains(got, "flowchart LR") || d.Notes != nil {
		t.Errorf("%v %s %v", d.Diagrams, got, d.Notes)
	}
	if !strings.Contains(string(d.Twin), fence) {
		t.Errorf("the page as Markdown: %s", d.Twin)
	}
	d, got = body(t, fence+"\n"+fence, Settings{})
	if d.Diagrams || strings.Contains(got, "diagram\"") || len(d.Notes) != 1 || !strings.Contains(d.Notes.Error(), "content/p.md:4:1: the diagram is shown as text: the site names no copy of mermaid.") {
		t.Errorf("%v %s %v", d.Diagrams, got, d.Notes)
	}
	for in, want := range map[string]string{
		"flowchat LR\n  A --> B\n":                     `content/p.md:5:1: mermaid has no diagram "flowchat" (did you mean "flowchart"?)`,
		"---\ntitle: x\n---\n%% a\n\nsequencDiagram\n": `content/p.md:10:1: mermaid has no diagram "sequencDiagram" (did you mean "sequenceDiagram"?)`,
		"":                             "content/p.md:4:1: the diagram is empty",
		"%% nothing\n":                 "content/p.md:4:1: the diagram is empty",
		"aNewKindOfDiagram\n":          "",
		"%%{init: {}}%%\npie\n":        "",
		"gitGraph:\n  commit\n":        "",
		"graph TD;A-->B\n":             "",
		"stateDiagram-v2\n  a --> b\n": "",
	} {
		d, _ := body(t, "```mermaid\n"+in+"```\n", Settings{Diagrams: true})
		if got := d.Notes.Error(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTakenID(t *testing.T) {
	d, _ := body(t, "# T\n\n## A {#x}\n\n## B {#x}\n\n## C {#hb-menu}\n", Settings{})
	want := "content/p.md:8:4: the id {#x} is that of a heading above, so this one has the id \"b\"\ncontent/p.md:10:4: the id {#hb-menu} may be one of the theme's own, which begin with hb-"
	if got := d.Notes.Error(); got != want {
		t.Errorf("%s", got)
	}
}
