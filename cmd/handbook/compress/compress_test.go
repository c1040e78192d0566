package compress

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"

	"handbook/cmd/handbook/publish"
)

func page(n int) []byte {
	return fmt.Append(nil, strings.Repeat(fmt.Sprintf("<p>Page %d says something.</p>\n", n), 200))
}

// inMemory are files of a site.
type inMemory struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (m *inMemory) Names() []string { return slices.Sorted(maps.Keys(m.files)) }

func (m *inMemory) ReadFile(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files[name], nil
}

func (m *inMemory) Put(name string, b []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[name] = b
	return nil
}

// publishAll makes a folder hold just these files.
func publishAll(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	s, err := publish.Begin(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, b := range files {
		if err := s.Put(name, b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Publish(); err != nil {
		t.Fatal(err)
	}
}

func TestCompressed(t *testing.T) {
	site := func() map[string][]byte {
		return map[string][]byte{
			"index.html": page(1), "assets/a.css": page(2), "pic.png": page(3), "small.html": []byte("<p>Hi"),
			"notes.txt": page(4), "notes.txt.gz": []byte("the author's own"),
		}
	}
	for _, test := range []struct {
		all  bool
		want string
	}{
		{false, "assets/a.css.br assets/a.css.gz"},
		{true, "assets/a.css.br assets/a.css.gz index.html.br index.html.gz notes.txt.br"},
	} {
		files := site()
		if err := Add(&inMemory{files: files}, filepath.Join(t.TempDir(), "none"), test.all); err != nil {
			t.Fatal(err)
		}
		added := map[string]bool{}
		for name, b := range files {
			if _, had := site()[name]; had {
				if !bytes.Equal(b, site()[name]) {
					t.Errorf("%s was changed", name)
				}
				continue
			}
			added[name] = true
			if got := decompressed(t, name, b); !bytes.Equal(got, files[name[:len(name)-3]]) {
				t.Errorf("%s holds something else", name)
			}
		}
		for name := range strings.FieldsSeq(test.want) {
			if !added[name] {
				t.Errorf("all %v: no %s", test.all, name)
			}
			delete(added, name)
		}
		if len(added) > 0 {
			t.Errorf("all %v: too many: %v", test.all, added)
		}
	}
}

func decompressed(t *testing.T, name string, b []byte) []byte {
	t.Helper()
	var r io.Reader = brotli.NewReader(bytes.NewReader(b))
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestCompressedKept checks that copies of the last build are taken from
// there, but only those of the same bytes, whatever somebody put there.
func TestCompressedKept(t *testing.T) {
	out := filepath.Join(t.TempDir(), "public")
	build := func(n int) map[string][]byte {
		files := map[string][]byte{"index.html": page(n)}
		if err := Add(&inMemory{files: files}, out, true); err != nil {
			t.Fatal(err)
		}
		return files
	}
	first := build(1)
	publishAll(t, out, first)
	// As an earlier version might have compressed it: other bytes, the same page.
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, 1)
	w.Write(page(1))
	w.Close()
	os.WriteFile(filepath.Join(out, "index.html.gz"), z.Bytes(), 0o666)
	if got := build(1)["index.html.gz"]; !bytes.Equal(got, z.Bytes()) {
		t.Error("what is there is made anew")
	}
	if got := build(2); !bytes.Equal(decompressed(t, ".gz", got["index.html.gz"]), page(2)) || !bytes.Equal(decompressed(t, ".br", got["index.html.br"]), page(2)) {
		t.Error("a copy is that of the last page")
	}
	for _, name := range []string{"index.html.gz", "index.html.br"} {
		other := build(3)[name]
		os.WriteFile(filepath.Join(out, name), other, 0o666)
		if got := build(1); !bytes.Equal(decompressed(t, name, got[name]), page(1)) {
			t.Errorf("%s of another page is published", name)
		}
	}
}

func BenchmarkCompressed(b *testing.B) {
	files := map[string][]byte{}
	size := 0
	html, err := os.ReadFile("../../../render/testdata/golden/04-flask.html")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		text := append(fmt.Append(nil, i), html...)
		files[fmt.Sprintf("labs/%03d/index.html", i)] = text
		size += len(text)
	}
	out := filepath.Join(b.TempDir(), "public")
	run := func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			if err := Add(&inMemory{files: maps.Clone(files)}, out, true); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("first", run)
	all := maps.Clone(files)
	if err := Add(&inMemory{files: all}, out, true); err != nil {
		b.Fatal(err)
	}
	publishAll(b, out, all)
	b.Run("again", run)
}
