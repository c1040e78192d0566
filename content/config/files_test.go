package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestFiles(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"sample/", "sample"},
		{"[a/../b, './c', ., .., ../../d/*.py, '**/x']", "b c . .. ../../d/*.py **/x"},
		{"[]", ""},
		{"", `p.md:2:13: expected a path relative to the page`},
		{"['']", `p.md:2:15: expected a path relative to the page`},
		{"[/etc/passwd]", `p.md:2:15: expected a path relative to the page, not "/etc/passwd"`},
		{"~/.ssh", `p.md:2:14: expected a path relative to the page, not "~/.ssh"`},
		{"'C:/x'", `p.md:2:14: expected a path relative to the page, not "C:/x"`},
		{`'a\b'`, `p.md:2:14: expected a path with slashes, not "a\\b"`},
		{`"a\nb"`, `p.md:2:14: "a\nb" has a control character`},
		{"['a[']", `p.md:2:15: "a[" is not a pattern, expected a path with "*", "?", "[a-z]" or "**"`},
		{"['**/a/**/b/**']", `p.md:2:15: "**/a/**/b/**" has "**" more than 2 times`},
		{"{a: b}", `p.md:2:15: expected a text, not keys and values`},
		{"[" + strings.Repeat("a,", 100) + "b]", `p.md:2:215: more than 100 names, expected a folder or a pattern for several files`},
	} {
		_, lab, errs := ReadFront([]byte("---\nlab: {files: "+test.in+"}\n---\n# P\n"), "p.md", Default())
		var got []string
		for _, f := range lab.Files {
			got = append(got, f.Path)
		}
		if errs != nil {
			got = []string{strings.SplitN(errs.Error(), "\n", 2)[0]}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", test.in, got, test.want)
		}
	}
}

func TestClones(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"{https://github.com/x/y: ../y}", "https://github.com/x/y ../y "},
		{"{https://github.com/x/y.git/: a/./b/}", "https://github.com/x/y a/b "},
		{"{https://github.com/x/y: 'https://git.example.org/m.git'}", "https://github.com/x/y  https://git.example.org/m.git"},
		{"{https://github.com/x/y: /srv/y}", `h.yaml:1:34: expected a path relative to the content root, not "/srv/y"`},
		{"{https://github.com/x/y: ''}", `h.yaml:1:34: expected a path relative to the content root`},
		{"{https://github.com/x/y: 'file:///srv/y'}", `h.yaml:1:34: expected a mirror such as https://git.example.org/getting-started, not "file:///srv/y"`},
		{"{https://github.com/x/y: 'ext::sh -c id'}", "https://github.com/x/y ext::sh -c id "}, // the name of a folder
		{"{'git@github.com:x/y': y}", `h.yaml:1:10: expected the address of a repository such as https://github.com/docker/getting-started, not "git@github.com:x/y"`},
		{"{'https://me:pw@github.com/x/y': y}", `h.yaml:1:10: expected the address of a repository such as https://github.com/docker/getting-started, not "https://me:pw@github.com/x/y"`},
		{"{'https://github.com/x/$(id)': y}", `h.yaml:1:10: expected the address of a repository such as https://github.com/docker/getting-started, not "https://github.com/x/$(id)"`},
		{"{https://github.com: y}", `h.yaml:1:10: expected the address of a repository such as https://github.com/docker/getting-started, not "https://github.com"`},
		{"{https://github.com/x/y: a, https://github.com/x/Y.git: b}", `h.yaml:1:37: the repository https://github.com/x/Y has two places`},
		{"[a]", `h.yaml:1:9: expected keys and values, not a list`},
	} {
		c, errs := Read([]byte("clones: "+test.in+"\n"), "h.yaml")
		got := ""
		for _, clone := range c.Clones {
			got += fmt.Sprintf("%s %s %s", clone.URL, clone.Folder, clone.Mirror)
		}
		if errs != nil {
			got = strings.SplitN(errs.Error(), "\n", 2)[0]
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.in, got, test.want)
		}
	}
}
