package foreign

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseInfo(t *testing.T) {
	for in, want := range map[string]string{
		"":                          `"" map[] []`,
		"bash":                      `"bash" map[] []`,
		"{.bash .copy}":             `"bash" map[] ["copy"]`,
		".term1":                    `"term1" map[] []`,
		"language-yaml":             `"yaml" map[] []`,
		`yaml title="a b.yml"`:      `"yaml" map[title:a b.yml] []`,
		"yaml save-as=compose.yaml": `"yaml" map[save-as:compose.yaml] []`,
		"python:app.py":             `"python" map[file:app.py] []`,
		"python app.py":             `"python" map[file:app.py] ["app.py"]`,
		"app.py":                    `"py" map[file:app.py] []`,
		"bash terminal-id=2":        `"bash" map[terminal-id:2] []`,
		"JSON":                      `"json" map[] []`,
		"plaintext no-copy-button":  `"plaintext" map[] ["no-copy-button"]`,
		`bash hl_lines="3 4"`:       `"bash" map[hl_lines:3 4] []`,
	} {
		i := ParseInfo(in)
		if got := fmt.Sprintf("%q %v %q", i.Lang, i.Attrs, i.Flags); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestFences(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "a\n\n```sh\nx\n```\n", `3-5 "x"`},
		{"tildes", "~~~\n```\n~~~\n", "1-3 \"```\""},
		{"longer", "````\n```\n````\n", "1-3 \"```\""},
		{"list", "1. a\n\n   ```\n   x\n     y\n   ```\n", `3-6 "x\n  y"`},
		{"list's own line", "- ```\n  x\n  ```\n", `1-3 "x"`},
		{"quote", "> ```\n> x\n> ```\n", `1-3 "x"`},
		{"inline", "a ```x``` b\n", ""},
		{"katacoda", "```\nx\n```{{execute}}\ny\n", `1-3 "x"`},
		{"open", "```\nx\n\n## B\n", `1-2 "x" open`},
		{"opens", "```\nx\n\n```sh\ny\n```\n", `1-2 "x" open; 4-6 "y"`},
		{"windows", "```\r\nx\r\n```\r\n", `1-3 "x"`},
	} {
		p := Read("p.md", []byte(c.in))
		var all []string
		for _, f := range p.Fences {
			s := fmt.Sprintf("%d-%d %q", f.Line, f.End, f.Text())
			if !f.Closed {
				s += " open"
			}
			all = append(all, s)
		}
		if got := strings.Join(all, "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFront(t *testing.T) {
	for in, want := range map[string]string{
		"---\ntitle: \"A: b\"\ntags:\n  - x\n---\n# B\n": `A: b [title tags] 5`,
		"\n---\nlayout: post\n---\ntext\n":               ` [layout] 4`,
		"+++\ntitle = 'C'\n+++\n":                        `C [title] 3`,
		"---\n\nclass: title\n\n# D\n\n---\n":            `D [] 0`,
		"# E\n":                                          `E [] 0`,
		"F\n===\n":                                       `F [] 0`,
	} {
		p := Read("p.md", []byte(in))
		var names []string
		for _, k := range p.Front {
			names = append(names, k.Name)
		}
		if got := fmt.Sprint(p.Title, " ", names, " ", p.Body); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAround(t *testing.T) {
	p := Read("p.md", []byte("# T\n\nFirst.\n\nCreate `a.txt`:\n\n```\nx\n```\n\n```\ny\n```\nAfter it.\n\n## H\n```\nz\n```\n"))
	var all []string
	for _, f := range p.Fences {
		all = append(all, fmt.Sprintf("%s|%s|%s|%v", f.Sentence, f.After, f.Heading, f.Beside))
	}
	want := "First. Create `a.txt`:||T|false\n|After it.|T|true\nH||H|false"
	if got := strings.Join(all, "\n"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
