package folder

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// lay writes files, folders (names with a slash at the end) and links ("name -> target").
func lay(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		name, target, isLink := strings.Cut(name, " -> ")
		file := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(file), 0o777)
		switch {
		case isLink:
			err = os.Symlink(target, file)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(file, 0o777)
		case err == nil:
			err = os.WriteFile(file, []byte("text of "+name), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tree lists all that a walk finds, with what reading it gives.
func tree(fsys fs.FS) string {
	var b strings.Builder
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			text = []byte(err.Error())
		}
		_, statErr := fs.Stat(fsys, name)
		if (err == nil) != (statErr == nil) && e.Type()&fs.ModeSymlink != 0 {
			text = fmt.Appendf(text, ", but: %v", statErr)
		}
		fmt.Fprintf(&b, "%s: %s\n", name, text)
		return nil
	})
	if err != nil {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}

func TestLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("SECRET"), 0o666); err != nil {
		t.Fatal(err)
	}
	dir := lay(t, "a.md", "in/b.md", "in/deep/c.md", ".git/config", ".env", "public/x",
		"file -> a.md", "folder -> in", "in/up -> ../a.md", "in/deep/far -> ../../folder/b.md", "chain -> file",
		"out -> ../../x", "absolute -> "+secret, "proc -> /proc/self/environ", "git -> .git/config", "gitdir -> .git", "env -> ./.env", "made -> public/x",
		"way -> in/../.git/config", "gone -> nothing", "self -> self", "loop -> .", "in/loop -> ..", "in/deep/loop -> ../../in", "round/a -> ../about", "about/b -> ../round")
	got := tree(Open(dir, "public"))
	want := `a.md: text of a.md
about/b/a: read about/b/a: a link to a folder that it lies in
absolute: read absolute: a link to "` + secret + `", which is outside the folder
chain: text of a.md
env: read env: a link to "./.env", which is hidden
file: text of a.md
folder/b.md: text of in/b.md
folder/deep/c.md: text of in/deep/c.md
folder/deep/far: text of in/b.md
folder/deep/loop: read folder/deep/loop: a link to a folder that it lies in
folder/loop: read folder/loop: a link to a folder that it lies in
folder/up: text of a.md
git: read git: a link to ".git/config", which is hidden
gitdir: read gitdir: a link to ".git", which is hidden
gone: read gone: no such file or directory
in/b.md: text of in/b.md
in/deep/c.md: text of in/deep/c.md
in/deep/far: text of in/b.md
in/deep/loop: read in/deep/loop: a link to a folder that it lies in
in/loop: read in/loop: a link to a folder that it lies in
in/up: text of a.md
loop: read loop: a link to a folder that it lies in
made: read made: a link to "public/x", which is hidden
out: read out: a link to "../../x", which is outside the folder
proc: read proc: a link to "/proc/self/environ", which is outside the folder
round/a/b: read round/a/b: a link to a folder that it lies in
self: read self: a link that leads through too many others
way: read way: a link to "in/../.git/config", which is hidden
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	// The same without a walk before, as includes are read.
	for line := range strings.Lines(want + ".git/config: read .git/config: file does not exist\n.env: read .env: file does not exist\npublic/x: read public/x: file does not exist\n") {
		name, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		b, err := fs.ReadFile(Open(dir, "public"), name)
		if err != nil {
			b = []byte(err.Error())
		}
		if string(b) != text {
			t.Errorf("%s by itself: %s, want %s", name, b, text)
		}
	}
}

// A folder that is exchanged for a link after it was listed leads nowhere else.
func TestExchanged(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	for _, to := range []string{lay(t, "x.md"), ".git"} {
		dir := lay(t, "in/x.md", ".git/x.md")
		fsys := Open(dir)
		tree(fsys)
		if err := os.RemoveAll(filepath.Join(dir, "in")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(dir, "in")); err != nil {
			t.Fatal(err)
		}
		if b, err := fs.ReadFile(fsys, "in/x.md"); err == nil {
			t.Errorf("read %q", b)
		}
	}
}

func TestLarge(t *testing.T) {
	dir := lay(t, "a.md")
	if err := os.Truncate(filepath.Join(dir, "a.md"), 3<<30); err != nil { // without a byte on the disk
		t.Fatal(err)
	}
	if _, err := fs.ReadFile(Open(dir), "a.md"); fmt.Sprint(err) != "read a.md: 3 GiB, which is more than 1 GiB" {
		t.Error(err)
	}
}

func TestFS(t *testing.T) {
	dir := lay(t, "a.md", "b/c.md", "b/d/e.md", "b/empty/")
	if err := fstest.TestFS(Open(dir), "a.md", "b/c.md", "b/d/e.md"); err != nil {
		t.Error(err)
	}
	long := bytes.Repeat([]byte("0123456789"), 100_000)
	if err := os.WriteFile(filepath.Join(dir, "long"), long, 0o666); err != nil {
		t.Fatal(err)
	}
	if b, err := fs.ReadFile(Open(dir), "long"); err != nil || !bytes.Equal(b, long) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, err := fs.ReadDir(Open(filepath.Join(dir, "none")), "."); err == nil {
		t.Error("a folder that is not there has no error")
	}
}

// Windows knows files by short names, too.
func TestShortName(t *testing.T) {
	for name, want := range map[string]bool{
		"GIT~1": true, "git~1/config": true, "a/GI7EB~1/config": true, "a/ENV~2.TXT": true,
		"a~b": false, "notes~1.html": false, "a/b~": false, "a longer name~1": false,
	} {
		if got := shortName.MatchString(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
