package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// begin begins to write a site.
func begin(t *testing.T, dir string) *Stage {
	t.Helper()
	s, err := Begin(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *Stage, pairs ...string) {
	t.Helper()
	for name, b := range site(pairs...) {
		if err := s.Put(name, b); err != nil {
			t.Fatal(err)
		}
	}
}

// A site that is not published leaves nothing, nor do files that are put while the
// stage is closed, as after an interrupt.
func TestNotPublished(t *testing.T) {
	both(t, func(t *testing.T, dir string, keep ...string) {
		publish(t, dir, site("index.html", "hi", "same.html", "same"))
		s := begin(t, dir)
		put(t, s, "index.html", "ho", "labs/x/index.html", "new", "same.html", "same")
		var g sync.WaitGroup
		for i := range 4 {
			g.Go(func() {
				for n := range 500 {
					err := s.Put(fmt.Sprintf("late/%d/%d.html", i, n), []byte("late"))
					if err != nil && !errors.Is(err, errClosed) {
						t.Error(err)
					}
				}
			})
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		g.Wait()
		if err := s.Put("later.html", nil); !errors.Is(err, errClosed) {
			t.Errorf("a closed stage takes a file: %v", err)
		}
		want(t, dir, append(keep, "index.html", "hi", "same.html", "same")...)
	})
	t.Run("a folder that was not there", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "public")
		s := begin(t, dir)
		put(t, s, "index.html", "hi")
		s.Close()
		if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("it is there: %v", err)
		}
	})
}

// The last of several files of the same name counts, and none of them is written
// into the one that is published.
func TestPutAgain(t *testing.T) {
	both(t, func(t *testing.T, dir string, keep ...string) {
		publish(t, dir, site("index.html", "hi", "a.html", "a"))
		s := begin(t, dir)
		put(t, s, "index.html", "hi", "a.html", "b")
		put(t, s, "index.html", "ho", "a.html", "a")
		want := func(name, text string) {
			t.Helper()
			if b, err := s.ReadFile(name); err != nil || string(b) != text {
				t.Errorf("%s: %q, %v", name, b, err)
			}
		}
		want("index.html", "ho")
		want("a.html", "a")
		if got := tree(t, dir)["index.html"]; got != "hi" {
			t.Errorf("before it is published, the folder has %q", got)
		}
		if r, err := s.Publish(); err != nil || r.Written != 1 || r.Same != 2 || r.Removed != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if got := tree(t, dir); got["index.html"] != "ho" || got["a.html"] != "a" {
			t.Errorf("published: %v", got)
		}
	})
}

// A hidden folder stays that somebody makes while the site is written.
func TestHiddenMeanwhile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	publish(t, dir, site("index.html", "hi", "old.html", "old"))
	s := begin(t, dir)
	put(t, s, "index.html", "ho", "labs/index.html", "new")
	write(t, filepath.Join(dir, ".git", "HEAD"), "ref")
	r, err := s.Publish()
	if err != nil || !r.InPlace {
		t.Errorf("%+v, %v", r, err)
	}
	s.Close()
	want(t, dir, "index.html", "ho", "labs/index.html", "new", ".git/HEAD", "ref")
}

// What a call that was killed has left within the folder goes with the others.
func TestSweepInside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	write(t, filepath.Join(dir, ".git", "HEAD"), "ref")
	publish(t, dir, site("index.html", "hi"))
	s := begin(t, dir)
	put(t, s, "index.html", "half")
	if err := Sweep(dir); err != nil {
		t.Fatal(err)
	}
	if b, err := s.ReadFile("index.html"); err != nil || string(b) != "half" {
		t.Errorf("a file of a living call: %q, %v", b, err)
	}
	s.unlock() // as when the process ends
	if err := Sweep(dir); err != nil {
		t.Fatal(err)
	}
	want(t, dir, "index.html", "hi", ".git/HEAD", "ref")
}
