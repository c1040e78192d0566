package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A folder that somebody has sent with its .git lies in a repository of the user's
// own, which its settings name as the place of its files. They are not read.
func TestFilesElsewhere(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	outer := t.TempDir()
	sent := filepath.Join(outer, "sent")
	content := filepath.Join(sent, "content")
	if err := os.MkdirAll(content, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(outer, "secret"), filepath.Join(content, "a.md")} {
		if err := os.WriteFile(name, []byte("x\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	do := func(dir string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	do(outer, "init", "-q")
	do(sent, "init", "-q")
	l, err := Files(t.Context(), content, sent)
	if err != nil || len(l.Files) != 1 || l.Files[0].Name != "content/a.md" {
		t.Fatalf("%+v, %v", l, err)
	}
	do(sent, "config", "core.worktree", outer)
	l, err = Files(t.Context(), content, sent)
	if err == nil || !strings.HasSuffix(err.Error(), ", and those are not read") {
		t.Errorf("%+v, %v", l, err)
	}
}
