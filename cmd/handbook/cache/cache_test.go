package cache

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"handbook/content"
)

func key(i int) content.Key { return content.KeyOf("test", fmt.Sprint(i)) }

func value(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 7}, 50+i%300) }

// fill puts values, and closes the cache.
func fill(t *testing.T, dir, version string, from, to int) {
	t.Helper()
	c := Open(dir, version)
	for i := from; i < to; i++ {
		c.Put(key(i), value(i))
		if i%17 == 0 && !bytes.Equal(c.Get(key(i)), value(i)) {
			t.Fatalf("%d can't be had back at once", i)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func packs(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	fill(t, dir, "1", 0, 1000)
	fill(t, dir, "1", 500, 1500)
	c := Open(dir, "1")
	defer c.Close()
	for i := range 1500 {
		if !bytes.Equal(c.Get(key(i)), value(i)) {
			t.Fatalf("%d is gone", i)
		}
	}
	if c.Get(key(1500)) != nil {
		t.Error("something that was never put")
	}
	if b, err := os.ReadFile(filepath.Join(dir, ".gitignore")); err != nil || string(b) != "*\n" {
		t.Error(string(b), err)
	}
}

func TestOtherVersion(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		fill(t, dir, fmt.Sprint(i), 0, 10)
	}
	c := Open(dir, "4")
	if c.Get(key(1)) != nil {
		t.Error("what another version has made")
	}
	if n := len(packs(t, dir)); n != 2 { // of this version and the one before
		t.Errorf("%d packs", n)
	}
}

// What nobody asks for does not stay for ever, and packs don't pile up.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, "1", 0, 20_000)
	c := Open(dir, "1")
	for i := range 100 {
		c.Get(key(i))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = Open(dir, "1")
	if c.Get(key(200)) != nil || !bytes.Equal(c.Get(key(99)), value(99)) {
		t.Error("the wrong ones were forgotten")
	}
	c.Close()
	for i := range 40 {
		fill(t, dir, "1", 100*i, 100*i+10)
	}
	if n := len(packs(t, dir)); n > maxPacks {
		t.Errorf("%d packs", n)
	}
}

// A pack that was cut or changed anywhere never gives a wrong value.
func TestDamage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for try := range 500 {
		dir := t.TempDir()
		fill(t, dir, "1", 0, 30)
		name := packs(t, dir)[0]
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if try%2 == 0 {
			b = b[:random.IntN(len(b))]
		} else {
			b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		}
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
		c := Open(dir, "1")
		lost := 0
		for i := range 30 {
			switch got := c.Get(key(i)); {
			case got == nil:
				lost++
			case !bytes.Equal(got, value(i)):
				t.Fatalf("try %d: a wrong value", try)
			}
			c.Put(key(i), value(i))
		}
		if lost == 0 {
			t.Fatalf("try %d: nothing was lost, so the damage was none", try)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		c = Open(dir, "1")
		for i := range 30 {
			if !bytes.Equal(c.Get(key(i)), value(i)) {
				t.Fatalf("try %d: %d was not mended", try, i)
			}
		}
		c.Close()
	}
}

// Where nothing can be written, everything is worked out anew.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c := Open(filepath.Join(file, "cache"), "1")
	c.Put(key(1), value(1))
	if c.Get(key(1)) != nil {
		t.Error("kept nowhere")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestProgram(t *testing.T) {
	if len(Program()) != 64 {
		t.Errorf("%q", Program())
	}
}
