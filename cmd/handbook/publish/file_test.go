//go:build unix

package publish

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.record.json")
	other := filepath.Join(dir, ".b.record.json.new-1")
	for _, left := range []string{filepath.Join(dir, ".a.record.json.new-1"), other, filepath.Join(dir, ".mine")} {
		if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"old", "new"} {
		if err := File(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(name); err != nil || string(b) != text {
			t.Fatalf("%q, %v, want %q", b, err, text)
		}
	}
	wantNames(t, dir, ".b.record.json.new-1", ".mine", "a.record.json")

	// Somebody writes there: what is there may be that one's.
	unlock, err := lock(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := SweepFiles(dir, ".record.json"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir, ".b.record.json.new-1", ".mine", "a.record.json")
	unlock()
	if err := SweepFiles(dir, ".record.json"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir, ".mine", "a.record.json")
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	public := filepath.Join(dir, "public")
	if err := os.MkdirAll(filepath.Join(dir, ".public.new-17", "labs"), 0o777); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(public)
	if err != nil {
		t.Fatal(err)
	}
	if err := Sweep(public); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir, ".public.new-17")
	unlock()
	if err := Sweep(public); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir)
}

// TestKilledInPlace: what was being written when the process was killed is
// nobody else's file, and goes.
func TestKilledInPlace(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{tempMark + Marker, tempMark + "index.html"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Dir(dir, map[string][]byte{"index.html": []byte("whole")}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir, Marker, "index.html")
}

func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
}

// A file that somebody else has saved meanwhile is left alone, even at the last
// moment.
func TestReplaceFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "page.md")
	reads := func(want string) {
		t.Helper()
		if b, err := os.ReadFile(name); err != nil || string(b) != want {
			t.Errorf("%q, %v, want %q", b, err, want)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".*")); len(left) > 0 {
			t.Errorf("leaves %v", left)
		}
	}
	if err := Replace(name, []byte("old"), []byte("new")); err != ErrChanged {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := Replace(name, nil, []byte("old")); err != nil {
		t.Error(err)
	}
	if err := Replace(name, nil, []byte("new")); err != ErrChanged {
		t.Errorf("a file that is there: %v", err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(name, []byte("old"), []byte("new")); err != nil {
		t.Error(err)
	}
	reads("new")
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := Replace(name, []byte("old"), []byte("newer")); err != ErrChanged {
		t.Errorf("a file with other bytes: %v", err)
	}
	reads("new")
	looks := 0
	err := file(name, []byte("newer"), 0o600, func() error { // saved while it is written
		looks++
		return ErrChanged
	})
	if err != ErrChanged || looks != 1 {
		t.Errorf("%v after %d looks", err, looks)
	}
	reads("new")
	if err := Replace(name, []byte("new"), nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("is still there")
	}
}
