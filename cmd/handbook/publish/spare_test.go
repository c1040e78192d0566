package publish

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// publishWith publishes files, and keeps the site before them as spare.
func publishWith(t *testing.T, dir, spare string, files map[string][]byte) Result {
	t.Helper()
	s, err := Begin(dir, spare)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, b := range files {
		if err := s.Put(name, b); err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever sites come after each other, and whatever somebody does to the spare
// one, the folder holds the last one, without empty folders, and says what has
// changed as if there were no spare one.
func TestSpare(t *testing.T) {
	base := t.TempDir()
	dir, spare, plain := filepath.Join(base, "public"), filepath.Join(base, ".cache", "spare"), filepath.Join(base, "plain")
	outside := filepath.Join(base, "outside")
	write(t, filepath.Join(outside, "index.html"), "mine")
	names := []string{"index.html", "a", "a/b", "a/b/c", "a/b/d", "a/e", "x/y/z.html", "x/y", "x/v.html", "assets/s.css"}
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 120 {
		files := site()
		for _, name := range names {
			if random.IntN(3) > 0 {
				files[name] = fmt.Append(nil, name, " ", random.IntN(2))
			}
		}
		for name := range files { // no file where a folder is
			for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
				delete(files, dir)
			}
		}
		switch meddle := filepath.Join(spare, names[random.IntN(len(names))]); random.IntN(8) {
		case 0:
			os.RemoveAll(meddle)
			os.Symlink(outside, meddle)
		case 1:
			os.RemoveAll(meddle)
			os.MkdirAll(meddle, 0o777)
		case 2:
			os.RemoveAll(meddle)
			os.WriteFile(meddle, []byte("other"), 0o666)
		case 3:
			os.WriteFile(filepath.Join(dir, ".nojekyll"), []byte(fmt.Sprint(round)), 0o666)
		case 4:
			os.Remove(filepath.Join(dir, ".nojekyll"))
		case 5:
			os.RemoveAll(spare)
			os.Symlink(outside, spare)
		}
		before := inodes(t, dir)
		hidden, _ := os.ReadFile(filepath.Join(dir, ".nojekyll"))
		want, got := publish(t, plain, files), publishWith(t, dir, spare, files)
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		expected := map[string]string{}
		for name, b := range files {
			expected[name] = string(b)
		}
		if hidden != nil {
			expected[".nojekyll"] = string(hidden)
		}
		if found := tree(t, dir); !maps.Equal(found, expected) {
			t.Fatalf("round %d: the folder holds %v, want %v", round, found, expected)
		}
		after, same := inodes(t, dir), 0
		for name := range after {
			if before[name] != nil && os.SameFile(before[name], after[name]) {
				same++
			}
		}
		if hidden != nil {
			same--
		}
		if same != got.Same {
			t.Errorf("%d files are the same as before, want %d", same, got.Same)
		}
		if b, err := os.ReadFile(filepath.Join(outside, "index.html")); err != nil || string(b) != "mine" {
			t.Fatalf("something was written outside: %q, %v", b, err)
		}
	}
	if _, err := os.Stat(filepath.Join(spare, Marker)); err != nil {
		t.Errorf("no site is kept: %v", err)
	}
}

// Where case does not count, a page that is called labs now is written where the
// spare site has Labs, which may be the file that is published. Here the spare
// site's names are changed, so that its files are found under the new ones.
func TestSpareOtherCase(t *testing.T) {
	base := t.TempDir()
	dir, spare := filepath.Join(base, "public"), filepath.Join(base, "spare")
	files := func(a, b, more string) map[string][]byte {
		all := site()
		all[a], all[b], all["more"] = []byte("A"), []byte("B"), []byte(more)
		return all
	}
	old := files("Foo.html", "Labs/a.html", "1")
	publishWith(t, dir, spare, old)
	publishWith(t, dir, spare, files("Foo.html", "Labs/a.html", "2")) // the rest is the same in both
	s, err := Begin(dir, spare)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for from, to := range map[string]string{"Foo.html": "foo.html", "Labs": "labs"} {
		if err := os.Rename(s.placeOf(from), s.placeOf(to)); err != nil {
			t.Fatal(err)
		}
	}
	now := files("foo.html", "labs/a.html", "3")
	now["foo.html"] = []byte("other")
	for name, b := range now {
		if err := s.Put(name, b); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "Foo.html")); err != nil || string(b) != "A" {
		t.Errorf("before the site is published, its page holds %q, %v", b, err)
	}
	if _, err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for name, b := range now {
		want[name] = string(b)
	}
	if found := tree(t, dir); !maps.Equal(found, want) {
		t.Errorf("the folder holds %v, want %v", found, want)
	}
}

// Nor is it removed again in place, where the name that is gone leads to it.
func TestInPlaceOtherCase(t *testing.T) {
	dir := t.TempDir()
	staged := filepath.Join(dir, filepath.FromSlash(newFiles), "foo.html")
	write(t, staged, "new")
	if err := os.Link(staged, filepath.Join(dir, "Foo.html")); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	write(t, filepath.Join(dir, "Bar.html"), "old")
	if _, err := exchangeFiles(root, difference{changed: []string{"foo.html"}, gone: []string{"Bar.html", "Foo.html"}}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"foo.html": true, "Foo.html": true, "Bar.html": false} {
		if _, err := root.Stat(name); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// inodes are the files of a folder. A folder without files is an error.
func inodes(t *testing.T, dir string) map[string]fs.FileInfo {
	t.Helper()
	all := map[string]fs.FileInfo{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipAll // there is no site yet
		}
		if e.IsDir() {
			if entries, err := os.ReadDir(p); err != nil || len(entries) == 0 {
				t.Errorf("an empty folder: %s, %v", p, err)
			}
			return nil
		}
		all[p], err = e.Info()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
