package content

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"handbook/content/config"
)

type memory struct {
	mu sync.Mutex
	m  map[Key][]byte
}

func (s *memory) Get(key Key) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[key]
}

func (s *memory) Put(key Key, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[key] = b
}

// A disk is a content root on the disk.
type disk struct {
	t   *testing.T
	dir string
}

func (d disk) write(name, text string, age time.Duration) {
	d.t.Helper()
	name = filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		d.t.Fatal(err)
	}
	at := time.Now().Add(-age)
	if err := os.Chtimes(name, at, at); err != nil {
		d.t.Fatal(err)
	}
}

func (d disk) load(l *Loader) *Site {
	d.t.Helper()
	site, err := l.Load(os.DirFS(d.dir), "content")
	if err != nil {
		d.t.Fatal(err)
	}
	return site
}

const includer = "---\nlab:\n  env: {A: b}\n---\n# Lab\n\n```python file=app.py include=real.py#part\n```\n\n```bash\necho 1\n# -> 1\n```\n\n```include=made.txt\n```\n\n[3 steps](cached:x)\n"

func TestLoaderReadsWhatChanged(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.write("a.md", "# A\n", time.Hour)
	d.write("lab.md", includer, time.Hour)
	d.write("real.py", "#region part\nx = 1\n#endregion\n", time.Hour)
	var parsed atomic.Int32
	l := &Loader{Light: true, Store: &memory{m: map[Key][]byte{}}, Visit: func(*Page) { parsed.Add(1) }}
	for _, step := range []struct {
		what   string
		do     func()
		parsed int32
		title  string // of a.md
	}{
		{"first", func() {}, 2, "A"},
		{"nothing", func() {}, 0, "A"},
		{"an edit", func() { d.write("a.md", "# B\n", 0) }, 1, "B"},
		{"another, of the same length at the same time", func() {
			info, _ := os.Stat(filepath.Join(d.dir, "a.md"))
			d.write("a.md", "# C\n", 0)
			os.Chtimes(filepath.Join(d.dir, "a.md"), info.ModTime(), info.ModTime())
		}, 1, "C"},
		{"it is taken back", func() { d.write("a.md", "# B\n", 0) }, 0, "B"},
		{"an included file", func() { d.write("real.py", "#region part\nx = 2\n#endregion\n", time.Hour) }, 1, "B"},
		{"what the lab is to make lies beside the page", func() { d.write("made.txt", "made\n", time.Hour) }, 1, "B"},
		{"and does not any more", func() { os.Remove(filepath.Join(d.dir, "made.txt")) }, 0, "B"},
		{"a new process", func() { l = &Loader{Light: true, Store: l.Store, Visit: l.Visit} }, 0, "B"},
		{"a setting that pages do not depend on", func() { d.write("handbook.yaml", "title: T\n", 0) }, 0, "B"},
		{"names of engines", func() { d.write("handbook.yaml", "machine: {engines: {27: {image: x}}}\n", 0) }, 2, "B"},
		{"the settings", func() { d.write("handbook.yaml", "env: {B: c}\n", 0) }, 2, "B"},
	} {
		parsed.Store(0)
		step.do()
		site := d.load(l)
		if n := parsed.Load(); n != step.parsed {
			t.Errorf("%s: %d pages were parsed, want %d", step.what, n, step.parsed)
		}
		if title := site.Page("a.md").Title; title != step.title {
			t.Errorf("%s: a.md is called %q", step.what, title)
		}
		whole := d.load(new(Loader))
		for i, p := range site.Pages {
			samePage(t, step.what, whole.Pages[i], p)
		}
	}
}

// samePage compares a page with a light one.
func samePage(t *testing.T, what string, want, light *Page) {
	t.Helper()
	if light.tree != nil {
		t.Errorf("%s: %s is not light", what, light.Path)
	}
	got := light
	if got.Key != want.Key || got.Title != want.Title || !reflect.DeepEqual(got.Front, want.Front) || !reflect.DeepEqual(got.Lab, want.Lab) {
		t.Errorf("%s: %s differs: %+v, want %+v", what, got.Path, got, want)
	}
	if len(got.Tree().Snippets) != len(want.tree.Snippets) || len(got.Tree().Measures) != len(want.tree.Measures) {
		t.Fatalf("%s: %s has other snippets", what, got.Path)
	}
	for i, s := range got.Tree().Snippets {
		a, b := *s, *want.tree.Snippets[i]
		a.Node, b.Node = nil, nil
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %+v, want %+v", what, a, b)
		}
	}
}

// A page with a problem is told each time, and never kept.
func TestLoaderForgetsProblems(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.write("a.md", "```bash nmae=x\n```\n", time.Hour)
	l := &Loader{Light: true, Store: &memory{m: map[Key][]byte{}}}
	for range 2 {
		if _, err := l.Load(os.DirFS(d.dir), "content"); err == nil || !strings.Contains(err.Error(), "nmae") {
			t.Fatalf("got %v", err)
		}
	}
}

// What a store keeps of a page has no fields that JSON would leave out.
func TestFactsAreWhole(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[facts](), reflect.TypeFor[config.FrontMatter](), reflect.TypeFor[config.Lab](), reflect.TypeFor[Pos]()} {
		for i := range typ.NumField() {
			if f := typ.Field(i); !f.IsExported() || f.Tag.Get("json") != "" {
				t.Errorf("%v.%s is not kept as it is", typ, f.Name)
			}
		}
	}
}
