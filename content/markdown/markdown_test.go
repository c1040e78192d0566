package markdown

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"3) Build & run": "3-build--run", "A_b-C": "a_b-c", "Ünïcode ok?": "ünïcode-ok", "日本 語": "日本-語", "`code` x": "code-x",
	} {
		if got := Slug(in); got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"*a* **b** `c` ~~d~~", "a b c d"},
		{"[a *b*](x.md \"t\") ![c](d.png)", "a b c"},
		{"a\nb  \nc", "a b c"},
		{"&amp; &lt;x&gt; &#228; \\* &nope;", "& <x> ä * &nope;"},
		{"<https://example.org> a<br>b", "https://example.org ab"},
		{"`&amp; \\*`", "&amp; \\*"},
	} {
		src := []byte(c.in)
		doc, _ := Parse(src, 0)
		if got := PlainText(doc, src); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestHeadingIDs(t *testing.T) {
	src := []byte("# A *b*\n\n## A b\n\n## a-b-1\n\n## A b\n\n## !\n\n## ?\n\n> ## In `code`\n")
	doc, _ := Parse(src, 0)
	var ids []string
	for n := range Walk(doc) {
		if id, ok := n.AttributeString("id"); ok {
			ids = append(ids, string(id.([]byte)))
		}
	}
	if got := strings.Join(ids, " "); got != "a-b a-b-1 a-b-1-1 a-b-2  -1 in-code" {
		t.Errorf("%q", got)
	}
}

// An author can give a heading an id. Other headings get out of its way.
func TestOwnIDs(t *testing.T) {
	for _, c := range []struct{ in, ids, texts string }{
		{"## A b {#x}\n", "x", "A b"},
		{"## A b {#x} ##\n", "x", "A b"},
		{"## x\n\n## B {#x}\n", "x-1 x", "x|B"},
		{"## A {#x}\n\n## B {#x}\n", "x b", "A|B"},
		{"A *b* {#with_an-id.2:3}\n===\n", "with_an-id.2:3", "A b"},
		{"## `{#x}`\n", "x", "{#x}"},
		{"## A {#}\n", "a-", "A {#}"},
		{"## A{#x}\n", "ax", "A{#x}"},
		{"## A {x}\n", "a-x", "A {x}"},
		{"## {#x}\n", "x", "{#x}"},
		{"## Grüße {#grüße-1}\n", "grüße-1", "Grüße"},
	} {
		src := []byte(c.in)
		doc, _ := Parse(src, 0)
		var ids, texts []string
		for n := range Walk(doc) {
			if h, ok := n.(*ast.Heading); ok {
				ids, texts = append(ids, HeadingID(h)), append(texts, PlainText(h, src))
			}
		}
		if strings.Join(ids, " ") != c.ids || strings.Join(texts, "|") != c.texts {
			t.Errorf("%q: %q %q, want %q %q", c.in, ids, texts, c.ids, c.texts)
		}
	}
}
