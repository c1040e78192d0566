package render

import (
	"testing"
)

// Whatever wants the same place, on any file system, is named with what has it.
func TestNames(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"search.js", "x.md", `content/search.js: published as "search.js", as is handbook's own search.js`},
		{"search.js.md", "x.md", `content/search.js.md: published as "search.js/index.html", which cannot stand beside "search.js": that is handbook's own search.js`},
		{"Foo.md", "foo.md", `content/foo.md: published as "foo.md", which cannot stand beside "Foo.md": that is content/Foo.md`},
		{"caf\u00e9.md", "cafe\u0301.md", "content/caf\u00e9.md: published as \"caf\\u00e9.md\", which cannot stand beside \"cafe\\u0301.md\": that is content/cafe\u0301.md"},
		{"stra\u00dfe.png", "STRASSE.png", "content/stra\u00dfe.png: published as \"stra\u00dfe.png\", which cannot stand beside \"STRASSE.png\": that is content/STRASSE.png"},
		{"a.md", "a/index.md", `content/a.md: published as "a/index.html", as is content/a/index.md`},
		{"a", "a.md", `content/a: published as "a", which cannot stand beside "a/index.html": that is content/a.md`},
		{"a/index.html", "a.md", `content/a/index.html: published as "a/index.html", as is content/a.md`},
		{"404.html", "x.md", `content/404.html: published as "404.html", as is handbook's own 404.html`},
		{"tags/index.md", "x.md", `content/tags/index.md: published as "tags/index.html", as is handbook's own tags/index.html`},
		{"a.md.gz", "a.md", `content/a.md.gz: published as "a.md.gz", which cannot stand beside "a.md": that is content/a.md`},
		{"robots.txt.br", "x.md", `content/robots.txt.br: published as "robots.txt.br", which cannot stand beside "robots.txt": that is handbook's own robots.txt`},
		{"a.csv", "a.csv.gz", ""},
		{"b.md", "B.png", ""},
		{"robots.txt", "x.md", ""},
		{"javascript:alert(1).md", "x.md", ""},
	} {
		files := map[string]string{c.a: "1", c.b: "2", "tagged.md": "---\ntags: [t]\n---\n# Tagged"}
		_, err := Site(load(t, files), nil, Options{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s and %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
	files, err := Site(load(t, map[string]string{"robots.txt": "User-agent: x"}), nil, Options{})
	if err != nil || string(files["robots.txt"]) != "User-agent: x" {
		t.Errorf("the site's own robots.txt: %s, %v", files["robots.txt"], err)
	}
}
