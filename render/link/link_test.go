package link_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/render"
)

// TestLinkErrors renders pages whose links lead somewhere, or nowhere.
func TestLinkErrors(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"page", "Text, [x](other.md).", ""},
		{"page by its address", "[x](other/)", ""},
		{"page without its ending", "[x](other)", ""},
		{"anchor", "[x](other.md#a-place)", ""},
		{"anchor here", "## Top\n\n[x](#top)", ""},
		{"top of the page", "[x](#)", ""},
		{"file", "[x](notes.txt)", ""},
		{"folder", "[x](sub/)", ""},
		{"in a folder", "[x](sub/deep.md) and [y](/sub/deep.md)", ""},
		{"raw anchor", "<a id=\"here\"></a>\n\n[x](#here)", ""},
		{"web", "[x](https://example.org/a?b#c) <mailto:a@example.org>", ""},
		{"escaped", `[x](with%20space.txt) [y](<with space.txt>)`, ""},
		{"raw link", `<a href="other.md">x</a>`, ""},
		{"image", "![x](dot.png)", ""},

		{"no page", "Text, [x](othr.md).", `content/p.md:1:11: link to "othr.md": no such page (did you mean "other.md"?)`},
		{"no page, far from any", "[x](nothing-like-it.md)", `content/p.md:1:5: link to "nothing-like-it.md": no such page`},
		{"a host", "[x](www.example.org)", `content/p.md:1:5: link to "www.example.org": no such page or file (did you mean "https://www.example.org"?)`},
		{"no file", "[x](note.txt)", `content/p.md:1:5: link to "note.txt": no such page or file (did you mean "notes.txt"?)`},
		{"no anchor", "[x](other.md#a-plac)", `content/p.md:1:5: link to "other.md#a-plac": content/other.md has no anchor "a-plac" (did you mean "#a-place"?)`},
		{"no anchor here", "[x](#nowhere)", `content/p.md:1:5: link to "#nowhere": the page has no anchor "nowhere"`},
		{"no image", "![x](dto.png)", `content/p.md:1:6: image "dto.png": no such file (did you mean "dot.png"?)`},
		{"image elsewhere", "![x](https://example.org/x.png)", `content/p.md:1:6: image "https://example.org/x.png" lies on another host`},
		{"out of the site", "[x](../up.md)", `content/p.md:1:5: link to "../up.md" leads out of the site`},
		{"draft", "[x](draft.md)", `content/p.md:1:5: link to "draft.md": that page is a draft`},
		{"script", "[x](javascript:alert(1))", `content/p.md:1:5: link to "javascript:alert(1)": scheme "javascript" is not allowed`},
		{"data", "[x](data:text/html,x)", `content/p.md:1:5: link to "data:text/html,x": scheme "data" is not allowed`},
		{"by reference", "one\n\ntwo [x][r]\n\n[r]: othr.md", `content/p.md:3:5: link to "othr.md": no such page (did you mean "other.md"?)`},
		{"in a list", "- one\n  - [y](othr.md)", `content/p.md:2:9: link to "othr.md": no such page (did you mean "other.md"?)`},
		{"like its text", "[othr.md](othr.md)", `content/p.md:1:11: link to "othr.md": no such page (did you mean "other.md"?)`},
		{"raw", "Text\n<a href=\"othr.md\">x</a>", `content/p.md:2:10: link to "othr.md": no such page (did you mean "other.md"?)`},
		{"raw image", `<img src="http://example.org/x.gif">`, `content/p.md:1:11: image "http://example.org/x.gif" lies on another host`},
		{"two at once", "[x](a.b.c.md)\n[y](#z)", "content/p.md:1:5: link to \"a.b.c.md\": no such page\n" +
			"content/p.md:2:5: link to \"#z\": the page has no anchor \"z\""},
		{"annotate", "```python annotate\nx  # (1)\n```\n\ntext", "content/p.md:1:11: annotate: expected an ordered list after the snippet"},
		{"unmarked", "```python annotate\nx  # (1)\n```\n\n1. one\n2. two", `content/p.md:6:1: no line of the snippet is marked "# 2)" or "# (2)"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range map[string]string{
				"p.md": test.in, "other.md": "# Other\n\n## A place", "notes.txt": "n", "with space.txt": "s", "dot.png": "p",
				"draft.md": "---\ndraft: true\n---\n", "sub/deep.md": "# Deep",
			} {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			site, err := content.Load(fsys, "content")
			if err != nil {
				t.Fatal(err)
			}
			_, err = render.Site(site, nil, render.Options{})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			var all content.Errors
			if err != nil && !errors.As(err, &all) {
				t.Errorf("%T, expected content.Errors", err)
			}
		})
	}
}
