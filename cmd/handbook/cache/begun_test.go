package cache

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"handbook/content"
)

// TestBegun: what is being written stays, what was left behind goes with the
// next start.
func TestBegun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that were left behind go by their age there")
	}
	dir := filepath.Join(t.TempDir(), "a [site]")
	writes := Open(dir, "one")
	writes.Put(content.Key{1}, []byte("value"))
	begun := func() []string { return glob(dir, "*/*"+beginSuffix) }
	if len(begun()) != 1 {
		t.Fatalf("%q, want one file that is being written", begun())
	}
	beside := filepath.Join(dir, "build.1"+beginSuffix)
	for _, test := range []struct {
		what   string
		start  func()
		killed []string
	}{
		{"Open", func() { Open(dir, "two").Close() }, []string{beside, begun()[0] + ".2" + beginSuffix}},
		{"File", func() {
			if err := File(filepath.Join(dir, "known"), []byte("new")); err != nil {
				t.Error(err)
			}
		}, []string{beside}},
	} {
		for _, name := range test.killed {
			if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		test.start()
		for _, name := range test.killed {
			if _, err := os.Lstat(name); !os.IsNotExist(err) {
				t.Errorf("%s leaves %s", test.what, name)
			}
		}
	}
	if err := writes.Close(); err != nil {
		t.Fatal(err)
	}
	if got := Open(dir, "one").Get(content.Key{1}); string(got) != "value" {
		t.Errorf("%q was kept, want what was put while others started", got)
	}
	if len(begun()) != 0 {
		t.Errorf("left behind: %q", begun())
	}
	if info, err := os.Stat(filepath.Join(dir, "known")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info, err)
	}
}
