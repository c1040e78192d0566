package outline

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
)

func TestOutwards(t *testing.T) {
	site, err := content.Load(fstest.MapFS{
		"handbook.yaml": {Data: []byte("nav: [{title: Out, url: 'https://example.org/nav'}, {title: In, url: p.md}]\n")},
		"p.md": {Data: []byte("# P\n\n[a](https://example.org/a?b&amp;c#d) <http://example.org/auto> https://example.org/bare\n" +
			"[r][ref] [m](mailto:a@example.org) [in](other.md)\n\n- one\n  - [deep](https://example.org/deep)\n\n" +
			"<p><a href=\"https://example.org/raw\">x</a></p>\n\n```text\nhttps://example.org/code\n```\n\n[ref]: <https://example.org/r e f>\n")},
		"other.md": {Data: []byte("---\ndraft: true\n---\n[x](//example.org/no-scheme) [y](https://example.org/a)\n")},
	}, "content")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range Outwards(site) {
		got = append(got, fmt.Sprint(l.Pos, " ", l.URL))
	}
	want := []string{
		"content/handbook.yaml:1:8 https://example.org/nav",
		"content/other.md:4:34 https://example.org/a",
		"content/p.md:3:5 https://example.org/a?b&c#d",
		"content/p.md:3:38 http://example.org/auto",
		"content/p.md:3:63 https://example.org/bare",
		"content/p.md:4:1 https://example.org/r e f",
		"content/p.md:7:12 https://example.org/deep",
		"content/p.md:9:13 https://example.org/raw",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s\n%s", diff, strings.Join(got, "\n"))
	}
}
