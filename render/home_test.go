package render

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
)

// rendered renders pages with a theme whose page.html is the text.
func rendered(t *testing.T, page string, pages map[string]string) Files {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range pages {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	site, err := content.Load(fsys, "content")
	if err != nil {
		t.Fatal(err)
	}
	files, err := Site(site, nil, Options{Theme: fstest.MapFS{"page.html": {Data: []byte(page)}}})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Previous and next pages are those of the section.
func TestAround(t *testing.T) {
	files := rendered(t, `{{with .Prev}}{{.URL}}{{end}} | {{with .Next}}{{.URL}}{{end}}`, map[string]string{
		"index.md":              "# Home\n",
		"labs/index.md":         "---\nweight: 1\n---\n# Labs\n",
		"labs/1.md":             "---\nweight: 1\n---\n# One\n",
		"labs/2.md":             "---\nweight: 2\n---\n# Two\n",
		"labs/more/index.md":    "---\nweight: 3\n---\n# More\n",
		"labs/more/3.md":        "# Three\n",
		"guides/a.md":           "# A\n",
		"guides/b.md":           "# B\n",
		"glossary.md":           "---\nweight: 9\n---\n# Glossary\n",
		"about/deep/er/only.md": "# Only\n",
	})
	for name, want := range map[string]string{
		"index.html":                    " | glossary/index.html",
		"labs/index.html":               " | 1/index.html",
		"labs/1/index.html":             "../index.html | ../2/index.html",
		"labs/2/index.html":             "../1/index.html | ../more/index.html",
		"labs/more/index.html":          "../2/index.html | 3/index.html",
		"labs/more/3/index.html":        "../index.html | ",
		"guides/a/index.html":           " | ../b/index.html",
		"guides/b/index.html":           "../a/index.html | ",
		"glossary/index.html":           "../index.html | ",
		"about/deep/er/only/index.html": " | ",
	} {
		if got := string(files[name]); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// The home page starts with the first lab and lists every part of the site once.
func TestHome(t *testing.T) {
	const home = `{{with .Start}}start {{.URL}}{{end}}{{range .Children}} {{.URL}}{{end}}`
	lab := "---\nlab: {}\n---\n# Lab\n"
	few := map[string]string{"index.md": "# Home\n", "labs/index.md": "---\nweight: 1\n---\n# Labs\n", "labs/1.md": lab, "labs/2.md": lab,
		"guides/index.md": "---\nweight: 2\n---\n# Guides\n", "guides/a.md": "# A\n", "guides/b.md": lab,
		"more/index.md": "---\nweight: 3\n---\n# More\n", "more/x.md": "# X\n", "z.md": "---\nweight: 4\n---\n# Z\n"}
	want := "start labs/1/index.html labs/1/index.html labs/2/index.html guides/index.html more/index.html z/index.html"
	if diff := cmp.Diff(want, string(rendered(t, home, few)["index.html"])); diff != "" {
		t.Error(diff)
	}
	delete(few, "index.md") // then the page is generated
	if diff := cmp.Diff(want, string(rendered(t, home, few)["index.html"])); diff != "" {
		t.Error(diff)
	}
	for i := range homeLabs + 1 {
		few[fmt.Sprintf("labs/%02d.md", i)] = lab
	}
	if got := string(rendered(t, home, few)["index.html"]); !strings.HasPrefix(got, "start labs/00/index.html labs/index.html guides/") {
		t.Errorf("with many labs: %s", got)
	}
	if got := string(rendered(t, home, map[string]string{"a.md": "# A\n"})["index.html"]); got != " a/index.html" {
		t.Errorf("without a lab: %s", got)
	}
}
