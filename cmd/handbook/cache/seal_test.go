package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// age makes all files of a folder old enough to be known by their looks.
func age(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		old := time.Now().Add(-time.Hour)
		if err == nil && !e.IsDir() {
			err = os.Chtimes(name, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSeal(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, in, out string)
		holds  bool
	}{
		{"nothing", func(*testing.T, string, string) {}, true},
		{"a word", func(t *testing.T, in, out string) { put(t, in+"/a/b.md", "bye") }, false},
		{"a word, in the same second and of the same length", func(t *testing.T, in, out string) {
			info, _ := os.Stat(in + "/young.md")
			put(t, in+"/young.md", "YOUNG")
			os.Chtimes(in+"/young.md", info.ModTime(), info.ModTime())
		}, false},
		{"a new file", func(t *testing.T, in, out string) { put(t, in+"/c.md", "") }, false},
		{"a new folder", func(t *testing.T, in, out string) { os.Mkdir(in+"/d", 0o777) }, false},
		{"a file less", func(t *testing.T, in, out string) { os.Remove(in + "/a/b.md") }, false},
		{"a name", func(t *testing.T, in, out string) { os.Rename(in+"/a/b.md", in+"/a/c.md") }, false},
		{"a file that is left out", func(t *testing.T, in, out string) { put(t, in+"/left/out", "x") }, true},
		{"what was made", func(t *testing.T, in, out string) { put(t, out+"/index.html", "ho") }, false},
		{"what was made, same length", func(t *testing.T, in, out string) { put(t, out+"/index.html", "hI") }, false},
		{"what was made is gone", func(t *testing.T, in, out string) { os.RemoveAll(out) }, false},
		{"something beside what was made", func(t *testing.T, in, out string) { put(t, out+"/x", "ho") }, false},
		{"the seal", func(t *testing.T, in, out string) { put(t, in+"/../seal", "{}") }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			base := t.TempDir()
			in, out := filepath.Join(base, "in"), filepath.Join(base, "out")
			put(t, in+"/a/b.md", "hi")
			put(t, in+"/left/out", "")
			age(t, in)
			put(t, in+"/young.md", "young")
			trees := Tree{Dir: in, Without: func(p string, _ os.DirEntry) bool { return p == "left" }}
			s := NewSeal(base, "seal", []string{"a", "b"}, trees)
			if _, ok := s.Holds(Tree{Dir: out}); ok {
				t.Fatal("holds before it was made")
			}
			put(t, out+"/index.html", "hi")
			s.Close("note", Tree{Dir: out})
			if _, ok := NewSeal(base, "seal", []string{"ab", ""}, trees).Holds(Tree{Dir: out}); ok {
				t.Error("holds for other words")
			}
			test.change(t, in, out)
			for range 2 { // what was looked at twice is remembered anew
				note, ok := NewSeal(base, "seal", []string{"a", "b"}, trees).Holds(Tree{Dir: out})
				if ok != test.holds || ok && note != "note" {
					t.Errorf("%q, %v", note, ok)
				}
			}
		})
	}
}

func TestBreak(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/in/a", "a")
	s := NewSeal(dir, "seal", nil, Tree{Dir: dir + "/in"})
	s.Close("")
	if _, ok := NewSeal(dir, "seal", nil, Tree{Dir: dir + "/in"}).Holds(); !ok {
		t.Fatal("does not hold")
	}
	s.Break()
	if _, ok := NewSeal(dir, "seal", nil, Tree{Dir: dir + "/in"}).Holds(); ok {
		t.Error("holds when the command has begun")
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
