package browser

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Limits of what a page makes a reader's browser load and hold. They are what
// decides how fast it is; none depends on the computer that measures it.
var (
	// In bytes of gzip, by the files' extension. The icon is sent as it is.
	weightLimits = map[string]int{".html": 15 << 10, ".css": 12 << 10, ".js": 10 << 10, ".svg": 1 << 10}

	// Of the search's script, which is loaded when it is first used. TestSearchWeight
	// weighs it with what it loads.
	searchLimit = 6 << 10

	// Elements of the document. The other kinds of pages have at most 600.
	elementLimits = map[string]int{"labs/04-flask/index.html": 1400, "guides/writing-labs/index.html": 1900}
)

// TestWeight weighs what pages of every kind load before they can be read and
// used, and what their search adds. Besides the images in its text, a page asks
// for one style sheet, one script, and the icon; it is drawn after the first.
func TestWeight(t *testing.T) {
	t.Parallel()
	w := open(t, below, "index.html")
	for _, page := range kinds {
		w.load(page)
		weights := map[string]int{}
		add := func(url string) {
			name, ok := strings.CutPrefix(url, below)
			if !ok {
				t.Fatalf("%s loads %s", page, url)
			}
			weights[filepath.Ext(name)] += compressed(t, name)
		}
		add(below + page)
		script := eval[string](w, `new URL(document.querySelector("#hb-search").dataset.script, location.href).href`)
		if got := compressed(t, strings.TrimPrefix(script, below)); got > searchLimit {
			t.Errorf("%s: %d bytes of the search's script compressed, want at most %d", page, got, searchLimit)
		}
		var asked, blocking []string
		for _, r := range eval[[]struct{ URL, Blocking string }](w, `performance.getEntriesByType("resource")
			.filter((e) => e.initiatorType !== "img").map((e) => ({ URL: e.name, Blocking: e.renderBlockingStatus }))`) {
			if page == "404.html" && (r.URL == script || strings.HasPrefix(r.URL, below+"search")) {
				continue // it searches at once
			}
			add(r.URL)
			ext := filepath.Ext(r.URL)
			asked = append(asked, ext)
			if r.Blocking == "blocking" {
				blocking = append(blocking, ext)
			}
		}
		slices.Sort(asked)
		slices.Sort(blocking)
		// A browser keeps the icon once it has it.
		if got := strings.Join(asked, " "); got != ".css .js" && got != ".css .js .svg" {
			t.Errorf("%s asks for %s, want one style sheet, one script and the icon", page, got)
		}
		if got := strings.Join(blocking, " "); got != ".css" {
			t.Errorf("%s is drawn after %s, want one style sheet", page, got)
		}
		for ext, got := range weights {
			if limit := weightLimits[ext]; got > limit {
				t.Errorf("%s: %d bytes of %s compressed, want at most %d", page, got, ext, limit)
			}
		}
		limit := elementLimits[page]
		if limit == 0 {
			limit = 600
		}
		elements := eval[int](w, `document.querySelectorAll("*").length`)
		if elements > limit {
			t.Errorf("%s has %d elements, want at most %d", page, elements, limit)
		}
		t.Logf("%s: %v bytes compressed, %d elements", page, weights, elements)
	}
}

// compressed is what a published file weighs under way, in bytes.
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
