package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"handbook/verify/docker/testenv/need"
)

func site(pairs ...string) map[string][]byte {
	files := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		files[pairs[i]] = []byte(pairs[i+1])
	}
	return files
}

// tree is what a folder holds, without the marker.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		if rel != Marker {
			got[filepath.ToSlash(rel)] = string(b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func want(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	w := map[string]string{}
	for name, b := range site(pairs...) {
		w[name] = string(b)
	}
	if got := tree(t, dir); !maps.Equal(got, w) {
		t.Errorf("folder holds %v, want %v", got, w)
	}
	siblings, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range siblings {
		if strings.Contains(e.Name(), newMark) {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Dir makes dir hold exactly files.
func Dir(dir string, files map[string][]byte) (Result, error) {
	s, err := Begin(dir, "")
	if err != nil {
		return Result{}, err
	}
	defer s.Close()
	for name, b := range files {
		if err := s.Put(name, b); err != nil {
			return Result{}, err
		}
	}
	return s.Publish()
}

func publish(t *testing.T, dir string, files map[string][]byte) Result {
	t.Helper()
	r, err := Dir(dir, files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// both runs a test on a folder that can be exchanged, and on one that can't
// since it holds a folder of somebody else's.
func both(t *testing.T, test func(t *testing.T, dir string, keep ...string)) {
	t.Run("exchanged", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "public")) })
	t.Run("in place", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "public")
		write(t, filepath.Join(dir, ".git", "HEAD"), "ref")
		test(t, dir, ".git/HEAD", "ref")
	})
}

func TestNewFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "public")
	r := publish(t, dir, site("index.html", "hi", "labs/x/index.html", "x"))
	want(t, dir, "index.html", "hi", "labs/x/index.html", "x")
	if r.Written != 3 || r.InPlace { // with the marker
		t.Errorf("%+v", r)
	}
}

func TestReplace(t *testing.T) {
	both(t, func(t *testing.T, dir string, keep ...string) {
		write(t, filepath.Join(dir, ".gitignore"), "*")
		keep = append(keep, ".gitignore", "*")
		publish(t, dir, site("index.html", "hi", "same.css", "css", "gone/index.html", "gone", "file", "f", "folder/x", "x"))
		before, err := os.Stat(filepath.Join(dir, "same.css"))
		if err != nil {
			t.Fatal(err)
		}

		r := publish(t, dir, site("index.html", "ho", "same.css", "css", "file/x", "a file became a folder", "folder", "and back"))
		want(t, dir, append(keep, "index.html", "ho", "same.css", "css", "file/x", "a file became a folder", "folder", "and back")...)
		if r.InPlace != (len(keep) > 2) {
			t.Errorf("in place: %v", r.InPlace)
		}
		after, err := os.Stat(filepath.Join(dir, "same.css"))
		if err != nil {
			t.Fatal(err)
		}
		if !os.SameFile(before, after) || before.ModTime() != after.ModTime() {
			t.Error("an unchanged file was touched")
		}
		if _, err := os.Stat(filepath.Join(dir, "gone")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("an empty folder stays: %v", err)
		}
	})
}

func TestNothingChanged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	files := site("index.html", "hi")
	publish(t, dir, files)
	before, _ := os.Stat(dir)
	if r := publish(t, dir, files); r.Written != 0 || r.Removed != 0 || r.Same != 2 {
		t.Errorf("%+v", r)
	}
	if after, _ := os.Stat(dir); !os.SameFile(before, after) {
		t.Error("the folder was exchanged for nothing")
	}
}

func TestForeign(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "thesis.tex"), "years of work")
	_, err := Dir(dir, site("index.html", "hi"))
	foreign, ok := errors.AsType[*ForeignError](err)
	if !ok || foreign.Found != "thesis.tex" {
		t.Fatalf("got %v", err)
	}
	if got := tree(t, dir); len(got) != 1 {
		t.Errorf("something was written: %v", got)
	}
	if err := Ours(dir); err == nil {
		t.Error("Ours says nothing")
	}
	if err := Ours(filepath.Join(dir, "new")); err != nil {
		t.Errorf("a folder that is not there yet: %v", err)
	}
}

func TestNotAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "public")
	write(t, file, "text")
	if _, err := Dir(file, site("index.html", "hi")); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("got %v", err)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"../x", "/etc/x", "a//b", "", ".", "a/../../x"} {
		if _, err := Dir(filepath.Join(t.TempDir(), "public"), site(name, "")); err == nil {
			t.Errorf("%q was written", name)
		}
	}
}

func TestLinkToFolder(t *testing.T) {
	base := t.TempDir()
	real, link := filepath.Join(base, "real"), filepath.Join(base, "public")
	if err := os.Mkdir(real, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	publish(t, link, site("index.html", "hi"))
	want(t, real, "index.html", "hi")
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	if info, _ := os.Stat(real); runtime.GOOS != "windows" && info.Mode().Perm() != 0o750 {
		t.Errorf("the folder's mode became %v", info.Mode())
	}
}

// A link within the folder never leads a write out of it.
func TestLinkInside(t *testing.T) {
	both(t, func(t *testing.T, dir string, keep ...string) {
		outside := t.TempDir()
		write(t, filepath.Join(outside, "index.html"), "mine")
		publish(t, dir, site("index.html", "hi"))
		if err := os.Symlink(outside, filepath.Join(dir, "labs")); err != nil {
			t.Skip(err)
		}
		publish(t, dir, site("index.html", "hi", "labs/index.html", "ho"))
		want(t, dir, append(keep, "index.html", "hi", "labs/index.html", "ho")...)
		if got := tree(t, outside); got["index.html"] != "mine" {
			t.Errorf("written outside: %v", got)
		}
	})
}

func TestLeftovers(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "pub*[lic]")
	publish(t, dir, site("index.html", "hi"))
	write(t, sibling(dir)+"12/index.html", "half")
	publish(t, dir, site("index.html", "hi"))
	want(t, dir, "index.html", "hi")
}

func TestReadOnlyParent(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such parent")
	}
	base := t.TempDir()
	// Root may write anywhere, unless it lacks the capability.
	const without = "HANDBOOK_TEST_WITHOUT_CAPABILITY"
	if os.Getuid() == 0 && os.Getenv(without) == "" {
		cmd := exec.Command(need.Program.Find(t, "setpriv"), "--bounding-set=-dac_override", "--inh-caps=-dac_override",
			os.Args[0], "-test.run=^TestReadOnlyParent$")
		cmd.Env = append(os.Environ(), without+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	dir := filepath.Join(base, "public")
	publish(t, dir, site("index.html", "hi"))
	os.Chmod(base, 0o555)
	defer os.Chmod(base, 0o755)
	if r := publish(t, dir, site("index.html", "ho")); !r.InPlace {
		t.Error("not in place")
	}
	want(t, dir, "index.html", "ho")
}

// A reader who opens the folder and then reads from it sees one site, never
// parts of two.
func TestNeverHalf(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	version := func(n int) map[string][]byte {
		files := site()
		for i := range 20 {
			files[fmt.Sprintf("labs/%02d/index.html", i)] = fmt.Append(nil, n)
		}
		return files
	}
	publish(t, dir, version(0))
	var done atomic.Bool
	reads := make(chan int)
	go func() {
		n := 0
		for ; !done.Load(); n++ {
			root, err := os.OpenRoot(dir)
			if err != nil {
				if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
					t.Errorf("for a moment there was no site: %v", err)
				}
				continue
			}
			seen := map[string]bool{}
			for i := range 20 {
				// A folder that was exchanged meanwhile is being removed.
				if b, err := root.ReadFile(fmt.Sprintf("labs/%02d/index.html", i)); err == nil {
					seen[string(b)] = true
				}
			}
			root.Close()
			if len(seen) > 1 {
				t.Errorf("half a site: %v", seen)
			}
		}
		reads <- n
	}()
	for n := 1; n < 50; n++ {
		publish(t, dir, version(n))
	}
	done.Store(true)
	t.Logf("%d reads", <-reads)
}

func BenchmarkNothingChanged(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "public")
	files := site()
	for i := range 2000 {
		files[fmt.Sprintf("labs/%04d/index.html", i)] = []byte(strings.Repeat("<p>text</p>\n", 1200))
	}
	if _, err := Dir(dir, files); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Dir(dir, files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOnePageChanged(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "public")
	files := site()
	for i := range 2000 {
		files[fmt.Sprintf("labs/%04d/index.html", i)] = []byte(strings.Repeat("<p>text</p>\n", 1200))
	}
	n := 0
	for b.Loop() {
		n++
		files["labs/0000/index.html"] = fmt.Append(nil, n)
		if _, err := Dir(dir, files); err != nil {
			b.Fatal(err)
		}
	}
}
