package render

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/render/testsite"
)

// TestWriteSite writes a big site into the folder that HANDBOOK_WRITE_SITE
// names, for measuring whole processes: for handbook, and for Hugo to be
// compared with it. HANDBOOK_PAGES is the number of pages; HANDBOOK_LABS=1 makes
// all pages labs.
//
//	HANDBOOK_WRITE_SITE=DIR go test ./render -run TestWriteSite
//	cd DIR && time handbook build
//	cd DIR && time hugo
func TestWriteSite(t *testing.T) {
	dir := os.Getenv("HANDBOOK_WRITE_SITE")
	if dir == "" {
		t.Skip("HANDBOOK_WRITE_SITE names no folder")
	}
	n, err := strconv.Atoi(cmp.Or(os.Getenv("HANDBOOK_PAGES"), "2000"))
	if err != nil {
		t.Fatal(err)
	}
	fsys := testsite.Content(n)
	if os.Getenv("HANDBOOK_LABS") == "1" {
		fsys = testsite.Labs(n)
	}
	for name, f := range fsys {
		writeFile(t, filepath.Join(dir, "content", name), f.Data)
	}
	for _, f := range testsite.Hugo {
		writeFile(t, filepath.Join(dir, f[0]), []byte(f[1]))
	}
}

// The site is what the targets of speed speak of.
func TestBigSite(t *testing.T) {
	const n = 100
	site, err := content.Load(testsite.Content(n), "content")
	if err != nil {
		t.Fatal(err)
	}
	size, codes := 0, map[string]bool{}
	for _, p := range site.Pages {
		size += len(p.Source)
		if len(p.Tree().Snippets) != 15 {
			t.Fatalf("%s has %d fences", p.Path, len(p.Tree().Snippets))
		}
		for _, s := range p.Tree().Snippets {
			codes[s.Code] = true
		}
	}
	if size/n < 7800 || size/n > 8300 {
		t.Errorf("a page has %d bytes", size/n)
	}
	if len(codes) < n*15*99/100 {
		t.Errorf("only %d of %d fences differ", len(codes), n*15)
	}
	if _, err := content.Load(testsite.Labs(10), "content"); err != nil {
		t.Error(err)
	}
}

// BenchmarkSize tells whether a page costs the same on a small site and on a
// large one: in one section, as that is where neighbours are many.
//
//	go test ./render -run - -bench Size -benchtime 1x
func BenchmarkSize(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		for _, sections := range []bool{true, false} {
			name := fmt.Sprintf("%d/sections", n)
			fsys := testsite.Content(n)
			if !sections {
				name, fsys = fmt.Sprintf("%d/flat", n), fstest.MapFS{}
				for i := range n {
					fsys[fmt.Sprintf("all/page-%05d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "---\ntags: [t%d]\naliases: [/old/%d/]\n---\n# Page %d\n\nText.\n\n[to](page-%05d.md)\n", i%50, i, i, (i+1)%n)}
				}
			}
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					c := new(Cache)
					site, err := (&content.Loader{Light: true, Visit: c.Visit}).Load(fsys, "content")
					if err != nil {
						b.Fatal(err)
					}
					if _, err := Site(site, verified(site), Options{Cache: c}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/page")
			})
		}
	}
}

// BenchmarkCached is a build with the cache of an earlier one, but for the
// disk: it loads and renders a site of which nothing has changed.
func BenchmarkCached(b *testing.B) {
	fsys, store := testsite.Content(2000), &mapStore{}
	build := func() {
		c := &Cache{Store: store}
		site, err := (&content.Loader{Light: true, Visit: c.Visit, Store: store}).Load(fsys, "content")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Site(site, nil, Options{Cache: c}); err != nil {
			b.Fatal(err)
		}
	}
	build()
	for b.Loop() {
		build()
	}
}
