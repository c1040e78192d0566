package draft

import (
	"strings"
	"testing"
)

// TestSpan marks with "^" where a problem begins, and expects what is underlined.
func TestSpan(t *testing.T) {
	for _, c := range []struct{ name, line, mark, want string }{
		{"page.md", "see [a](nowhere.md) and", "        ^", "nowhere.md"},
		{"page.md", "see [a](a(b).md \"title\")", "        ^", "a(b).md"},
		{"page.md", "see <https:x> and", "     ^", "https:x"},
		{"page.md", "[a]: nowhere.md 'x'", "     ^", "nowhere.md"},
		{"page.md", "has [130 MB](size:app:1.0) and", "    ^", "[130 MB](size:app:1.0)"},
		{"page.md", "```bash nmae=x hide", "        ^", "nmae=x"},
		{"page.md", "```bash skip=\"a b\" hide", "             ^", `"a b"`},
		{"page.md", "```bsh", "   ^", "bsh"},
		{"page.md", "```bash exit=300", "^", "```bash exit=300"},
		{"page.md", "> - ~~~ bash exti=1", "             ^", "exti=1"},
		{"page.md", "echo $(  ", "^", "echo $("},
		{"handbook.yaml", "titel: x", "^", "titel"},
		{"handbook.yaml", "url: nowhere # here", "     ^", "nowhere"},
		{"handbook.yaml", "url: \"a, b\" # here", "     ^", `"a, b"`},
		{"handbook.yaml", "machine: {docker: [29, 30], cpus: 2}", "                       ^", "30"},
		{"handbook.yaml", "nav: [{titel: x, url: y}]", "       ^", "titel"},
	} {
		p := Problem{Line: 2, Col: strings.Index(c.mark, "^") + 1}
		for _, end := range []string{"\n", "\r\n"} {
			s := SpanOf(c.name, []byte("x"+end+c.line+end+"y"), p)
			if got := c.line[s.Start:s.End]; s.Line != 1 || got != c.want {
				t.Errorf("%s: line %d, %q, want %q", c.line, s.Line+1, got, c.want)
			}
		}
	}
	front := "---\ntitel: x\n---\n"
	if s := SpanOf("page.md", []byte(front), Problem{Line: 2, Col: 1}); s != (Span{1, 0, 5}) {
		t.Errorf("front matter: %v", s)
	}
	if s := SpanOf("page.md", []byte("a\nb"), Problem{Line: 9, Col: 9}); s != (Span{1, 1, 1}) {
		t.Errorf("a text that is shorter than it was: %v", s)
	}
}
