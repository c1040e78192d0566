package assist

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/content/record"
	"handbook/render"
)

// at returns the place marked by "|" in one of the files, which the others stand
// beside.
func at(t *testing.T, name, text string) *Place {
	t.Helper()
	before, after, ok := strings.Cut(text, "|")
	if !ok {
		t.Fatalf("no | in %q", text)
	}
	text = before + after
	result := &content.Record{Format: record.Format, Page: "lab.md", Results: content.Results{
		Machine: content.RecordMachine{Platform: "linux/amd64"},
		Snippets: []content.SnippetResult{
			{Number: 1, Kind: "file", Verdict: content.Passed, File: "app.py"},
			{Number: 2, Kind: "shell", Verdict: content.Passed, Commands: []content.CommandResult{{Text: "echo hi student", Seconds: 1.5, Output: []string{"\x1b[1mhi\x1b[0m student"}}}},
		},
		Images: []content.Image{{Ref: "app:1.0", ID: "sha256:x", Unpacked: 130_000_000, Layers: []content.Layer{{Instruction: "COPY", Bytes: 5}}, Origin: content.Origin{Snippet: 1}}},
	}}
	fsys := fstest.MapFS{
		"handbook.yaml":   {Data: []byte("title: T\nplaceholders: {YOUR_NAME: student}\n")},
		"index.md":        {Data: []byte("# Home\n\n## Two words\n")},
		"sub/other.md":    {Data: []byte("---\ntitle: '![x](https://evil.example/x.png) <img src=y>'\n---\n# Other\n")},
		"lab.md":          {Data: []byte("---\nlab: {}\n---\n# Lab\n")},
		"lab.record.json": {Data: record.Encode(result)},
		"first.md":        {Data: []byte("---\nlab: {}\n---\n# First\n")},
		"logo.png":        {Data: []byte("x")},
		"sample.py":       {Data: []byte("x")},
	}
	fsys[name] = &fstest.MapFile{Data: []byte(text)}
	site, err := content.Load(fsys, "content")
	if site == nil {
		t.Fatal(err)
	}
	var c render.Checker
	if _, err := c.Check(site, nil, render.Options{Drafts: true}); err != nil {
		t.Log(err)
	}
	line := strings.Count(before, "\n")
	return &Place{Site: site, Targets: c.Targets(), Page: site.Page(name), Lines: strings.Split(text, "\n"), Line: line, Col: len(before) - strings.LastIndex(before, "\n") - 1}
}

const (
	front = "---\nlab: {}\n---\n"
	app   = front + "\n```python file=app.py\nx\n```\n\n"
)

func TestComplete(t *testing.T) {
	for _, c := range []struct{ name, text, replaced, want string }{
		{"lab.md", app + "```ba|", "ba", "bash"},
		{"lab.md", app + "```|", "", "bash build-steps console image-layers image-sizes mermaid output sh shell text tree diff"},
		{"lab.md", app + "```bash ti|\n```", "ti", "timeout= title="},
		{"lab.md", app + "```bash exit=1 exi|\n```", "exi", ""},
		{"lab.md", app + "```bash st|\n```", "st", "stay"},
		{"lab.md", app + "```bash term=|\n```", "", "1 2"},
		{"lab.md", app + "```bash tty=n|\n```", "n", "no"},
		{"lab.md", app + "```diff file=|\n```", "", "app.py"},
		{"lab.md", app + "``` include=|\n```", "", "app.py logo.png sample.py"},
		{"lab.md", app + "```python fi|\n```", "fi", "file="},
		{"lab.md", app + "```bash\necho YO|\n```", "YO", "YOUR_NAME"},
		{"lab.md", app + "```bash\necho | x\n```", "", ""},
		{"lab.md", app + "```image-sizes\nap|\n```", "ap", "app:1.0"},
		{"lab.md", app + "```bash\ntrue\n```|", "", ""},
		{"lab.md", app + "see [x](|)", "", "index.md first.md sub/other.md logo.png sample.py cached: context: download: layers: size: time:"},
		{"lab.md", app + "see [x](su|", "su", "sub/other.md"},
		{"lab.md", app + "see [x](index.md#t|)", "t", "two-words"},
		{"lab.md", app + "see [x](size:a|)", "a", "app:1.0"},
		{"lab.md", app + "see ![x](|)", "", "logo.png sample.py"},
		{"sub/other.md", "# Other\n\n[x](../in|)", "../in", "../index.md"},
		{"sub/other.md", "# Other\n\nWords, and more|", "", ""},
		{"lab.md", "---\nti|\n---\n", "ti", "title: "},
		{"lab.md", "---\nlab:\n  ne|\n---\n", "ne", "network: "},
		{"lab.md", "---\nlab: {dir: ~/x, ne|}\n---\n", "ne", "network: "},
		{"lab.md", "---\nlab: {network: |}\n---\n", "", "open none"},
		{"lab.md", "---\nlab:\n  network: o|\n---\n", "o", "open"},
		{"lab.md", "---\nlab:\n  after: |\n---\n", "", "first.md"},
		{"lab.md", "---\ndraft: |\n---\n", "", "false true"},
		{"lab.md", "---\ndr|", "dr", "draft: "},
		{"handbook.yaml", "mach|", "mach", "machine:"},
		{"handbook.yaml", "machine:\n  docker: [29, |]", "", "29 28 26"},
		{"handbook.yaml", "machine:\n  memory: 4g\n  di|", "di", "disk: "},
		{"handbook.yaml", "machine:\n  engines:\n    27: {im|", "im", "image: "},
		{"handbook.yaml", "nav:\n  - title: A\n    u|", "u", "url: "},
		{"handbook.yaml", "nav:\n- ti|", "ti", "title: "},
		{"handbook.yaml", "html: |", "", "github unsafe"},
		{"handbook.yaml", "title: a\n|", "", "clones: colors: contents: csp: css: description: env: footer: head: html: js: language: logo: machine: mermaid: nav: patterns: placeholders: repository: scripts: title: url: "},
	} {
		p := at(t, c.name, c.text)
		items, span := p.Complete()
		var texts []string
		for _, i := range items {
			texts = append(texts, i.Text)
		}
		line, _ := p.text()
		if got, replaced := strings.Join(texts, " "), line[span.Start:span.End]; !same(got, c.want) || replaced != c.replaced {
			t.Errorf("%q: %q in place of %q, want %q in place of %q", c.text, got, replaced, c.want, c.replaced)
		}
	}
}

// Titles of pages are text where editors show Markdown, which loads pictures.
func TestCompleteTitle(t *testing.T) {
	items, _ := at(t, "lab.md", app+"see [x](sub|)").Complete()
	if len(items) != 1 || items[0].About != `\!\[x\](https://evil.example/x.png) \<img src=y\>` {
		t.Errorf("%+v", items)
	}
}

// So are the values of placeholders, which a page may set.
func TestCompletePlaceholder(t *testing.T) {
	items, _ := at(t, "lab.md", "---\nlab: {placeholders: {YOUR_NAME: '![x](https://evil.example/x.png)'}}\n---\n# Lab\n\n```bash\necho YOUR|\n```\n").Complete()
	if len(items) != 1 || items[0].About != "runs with `![x](https://evil.example/x.png)`" {
		t.Errorf("%+v", items)
	}
}

// In a line of a million brackets nothing is offered. Were each looked for from each
// other, that would take hours.
func TestManyBrackets(t *testing.T) {
	text := "---\ntags: " + strings.Repeat("[", 1_000_000) + " x|"
	if items, _ := at(t, "lab.md", text).Complete(); len(items) != 0 {
		t.Errorf("%+v", items)
	}
	if got, _ := at(t, "lab.md", text+":\n---\n").Hover(); got != "" {
		t.Errorf("%q", got)
	}
}

// same compares lists of words; a blank behind a colon is none of them.
func same(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

func TestHover(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{ // want: the beginning
		{"lab.md", app + "```bash exi|t=1\n```", "`exit=1`: the exit status"},
		{"lab.md", app + "```ba|sh exit=1\n```", ""},
		{"lab.md", app + "```bash\nech|o hi YOUR_NAME\n```", "Took 1.5 s, before the page was changed:\n\n```text\nhi student\n```"},
		{"lab.md", app + "```bash\necho hi YOUR_N|AME\n```", "The lab runs with `student`."},
		{"lab.md", app + "```bash\necho other|\n```", "The record has no such command"},
		{"lab.md", app + "```image-sizes\napp|:1.0\n```", "`app:1.0`: 130 MB unpacked, 1 layer"},
		{"lab.md", app + "has [1|](size:app:1.0) of", "Measured: 130 MB, the sum of the image's layers"},
		{"lab.md", app + "has [1|](size:other) of", "Not measured yet: "},
		{"lab.md", app + "see [x](ind|ex.md)", "`index.md`: Home"},
		{"lab.md", app + "see [x](sub/ot|her.md)", "`sub/other.md`: " + `\!\[x\](https://evil.example/x.png) \<img src=y\>`},
		{"lab.md", app + "plain| text", ""},
		{"lab.md", "---\nlab: {net|work: none}\n---\n", "`open`, or `none`"},
		{"handbook.yaml", "machine:\n  runt|ime: x", "such as `runtime: sysbox-runc`"},
	} {
		p := at(t, c.name, c.text)
		got, _ := p.Hover()
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestDefinition(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"lab.md", app + "see [x](index.md#two-wo|rds)", "index.md:3"},
		{"lab.md", app + "see [x](sub/ot|her/)", "sub/other.md:1"},
		{"lab.md", app + "see [x|](logo.png)", "logo.png:1"},
		{"lab.md", app + "see [x](#la|b)\n\n# Lab\n", "lab.md:11"},
		{"lab.md", app + "see [x](gone.md|)", ""},
		{"lab.md", app + "``` include=ap|p.py\n```", "lab.md:5"},
		{"lab.md", app + "``` include=sample.p|y\n```", "sample.py:1"},
		{"lab.md", app + "```diff file=app|.py\n```", "lab.md:5"},
		{"lab.md", app + "```bash te|rm=2\n```", ""},
		{"lab.md", "---\nl|ab: {}\n---\n", "lab.record.json:1"},
		{"first.md", "---\nl|ab: {}\n---\n", ""},
		{"lab.md", "---\nlab:\n  after: fir|st.md\n---\n", "first.md:1"},
	} {
		got := ""
		if to, ok := at(t, c.name, c.text).Definition(); ok {
			got = fmt.Sprintf("%s:%d", to.Name, to.Line+1)
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestRename(t *testing.T) {
	text := app + "```diff file=app.py\n@@\n```\n\n``` include=app.py#x\n```\n\n```bash\npython app.py\n```\n\n```text file=\"b.txt\"\n```\n"
	p := at(t, "lab.md", strings.Replace(text, "file=app", "file=a|pp", 1))
	name, span, err := p.Renames()
	if err != nil || name != "app.py" || span != (Span{4, 15, 21}) {
		t.Errorf("%q %v %v", name, span, err)
	}
	edits, err := p.Rename("main.py")
	if want := []Edit{{Span{4, 15, 21}, "main.py"}, {Span{8, 13, 19}, "main.py"}, {Span{12, 12, 18}, "main.py"}}; err != nil || !slices.Equal(edits, want) {
		t.Errorf("%v %v", edits, err)
	}
	for name, want := range map[string]error{"../x": ErrBadName, "a b": ErrBadName, "": ErrBadName, "b.txt": ErrTaken} {
		if _, err := p.Rename(name); err != want {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := at(t, "lab.md", app+"```bash\npython a|pp.py\n```").Rename("x"); err != ErrNoFile {
		t.Error(err)
	}
}

func TestSymbols(t *testing.T) {
	p := at(t, "lab.md", front+"# Lab\n\n## One\n\n```bash\necho 1\n```\n\n### Deep\n\n## Two\n\n```python file=a.py\nx\n```\n|")
	var b strings.Builder
	var write func(all []*Symbol, indent string)
	write = func(all []*Symbol, indent string) {
		for _, s := range all {
			fmt.Fprintf(&b, "%s%s %d-%d\n", indent, s.Name, s.Line+1, s.End+1)
			write(s.Inner, indent+"  ")
		}
	}
	write(Symbols(p.Page), "")
	want := "Lab 4-18\n  One 6-12\n    echo 1 8-10\n    Deep 12-12\n  Two 14-18\n    a.py 16-18\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}
