package render

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// TestThemingGuide renders a site with what the guide to theming has to copy,
// and looks up every field and template that it names.
func TestThemingGuide(t *testing.T) {
	b, err := os.ReadFile("../content/guides/theming.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(b)
	site := t.TempDir()
	if err := os.CopyFS(site, os.DirFS("testdata/site")); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(path.Dir(path.Join(site, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path.Join(site, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("about.md", "# About\n")
	for _, name := range []string{"logo.svg", "logo-dark.svg", "own.js", "our-sans.woff2"} {
		put("assets/"+name, "<svg/>")
	}
	for _, m := range regexp.MustCompile("(?s)```[a-z]+ title=\"content/([^\"]+)\"\n(.*?)```").FindAllStringSubmatch(guide, -1) {
		put(m[1], m[2])
	}
	theme := fstest.MapFS{}
	for _, m := range regexp.MustCompile("(?s)```[a-z]+ title=\"templates/([^\"]+)\"\n(.*?)```").FindAllStringSubmatch(guide, -1) {
		theme[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	for _, name := range []string{"footer.html", "strings/en.yaml"} {
		if theme[name] == nil {
			t.Fatalf("the guide has no %s any more", name)
		}
	}

	_, fields, _ := strings.Cut(guide, "The most useful fields")
	used := ""
	for _, m := range regexp.MustCompile("`(\\.[A-Z][A-Za-z.]*)`").FindAllStringSubmatch(fields, -1) {
		field := m[1]
		switch {
		case strings.Contains(" .URL .Current .Links ", " "+field+" "):
			field = "(index .Trail 0)" + field
		case strings.Contains(" .State .When .Machine .Bases .Passed .Total .Gaps ", " "+field+" "):
			field = ".Proof" + field
		}
		used += "{{$_ := " + field + "}}"
	}
	if strings.Count(used, "{{") < 30 {
		t.Fatalf("the guide names few fields: %s", used)
	}
	theme["contents.html"] = &fstest.MapFile{Data: []byte("{{if .Proof}}" + used + "{{end}}")}
	files, err := Site(sampleSiteOf(t, os.DirFS(site)), sampleFresh, Options{Theme: theme})
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["labs/04-flask/index.html"])
	for _, want := range []string{`href="../../assets/own\.css\?[0-9a-f]{8}"`, `src="../../assets/own\.js\?[0-9a-f]{8}"`, `<script src="https://stats.example.org/count.js" defer>`,
		`<img src="../../assets/logo\.svg\?[0-9a-f]{8}" alt="">`, `srcset="../../assets/logo-dark\.svg\?[0-9a-f]{8}"`, `<a href="../../about/index.html">About this course</a>`,
		`script-src .*https://stats.example.org`, `<link rel="me" href="https://mastodon.example/@jane">`} {
		if !regexp.MustCompile(want).MatchString(page) {
			t.Errorf("the settings of the guide are not used: no %s", want)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| (`[a-z]+\\.html`.*?) \\|").FindAllStringSubmatch(guide, -1) {
		for name := range strings.FieldsFuncSeq(m[1], func(r rune) bool { return r == '`' || r == ',' || r == ' ' }) {
			if _, err := os.Stat(path.Join("../templates", name)); err != nil {
				t.Error(err)
			}
		}
	}
}
