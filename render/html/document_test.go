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
	d, err := Write(p, content.Status{}, fakeSite{}, Settings{Words: english(t), Placeholders: config.Placeholders{"NAME": "ann"}})
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
