package browser

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWeight weighs what each page makes a reader load before it can be read
// and used, and what its search adds, compressed.
func TestWeight(t *testing.T) {
	w := open(t, below, "index.html")
	for _, page := range kinds {
		w.load(page)
		want(w, `performance.getEntriesByType("resource").filter((e) => e.initiatorType === "fetch" || e.initiatorType === "xmlhttprequest").length`, 0)
		weights := map[string]int{".html": compressed(t, page)}
		for _, url := range eval[[]string](w, `[...document.querySelectorAll("script[src]")].map((e) => e.src)
			.concat([...document.querySelectorAll("link[rel=stylesheet]")].map((e) => e.href), new URL(document.querySelector("dialog").dataset.script, location.href).href)`) {
			name, ok := strings.CutPrefix(url, below)
			if !ok {
				t.Fatalf("%s loads %s", page, url)
			}
			weights[filepath.Ext(name)] += compressed(t, name)
		}
		for ext, limit := range map[string]int{".html": 15 << 10, ".css": 12 << 10, ".js": 10 << 10} {
			if got := weights[ext]; got == 0 || got > limit {
				t.Errorf("%s: %d bytes of %s compressed, want at most %d", page, got, ext, limit)
			}
		}
		t.Log(page, weights)
	}
}

// compressed is what a published file weighs under way.
func compressed(t *testing.T, name string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(public, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Len()
}
