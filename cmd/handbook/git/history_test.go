package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"handbook/cmd/handbook/cache"
)

// What is kept of the history is not believed when it was damaged: git is asked
// anew.
func TestDamagedHistory(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	root, dir := t.TempDir(), t.TempDir()
	for _, name := range []string{"a.md", "b.md"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte("# A\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a", "--date", "2020-02-02T02:02:02Z"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "GIT_COMMITTER_DATE=2020-02-02T02:02:02Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	want := time.Date(2020, 2, 2, 2, 2, 2, 0, time.UTC)
	dated := func() bool {
		h := ReadHistory(t.Context(), root, dir)
		return h != nil && len(h.Updated) == 2 && h.Updated["a.md"].Equal(want) && h.Updated["b.md"].Equal(want)
	}
	if !dated() {
		t.Fatal("the pages have no dates")
	}
	kept := filepath.Join(dir, "history")
	whole, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, len(whole) / 2, len(whole) - 1} {
		if err := os.WriteFile(kept, whole[:size], 0o666); err != nil {
			t.Fatal(err)
		}
		if !dated() {
			t.Errorf("cut to %d bytes of %d: the pages have no dates", size, len(whole))
		}
		if _, ok := cache.ReadSummed(kept); !ok {
			t.Errorf("cut to %d bytes, it is not written anew", size)
		}
	}
}
