package labfiles_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/content/file"
	"handbook/content/labfiles"
	"handbook/content/record"
)

// around is a file system with a repository around the content root.
type around struct {
	fstest.MapFS // the content root
	repository   fstest.MapFS
	ignored      string // names with this are
	untracked    string
	noGit        bool
}

func (a around) Kept() (*labfiles.Kept, error) {
	k := &labfiles.Kept{Content: "content", NoGit: a.noGit}
	for name := range a.repository {
		if !strings.Contains(name, a.ignored) && !record.Is(name) {
			k.Files = append(k.Files, labfiles.KeptFile{name, !strings.Contains(name, a.untracked)})
		}
	}
	k.Sort()
	return k, nil
}

func (a around) OpenKept(name string) (fs.File, error)      { return a.repository.Open(name) }
func (a around) LstatKept(name string) (fs.FileInfo, error) { return a.repository.Lstat(name) }

// How much the files of a lab may be.
const (
	mostFiles = 2000
	mostBytes = 16 << 20
)

func TestLabFiles(t *testing.T) {
	repository := fstest.MapFS{
		"content/labs/p.md":            {Data: []byte("page")},
		"content/labs/p.record.json":   {Data: []byte("record")},
		"content/labs/sample/app.py":   {Data: []byte("app"), Mode: 0o755},
		"content/labs/sample/.env":     {Data: []byte("SECRET")},
		"content/labs/sample/b/c.py":   {Data: []byte("c")},
		"content/labs/sample/new.py":   {Data: []byte("new")},
		"content/labs/sample-2/app.py": {Data: []byte("other")},
		"content/labs/new/id_rsa":      {Data: []byte("key")},
		"content/labs/new-key":         {Data: []byte("-----BEGIN EC PRIVATE KEY-----")},
		"content/labs/kept/id_rsa":     {Data: []byte("the lab's own")},
		"content/labs/a\x1bb/x":        {},
		"content/labs/win/..\\..\\b":   {},
		"content/labs/drive/C:b":       {},
		"content/labs/link":            {Mode: fs.ModeSymlink | 0o777, Data: []byte("sample")},
		"content/labs/linked/l":        {Mode: fs.ModeSymlink | 0o777, Data: []byte("../sample/app.py")},
		"content/labs/piped/a":         {},
		"content/labs/piped/pipe.env":  {Mode: fs.ModeNamedPipe},
		"content/labs/pipe.env":        {Mode: fs.ModeNamedPipe},
		"content/labs/large/one":       {Data: make([]byte, mostBytes+1)},
		"content/labs/sums/one":        {Data: make([]byte, mostBytes)},
		"content/labs/sums/two":        {Data: make([]byte, 1)},
		"content/labs/module":          {Mode: fs.ModeDir | 0o755},
		"app/main.go":                  {Data: []byte("main")},
		"app/sample/app.py":            {Data: []byte("another")},
		"sample":                       {Data: []byte("a file")},
		"README.md":                    {Data: []byte("read me")},
	}
	for i := range 2000 {
		repository[strings.Repeat("deep/", 40)+strconv.Itoa(i)] = &fstest.MapFile{}
	}
	for i := range mostFiles + 1 {
		repository[fmt.Sprintf("many/%d", i)] = &fstest.MapFile{}
	}
	for _, test := range []struct{ in, want string }{
		{"sample/", "sample/app.py* sample/b/c.py sample/new.py"},
		{"sample", "sample/app.py* sample/b/c.py sample/new.py"},
		{"sample/b/c.py", "sample/b/c.py"},
		{"[sample, sample/app.py]", "sample/app.py* sample/b/c.py sample/new.py"},
		{"'sample/*.py'", "sample/app.py* sample/new.py"},
		{"'**/*.py'", "sample-2/app.py sample/app.py* sample/b/c.py sample/new.py"},
		{"'sample*'", "sample-2/app.py sample/app.py* sample/b/c.py sample/new.py"},
		{"'sample?2/**'", "sample-2/app.py"},
		{"../../app", "app/main.go app/sample/app.py"},
		{"'../../app/*.go'", "app/main.go"},
		{"../../README.md", "README.md"},
		{"'../../[A-Z]*'", "README.md"},

		{"smaple/", `p.md:2:14: files: there is no file or folder "smaple" (did you mean "sample"?)`},
		{"'*.rb'", `p.md:2:14: files: "*.rb" matches no file that git does not ignore`},
		{"../../..", `p.md:2:14: files: "../../.." is outside the repository`},
		{"'../../../*'", `p.md:2:14: files: "../../../*" is outside the repository`},
		{"[sample/, sample/.env]", `p.md:2:24: files: git ignores "sample/.env", and nothing that git ignores goes to a machine`},
		{"p.record.json", `p.md:2:14: files: "p.record.json" is a record, which handbook writes`},
		{"kept/", "kept/id_rsa"},
		{"new/", `p.md:2:14: files: "content/labs/new/id_rsa": it usually holds secrets, and git does not track it`},
		{"new-key", `p.md:2:14: files: "content/labs/new-key": it usually holds secrets, and git does not track it`},
		{"link", `p.md:2:14: files: "content/labs/link": a link, and links are not followed`},
		{"linked/", `p.md:2:14: files: "content/labs/linked/l": a link, and links are not followed`},
		{"pipe.env", `p.md:2:14: files: "pipe.env" is a named pipe, not a file`},
		{"'pipe*'", `p.md:2:14: files: "content/labs/piped/pipe.env" is a named pipe, not a file`},
		{"'piped/a*'", "piped/a"},
		{"piped/", `p.md:2:14: files: "content/labs/piped/pipe.env" is a named pipe, not a file`},
		{"module", `p.md:2:14: files: "content/labs/module": a Git repository of its own that is not there (git submodule update --init gets it), or whose files this one does not have`},
		{"large/", `p.md:2:14: files: "content/labs/large/one": 16 MiB, which is more than 16 MiB`},
		{"sums/", `p.md:2:14: files: the files have 16 MiB together, which is more than 16 MiB`},
		{"['../../**/deep/**/7', '../../**/deep/**/*y']", `p.md:2:37: files: "../../**/deep/**/*y" and the patterns before it are for too many files, expected patterns that begin with the name of a folder`},
		{"../../many", `p.md:2:14: files: more than 2000 files`},
		{`"a*"`, `p.md:2:14: files: the name "content/labs/a\x1bb/x" has a control character`},
		{"win/", `p.md:2:14: files: the name "content/labs/win/..\\..\\b" has a character that names of files can't have on Windows`},
		{"drive/", `p.md:2:14: files: the name "content/labs/drive/C:b" has a character that names of files can't have on Windows`},
		{"[sample/, ../../sample]", `p.md:2:24: files: "sample" would be a file and a folder on the machine`},
		{"[../../sample, sample/]", `p.md:2:29: files: "sample" would be a file and a folder on the machine`},
		{"[sample/app.py, ../../app/../content/labs/sample/app.py]", "sample/app.py* content/labs/sample/app.py*"},
	} {
		page := []byte("---\nlab: {files: " + test.in + "}\n---\n# P\n")
		fsys := around{fstest.MapFS{"labs/p.md": {Data: page}}, repository, ".env", "new", false}
		site, err := content.Load(fsys, "")
		if err != nil {
			if got := strings.TrimPrefix(strings.SplitN(err.Error(), "\n", 2)[0], "labs/"); got != test.want {
				t.Errorf("%s: %s, want %s", test.in, got, test.want)
			}
			continue
		}
		var got []string
		for _, f := range site.Pages[0].Files {
			name := f.Path
			if f.Exec {
				name += "*"
			}
			got = append(got, name)
			if b, err := f.Bytes(); err != nil || file.Digest(b) != f.Digest || bytes.Contains(b, []byte("SECRET")) {
				t.Errorf("%s: %s: %q, %v", test.in, f.Path, b, err)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", test.in, got, test.want)
		}
	}
}

// The name "." stands for what git tracks in the page's folder, without records.
func TestTracked(t *testing.T) {
	fsys := around{fstest.MapFS{"p.md": {Data: []byte("---\nlab: {files: .}\n---\n# P\n")}}, fstest.MapFS{
		"content/p.md": {}, "content/p.record.json": {}, "content/a/b": {}, "content/a/new": {}, "content/.ignored": {}, "other": {},
	}, "ignored", "new", false}
	site, err := content.Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range site.Pages[0].Files {
		got = append(got, f.Path)
	}
	if strings.Join(got, " ") != "a/b p.md" {
		t.Errorf("%q", got)
	}
}

// A copy without its repository tells of no file that it was committed. What usually
// holds secrets stays where it is then, whatever a .gitignore leaves out.
func TestNoGit(t *testing.T) {
	for in, want := range map[string]string{
		".":   `p.md:2:14: files: "content/a/.env": it usually holds secrets, and no Git repository is here that tracks it`,
		"a":   `p.md:2:14: files: "content/a/.env": it usually holds secrets, and no Git repository is here that tracks it`,
		"key": `p.md:2:14: files: "content/key": it usually holds secrets, and no Git repository is here that tracks it`,
		"a/b": "<nil>",
	} {
		_, err := content.Load(around{fstest.MapFS{"p.md": {Data: []byte("---\nlab: {files: " + in + "}\n---\n# P\n")}}, fstest.MapFS{
			"content/p.md": {}, "content/a/b": {}, "content/a/.env": {}, "content/key": {Data: []byte("-----BEGIN PRIVATE KEY-----")},
		}, "ignored", "new", true}, "")
		if got := strings.SplitN(fmt.Sprint(err), "\n", 2)[0]; got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// memory is a Store.
type memory struct {
	mu sync.Mutex
	m  map[content.Key][]byte
}

func (s *memory) Get(key content.Key) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[key]
}

func (s *memory) Put(key content.Key, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[key] = b
}

// A page is another one when the files of its lab are, also for a Loader that
// knows it. A file that changes after that is not taken for what it was.
func TestLabFilesChange(t *testing.T) {
	old := time.Now().Add(-time.Hour)
	repository := fstest.MapFS{"content/sample/a": {Data: []byte("1"), ModTime: old}, "y/deep/b": {Data: []byte("1"), ModTime: old}, "content/q.md": {}, "content/handbook.yaml": {}, "y/untracked": {}}
	fsys := around{fstest.MapFS{
		"handbook.yaml": {Data: []byte("clones: {https://example.org/y: ../y, https://example.org/own: ..}\n")},
		"p.md":          {Data: []byte("---\nlab: {files: sample/}\n---\n# P\n"), ModTime: old},
		"q.md":          {Data: []byte("---\nlab: {}\n---\n# Q\n\n```bash\ngit clone https://example.org/y.git\ngit clone https://example.org/yy\n```\n"), ModTime: old},
	}, repository, "ignored", "untracked", false}
	for _, light := range []bool{false, true} {
		l := &content.Loader{Light: light, Store: &memory{m: map[content.Key][]byte{}}}
		keys := func() (p, q content.Key) {
			t.Helper()
			site, err := l.Load(fsys, "")
			if err != nil {
				t.Fatal(err)
			}
			q1 := site.Page("q.md")
			if cloned := q1.Cloned(q1.Tree()); len(cloned) != 1 || cloned[0].URL != "https://example.org/y" || len(cloned[0].Files) != 2 {
				t.Errorf("cloned: %v", cloned)
			}
			for _, c := range site.Clones {
				for _, f := range c.Files {
					if strings.HasSuffix(f.Path, ".md") || strings.HasSuffix(f.Path, "handbook.yaml") {
						t.Errorf("%s has the page %s", c.URL, f.Path)
					}
				}
			}
			return site.Page("p.md").Key, q1.Key
		}
		change := func(name, text string) {
			repository[name] = &fstest.MapFile{Data: []byte(text), ModTime: repository[name].ModTime.Add(time.Minute)}
		}
		p1, q1 := keys()
		if p2, q2 := keys(); p1 != p2 || q1 != q2 {
			t.Errorf("light %v: pages that have not changed are others", light)
		}
		change("content/sample/a", "2")
		p3, q3 := keys()
		if p3 == p1 || q3 != q1 {
			t.Errorf("light %v: a file has changed: %v, the other page: %v", light, p3 != p1, q3 != q1)
		}
		change("y/deep/b", "2")
		if p4, q4 := keys(); p4 != p3 || q4 == q3 {
			t.Errorf("light %v: a clone has changed: %v, the other page: %v", light, q4 != q3, p4 != p3)
		}
		change("content/sample/a", "1")
		change("y/deep/b", "1")
		if p5, q5 := keys(); p5 != p1 || q5 != q1 {
			t.Errorf("light %v: all is as it was, and the pages are not", light)
		}
	}
	site, err := content.Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	repository["content/sample/a"] = &fstest.MapFile{Data: []byte("later")}
	if _, err := site.Page("p.md").Files[0].Bytes(); err == nil || !strings.Contains(err.Error(), "has changed since") {
		t.Errorf("a file that has changed: %v", err)
	}
}

func TestClonesOfNothing(t *testing.T) {
	for folder, want := range map[string]string{
		"../none":  `handbook.yaml:1:10: clones: there is no file or folder "../none"`,
		"../..":    `handbook.yaml:1:10: clones: "../.." is outside the repository`,
		"../empty": `handbook.yaml:1:10: clones: the folder "../empty" has no file that git does not ignore`,
	} {
		_, err := content.Load(around{fstest.MapFS{"handbook.yaml": {Data: []byte("clones: {https://example.org/y: " + folder + "}\n")}},
			fstest.MapFS{"content/handbook.yaml": {}, "empty": {Mode: fs.ModeDir | 0o755}, "empty/.ignored": {}}, "ignored", "untracked", false}, "")
		if fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", folder, err, want)
		}
	}
}
