package render

import (
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Control characters in a page stand nowhere in what is published: people read it at
// a terminal, too. The index of the search is for a script only.
func TestControlCharacters(t *testing.T) {
	const bad = "a\x1b[2J\x07 b\u009b2J c\x7f &#27;[2J"
	site := load(t, map[string]string{
		"handbook.yaml": "title: Site\nurl: https://example.org/\n",
		"index.md":      "# Home " + bad + "\n\n[" + bad + "](labs/a.md \"" + bad + "\") `" + bad + "`\n\n> [!NOTE]\n> " + bad + "\n\n| " + bad + " |\n|--|\n| " + bad + " |\n",
		"labs/a.md":     "---\nlab: {}\n---\n" + bad + "\n=======\n\n## Part " + bad + "\n\n- " + bad + "[^1]\n\n[^1]: " + bad + "\n\n```bash\necho hi\n```\n\n    " + bad + "\n",
	})
	for _, p := range site.Pages {
		if p.Lab != nil {
			recordOf(p)
		}
	}
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for name, text := range files {
		if !slices.Contains([]string{".html", ".md", ".txt", ".xml", ".sh"}, path.Ext(name)) {
			continue
		}
		s := string(text)
		if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("%s: %q", name, s[max(0, i-40):min(len(s), i+10)])
		}
		if strings.Contains(s, "a␛[2J") {
			shown++
		}
	}
	if shown < 4 {
		t.Errorf("only %d files show what the pages have", shown)
	}
}
