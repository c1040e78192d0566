package content

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Including a file many times is bounded.
func TestIncludedTooMuch(t *testing.T) {
	fsys := site("a.md", numbered("```text include=big lines=N\n```\n", 41)[len("```text include=big lines=0\n```\n"):], "big", strings.Repeat("x\n", 500_000))
	_, err := Load(fsys, "content")
	const first = "content/a.md:33:9: the files that the page includes have more than 16 MiB together"
	if err == nil || !strings.HasPrefix(err.Error(), first+"\n") {
		t.Errorf("%.300v", err)
	}
}

func TestInclude(t *testing.T) {
	const file = "package x\n\n// #region one\nfunc a() {\n\tb()\n}\n// #endregion\n\n\t# region two x\n\tc\n\n\t  d\n\t# endregion\n<!-- #region three -->\nlast"
	for _, c := range []struct{ in, want, wrong string }{
		{"include=x.go", file + "\n", ""},
		{"include=empty", "", ""},
		{"include=sub/y.go", "y\n", ""},
		{"include=x.go lines=1", "package x\n", ""},
		{"include=x.go lines=4-6", "func a() {\n\tb()\n}\n", ""},
		{"include=x.go lines=5", "b()\n", ""},
		{"include=x.go#one", "func a() {\n\tb()\n}\n", ""},
		{"include=x.go#two", "c\n\n  d\n", ""},
		{"include=x.go#one lines=3-5", "", `1:7: file "x.go" has no region "one", expected lines with "#region one" and "#endregion"`},
		{"include=x.go#three", "", `1:7: file "x.go" has no region "three", expected lines with "#region three" and "#endregion"`},
		{"include=x.go#nope", "", `1:7: file "x.go" has no region "nope", expected lines with "#region nope" and "#endregion"`},
		{"include=x.go lines=14-16", "", `1:7: file "x.go" has 15 lines, not 16`},
		{"include=nope.go", "", `1:7: no file "nope.go" beside the page, and no snippet before it writes it`},
		{"include=sub", "", `1:7: no file "sub" beside the page, and no snippet before it writes it`},
		{"include=../x.go", "", `1:7: file "../x.go" is outside the content`},
	} {
		tree, wrong := tree(t, "'''py "+c.in+" skip=x\n'''\n", "x.go", strings.ReplaceAll(file, "\n", "\r\n"), "sub/y.go", "y", "empty", "")
		if diff := cmp.Diff(c.want, tree.Snippets[0].Code); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", c.in, diff)
		}
		if wrong != c.wrong {
			t.Errorf("%s: %s, want %s", c.in, wrong, c.wrong)
		}
	}
}

// On a page, what snippets above have written is included before what lies beside
// the page. On a lab that changes files, the run finds what there is.
func TestIncludeWritten(t *testing.T) {
	const lab, file, run = "---\nlab:\n---\n", "'''py file=x.py\n1\n2\n'''\n", "'''bash\nsed -i s/1/2/ x.py\n'''\n"
	for _, c := range []struct{ page, want, wrong string }{
		{file + "'''py file=x.py append\n3\n'''\n'''py include=x.py\n'''\n", "1\n2\n3\n", ""},
		{"'''py include=x.py\n'''\n" + file, "beside\n", ""},
		{file + "'''py include=x.py lines=2-2\n'''\n" + file, "2\n", ""},
		{lab + file + "'''py include=x.py lines=3\n'''\n", "", `8:7: file "x.py" has 2 lines, not 3`},
		{lab + file + run + "'''py include=x.py lines=3\n'''\n", "", ""},
		{lab + file + run + "'''py include=x.py lines=3 skip=x\n'''\n", "", `11:7: file "x.py" has 2 lines, not 3`},
		{lab + run + "'''py include=x.py lines=3\n'''\n", "", `7:7: file "x.py" has 1 line, not 3`},
		{lab + run + "'''include=made.py\n'''\n", "", ""},
		{lab + run + "'''bash include=made.sh\n'''\n", "", `7:9: no file "made.sh" beside the page, and no snippet before it writes it`},
		{lab + "'''py include=made.py\n'''\n", "", `4:7: no file "made.py" beside the page, and no snippet before it writes it`},
		{lab + run + "'''py include=../made.py\n'''\n", "", `7:7: file "../made.py" is outside the content`},
	} {
		site, err := Load(site("p.md", strings.ReplaceAll(c.page, "'''", "```"), "x.py", "beside\n"), "")
		wrong := ""
		if err != nil {
			wrong = strings.TrimPrefix(err.Error(), "p.md:")
		}
		got := ""
		for _, s := range site.Pages[0].Tree().Snippets {
			if s.Options.Include != "" {
				got += s.Code
			}
		}
		if got != c.want || wrong != c.wrong {
			t.Errorf("%q: %q, %s, want %q, %s", c.page, got, wrong, c.want, c.wrong)
		}
	}
}

func TestDedent(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a\n", "a\n"},
		{"  a\n  b\n", "a\nb\n"},
		{"  a\n    b\n c\n", " a\n   b\nc\n"},
		{"\ta\n\n\tb\n", "a\n\nb\n"},
		{"  a\n \n  b\n", "a\n\nb\n"},
		{"  \n  \n", "  \n  \n"},
		{"  a", "a"},
	} {
		var lines []string
		for line := range strings.Lines(c.in) {
			lines = append(lines, line)
		}
		if got := dedent(lines); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// Code blocks that no fence begins are counted.
func TestUnfenced(t *testing.T) {
	const page = "text\n\n    indented\n    code\n\n- item\n\n      in a list\n\n<pre>x</pre> <PRE class=\"a\">y</PRE>\n\n<div>\n <pre\n>z</pre></div>\n\ninline <pre> `<pre>` <prefix>\n\n<!--\n<pre>\n-->\n\n```text\n<pre>\n```\n"
	tree, _ := tree(t, page)
	var got []string
	for _, u := range tree.Unfenced {
		got = append(got, place(u.Pos)+" "+u.What)
	}
	want := "3:5 indented code, 8:7 indented code, 10:1 <pre>, 10:14 <pre>, 13:2 <pre>, 16:8 <pre>"
	if got := strings.Join(got, ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	site, _ := Load(site("p.md", page), "")
	if u := site.Pages[0].Tree().Unfenced; u != nil {
		t.Errorf("a page that is no lab has %v", u)
	}
}
