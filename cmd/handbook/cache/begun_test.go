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
	dir := t.TempDir()
	writes := Open(dir, "one")
	writes.Put(content.Key{1}, []byte("value"))
	begun := func() []string {
		names, err := filepath.Glob(filepath.Join(dir, "*", "*"+beginSuffix))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if len(begun()) != 1 {
		t.Fatalf("%q, want one file that is being written", begun())
	}
	var killed []string
	for _, name := range []string{begun()[0] + ".2" + beginSuffix, filepath.Join(dir, "build.1"+beginSuffix)} {
		killed = append(killed, name)
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for what, start := range map[string]func(){
		"Open":    func() { Open(dir, "two").Close() },
		"NewSeal": func() { NewSeal(dir, "verify", nil) },
		"File": func() {
			if err := File(filepath.Join(dir, "known"), []byte("new")); err != nil {
				t.Error(err)
			}
		},
	} {
		for _, name := range killed {
			if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		start()
		for _, name := range killed {
			if _, err := os.Lstat(name); !os.IsNotExist(err) {
				t.Errorf("%s leaves %s", what, name)
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
