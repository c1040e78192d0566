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
	theme := fstest.MapFS{"assets/our-sans.woff2": {Data: []byte("font")}}
	for _, m := range regexp.MustCompile("(?s)```[a-z]+ title=\"templates/([^\"]+)\"\n(.*?)```").FindAllStringSubmatch(guide, -1) {
		theme[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	for _, name := range []string{"assets/own.css", "head.html", "footer.html"} {
		if theme[name] == nil {
			t.Fatalf("the guide has no %s any more", name)
		}
	}
	head, err := os.ReadFile("../templates/head.html")
	if err != nil {
		t.Fatal(err)
	}
	theme["head.html"].Data = append(head, theme["head.html"].Data...)

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
	files, err := Site(sampleSite(t), sampleFresh, Options{Theme: theme})
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["labs/04-flask/index.html"])
	if !regexp.MustCompile(`href="../../assets/own\.[0-9a-f]{8}\.css"`).MatchString(page) || !strings.Contains(page, "CC BY-SA 4.0") {
		t.Error("the theme of the guide is not used")
	}
	for name, b := range files {
		if strings.HasPrefix(name, "assets/own.") && !regexp.MustCompile(`our-sans\.[0-9a-f]{8}\.woff2`).Match(b) {
			t.Errorf("own.css: %s", b)
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
