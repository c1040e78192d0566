package repository

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"handbook/cmd/handbook/folder"
)

func runGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func write(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, name := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// kept lists what belongs to the repository of a site; what is not tracked has a
// question mark.
func kept(t *testing.T, f *Files) string {
	t.Helper()
	k, err := f.Kept()
	if err != nil {
		return err.Error()
	}
	all := k.Content + ":"
	if k.NoGit {
		all = "no repository: " + all
	}
	for _, file := range k.Files {
		all += " " + file.Path
		if !file.Tracked {
			all += "?"
		}
	}
	return all
}

func site(root string) *Files {
	content := filepath.Join(root, "content")
	return New(folder.Open(content), content, root, filepath.Join(root, "public"), filepath.Join(root, ".cache"))
}

func TestKept(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	top := t.TempDir()
	root := filepath.Join(top, "course") // the project is not all of the repository
	write(t, top, "course/content/a.md", "course/content/a.record.json", "course/content/.dockerignore", "course/public/index.html", "course/.cache/x",
		"course/sample/.env", "course/sample/ü.py", "elsewhere/x")
	if err := os.WriteFile(filepath.Join(top, ".gitignore"), []byte(".env\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, want := kept(t, site(root)), "no repository: content: content/.dockerignore content/a.md sample/.env sample/ü.py"; got != want {
		t.Errorf("without a repository: %s, want %s", got, want)
	}
	write(t, root, "sample/sub/.gitignore")
	if err := os.WriteFile(filepath.Join(root, "sample/.gitignore"), []byte(".env\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, want := kept(t, site(root)), "no repository: content: content/.dockerignore content/a.md sample/.gitignore sample/sub/.gitignore sample/ü.py"; got != want {
		t.Errorf("without a repository, but with .gitignore: %s, want %s", got, want)
	}

	other := t.TempDir()
	runGit(t, other, "init", "-q")
	write(t, other, "inside")
	runGit(t, other, "add", ".")
	runGit(t, other, "commit", "-qm", "x")
	runGit(t, top, "init", "-q")
	runGit(t, top, "add", "course/content", "elsewhere")
	runGit(t, top, "submodule", "--quiet", "add", other, "module")
	write(t, root, "new", "nested/file")
	runGit(t, filepath.Join(root, "nested"), "init", "-q")
	f := site(root)
	want := "course/content: .gitignore? .gitmodules course/content/.dockerignore course/content/a.md course/nested/file? course/new? course/sample/.gitignore? course/sample/sub/.gitignore? course/sample/ü.py? elsewhere/x module/inside"
	got := strings.Replace(kept(t, f), " course/nested? ", " course/nested/file? ", 1) // a repository of its own, as git lists it
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	// What is kept is opened, and nothing else.
	if err := os.Symlink("../sample", filepath.Join(root, "content", "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"course/sample/ü.py":       "course/sample/ü.py",
		"module/inside":            "inside",
		"course/content/link":      "not a file",
		"course/content/link/ü.py": "behind a link, and links are not followed",
		".git/config":              "file does not exist",
		"module/.GIT":              "file does not exist",
		"../x":                     "file does not exist",
		"course/none":              "no such file or directory",
	} {
		file, err := f.OpenKept(name)
		got := ""
		if err == nil {
			b, _ := io.ReadAll(file)
			got = string(b)
			file.Close()
		} else {
			got = err.Error()[strings.LastIndex(err.Error(), ": ")+2:]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}

	// It is asked again when it has to be.
	write(t, root, "later")
	if got := kept(t, f); strings.Contains(got, "later") {
		t.Error("git was asked twice")
	}
	f.Forget()
	if got := kept(t, f); !strings.Contains(got, " course/later? ") {
		t.Errorf("git was not asked again: %s", got)
	}
}

// Where git can't tell what it ignores, nothing goes.
func TestNoGit(t *testing.T) {
	root := t.TempDir()
	write(t, root, "content/a.md")
	t.Setenv("PATH", "")
	if got, want := kept(t, site(root)), "git is not installed, and only git tells which files it ignores"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
