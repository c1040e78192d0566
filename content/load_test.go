package content

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content/config"
	"handbook/content/mistake"
	"handbook/content/record"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ in, want, wrong string }{
		{"", "", ""},
		{"a\nb", "a\nb", ""},
		{"\ufeffa", "a", ""},
		{"a\ufeff", "a\ufeff", ""},
		{"a\r\nb\rc\n\r\n", "a\nb\nc\n\n", ""},
		{"\r\n\r\r\n", "\n\n\n", ""},
		{"größe\x00", "größe\x00", ""},
		{"a\nb\xffc\xfe", "a\nb\ufffdc\ufffd", "p.md:2:2: not UTF-8"},
		{"\ufffd\n\xc3", "\ufffd\n\ufffd", "p.md:2:1: not UTF-8"}, // the first is one in the text
	} {
		got, errs := normalize([]byte(c.in), "p.md")
		if string(got) != c.want || errs.Error() != c.wrong {
			t.Errorf("%q: %q, %v, want %q, %s", c.in, got, errs, c.want, c.wrong)
		}
	}
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		path, text, url, title string
		section                bool
	}{
		{"index.md", "", "/", "Home", true},
		{"a.md", "", "/a/", "a", false},
		{"labs/index.md", "", "/labs/", "labs", true},
		{"labs/04-flask-app.md", "", "/labs/04-flask-app/", "04 flask app", false},
		{"labs/deep/index.md", "# Deep *down*", "/labs/deep/", "Deep down", true},
		{"myindex.md", "", "/myindex/", "myindex", false},
		{"index/a.md", "", "/index/a/", "a", false},
		{"a b.md", "", "/a b/", "a b", false},
		{"t.md", "---\ntitle: Front\n---\n# Heading\n", "/t/", "Front", false},
		{"t.md", "text\n\n## Two\n\n# `One` &amp; [more](x.md)\n", "/t/", "One & more", false},
		{"t.md", "Under\n=====\n", "/t/", "Under", false},
		{"t.md", "> # In a quote\n", "/t/", "t", false},
	} {
		s, err := Load(site(c.path, c.text), "c")
		if err != nil {
			t.Fatal(err)
		}
		p := s.Page(c.path)
		if p.URL != c.url || p.Title != c.title || p.IsSection() != c.section || p.File() != "c/"+c.path {
			t.Errorf("%s: %q, %q, section %v, file %s", c.path, p.URL, p.Title, p.IsSection(), p.File())
		}
	}
}

func TestFiles(t *testing.T) {
	s, err := Load(site("a.md", "", "a.record.json", "{}", "handbook.yaml", "", "x.go", "", "sub/x.go", "", "sub/handbook.yaml", "",
		"own/doc.go", "", "own/x.go", "", "own/y.txt", "", "sub/own/doc.go", "",
		".git/a.md", "", "sub/.hidden", "", "node_modules/a.md", "", "sub/testdata/a.md", "", "img/b.png", "", "A.MD", ""), "")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Files, len(s.Pages)); got != "[A.MD img/b.png own/y.txt sub/handbook.yaml sub/own/doc.go sub/x.go] 1" {
		t.Error(got)
	}
	if s.Page("sub/testdata/a.md") != nil || s.Page("a.md") == nil {
		t.Error("pages")
	}
}

// The handbook's own packages lie beside its pages and are no part of it.
func TestOwnPackages(t *testing.T) {
	s, err := Load(os.DirFS("."), "content")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range s.Files {
		if strings.HasSuffix(file, ".go") && !strings.HasPrefix(file, "labs/") {
			t.Errorf("%s is published: its folder has no doc.go", file)
		}
	}
}

func TestAfter(t *testing.T) {
	lab := func(front string) string { return "---\nlab: {" + front + "}\n---\n```bash\ntrue\n```\n" }
	for _, c := range []struct{ name, a, b, want, wrong string }{
		{"none", lab(""), lab(""), "", ""},
		{"a page", lab(""), lab("after: a.md"), "labs/a.md", ""},
		{"a page elsewhere", lab(""), lab("after: ../labs/a.md"), "labs/a.md", ""},
		{"no page", lab(""), lab("after: nope.md"), "", `labs/b.md:2:7: after: no page "nope.md"`},
		{"from the root", lab(""), lab("after: labs/a.md"), "", `labs/b.md:2:7: after: no page "labs/a.md" (did you mean "a.md"?)`},
		{"a typing error", lab(""), lab("after: aa.md"), "", `labs/b.md:2:7: after: no page "aa.md" (did you mean "a.md"?)`},
		{"no lab", "# A", lab("after: a.md"), "", `labs/b.md:2:7: after: "a.md" is not a lab`},
		{"another machine", lab("machine: alpine"), lab("after: a.md"), "", `labs/b.md:2:7: after: "a.md" runs on another machine, "alpine"`},
		{"itself", lab(""), lab("after: b.md"), "", `labs/b.md:2:7: after: the labs wait for each other in a circle`},
		{"a circle", lab("after: b.md"), lab("after: a.md"), "labs/a.md", `labs/a.md:2:7: after: the labs wait for each other in a circle`},
	} {
		s, err := Load(site("labs/a.md", c.a, "labs/b.md", c.b), "")
		wrong := ""
		if err != nil {
			wrong = err.Error()
		}
		if got := s.Page("labs/b.md").Lab.After; got != c.want || wrong != c.wrong {
			t.Errorf("%s: %q, %s, want %q, %s", c.name, got, wrong, c.want, c.wrong)
		}
	}
}

func TestLoadFile(t *testing.T) {
	s, err := LoadFile(site("README.md", "# A\n\n```bash\ntrue\n```\n", "other.md", "```bash nmae\n```\n", "handbook.yaml", "titel: x\n"), "README.md", "dir")
	if err != nil {
		t.Fatal(err)
	}
	p := s.Page("README.md")
	want := config.Default().DefaultLab()
	want.Pos = Pos{File: "dir/README.md", Line: 1, Col: 1}
	if diff := cmp.Diff(want, p.Lab); diff != "" || len(s.Pages) != 1 || p.Front.IsLab || len(p.Tree().Snippets[0].Commands) != 1 {
		t.Errorf("%+v: %s", p, diff)
	}
	if s, err = LoadFile(site("a.md", "---\nlab: {machine: alpine}\n---\n"), "a.md", ""); err != nil || s.Pages[0].Lab.Machine != "alpine" {
		t.Errorf("%v, %+v", err, s.Pages[0].Lab)
	}
	if _, err = LoadFile(site(), "a.md", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestPos(t *testing.T) {
	for _, c := range []struct {
		in   Pos
		want string
	}{
		{Pos{}, ""},
		{Pos{File: "a.md"}, "a.md"},
		{Pos{File: "a.md", Line: 3}, "a.md:3"},
		{Pos{File: "a.md", Line: 3, Col: 4}, "a.md:3:4"},
	} {
		if got := c.in.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSorted(t *testing.T) {
	e := func(file string, line, col int, msg string) *Error {
		return &Error{Pos: Pos{File: file, Line: line, Col: col}, Msg: msg}
	}
	errs := Errors{e("b", 1, 1, "x"), e("a", 10, 1, "x"), e("a", 2, 7, "2"), e("a", 2, 7, "1"), e("a", 2, 3, "x"), e("a", 0, 0, "x")}
	want := "a: x\na:2:3: x\na:2:7: 2\na:2:7: 1\na:10:1: x\nb:1:1: x"
	err := errs.Sorted()
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if Errors(nil).Sorted() != nil {
		t.Error("no errors are an error")
	}
	for _, c := range []struct {
		in   error
		want int
	}{{nil, 0}, {errors.New("x"), 0}, {errs[0], 1}, {err, 6}, {fmt.Errorf("while: %w", err), 6}, {fmt.Errorf("while: %w", errs[0]), 1}} {
		if got := len(mistake.All(c.in)); got != c.want {
			t.Errorf("%v: %d errors, want %d", c.in, got, c.want)
		}
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		status  Status
		message string
	}{
		{Status{}, ""},
		{Status{State: Fresh}, ""},
		{Status{State: None, Cause: NeverVerified}, "the lab has never been verified"},
		{Status{State: None, Cause: RecordUnusable, Detail: "edited since it was written"}, "the lab's record is edited since it was written"},
		{Status{State: Stale, Cause: PageChanged}, "the lab has changed since it was verified"},
		{Status{State: Stale, Cause: MachineChanged}, "the lab's machine has changed since it was verified"},
		{Status{State: Failed, Cause: RunFailed, Detail: "a.md:1:1: no"}, "the lab failed: a.md:1:1: no"},
		{Status{State: Failed, Cause: NotRun, Detail: "No engine."}, "the lab could not be run: No engine."},
	} {
		if got := c.status.Message(); got != c.message {
			t.Errorf("%+v: %q, want %q", c.status, got, c.message)
		}
	}
	lab, page := &Page{Path: "a.md", Lab: &config.Lab{Pos: Pos{File: "a.md", Line: 2, Col: 1}}}, &Page{Path: "b.md"}
	fresh := Freshness{"a.md": {State: Stale, Cause: PageChanged}, "b.md": {State: Fresh}}
	if fresh.Of(lab).State != Stale || fresh.Of(page).State != NoLab || Freshness(nil).Of(lab).State != None {
		t.Error(fresh)
	}
	if got := fresh.Of(lab).Err(lab).Error(); got != "a.md:2:1: the lab has changed since it was verified" {
		t.Error(got)
	}
}

// Links that lead out, and what is not a file, are told by name.
func TestLeftOut(t *testing.T) {
	fsys := site("a.md", "# A\n")
	fsys["link.md"] = &fstest.MapFile{Data: []byte("../secret"), Mode: fs.ModeSymlink | 0o777}
	fsys["b.md"] = &fstest.MapFile{Data: []byte("a.md"), Mode: fs.ModeSymlink | 0o777}
	fsys["pipe.md"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	fsys["s/socket"] = &fstest.MapFile{Mode: fs.ModeSocket}
	fsys["tty"] = &fstest.MapFile{Mode: fs.ModeDevice | fs.ModeCharDevice}
	fsys["long.md"] = &fstest.MapFile{Data: make([]byte, maxPage+1)}
	s, err := Load(fsys, "content")
	want := "content/link.md: file does not exist\ncontent/long.md: 8 MiB, which is more than 8 MiB"
	if fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
	want = "content/pipe.md: left out: a named pipe, not a file\ncontent/s/socket: left out: a socket, not a file\ncontent/tty: left out: a device, not a file"
	if s.LeftOut.Error() != want || s.Page("b.md") == nil || s.Page("pipe.md") != nil || len(s.Files) != 0 {
		t.Errorf("%v, want %s", s.LeftOut, want)
	}
}

func TestUnusableRecords(t *testing.T) {
	good := string(record.Encode(&Record{Format: record.Format, Page: "a.md"}))
	for _, c := range []struct{ record, want string }{
		{"", "<nil>"},
		{good, "<nil>"},
		{"{", "not a whole record: unexpected end of JSON input"},
		{"[]", "not a record"},
		{"{}", "without a format"},
		{strings.Replace(good, `"format": 5`, `"format": 6`, 1), "of format 6, but this handbook reads up to 5: a newer handbook wrote it"},
		{strings.Replace(good, `"a.md"`, `"b.md"`, 1), "edited since it was written"},
		{strings.Replace(good, `"page"`, `"Page"`, 1), "edited since it was written"},
		{strings.Replace(good, `"page"`, `"page": "b.md", "page"`, 1), "edited since it was written"},
		{strings.Replace(good, `"page"`, `"page": "a.md", "page"`, 1), "edited since it was written"},
		{strings.ReplaceAll(strings.ReplaceAll(good, "\n", "\r\n"), "  ", "\t"), "<nil>"},
		{string(record.Encode(&Record{Format: record.Format, Page: "b.md"})), `that of another page, "b.md"`},
	} {
		files := []string{"a.md", labHead + "```bash\ntrue\n```\n"}
		if c.record != "" {
			files = append(files, "a.record.json", c.record)
		}
		s, err := Load(site(files...), "")
		if err != nil {
			t.Fatal(err)
		}
		p := s.Pages[0]
		if fmt.Sprint(p.Unusable) != c.want || (p.Record != nil) != (c.record != "" && c.want == "<nil>") {
			t.Errorf("%s: %v, %v, want %s", c.record, p.Record, p.Unusable, c.want)
		}
	}
}
