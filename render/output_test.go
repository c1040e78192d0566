package render

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/render/testsite"
)

// loadLight loads a site as commands do.
func loadLight(t *testing.T, fsys fstest.MapFS) *content.Site {
	t.Helper()
	site, err := (&content.Loader{Light: true}).Load(fsys, "content")
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// Write puts what Site returns, each page before the next one is begun.
func TestWrite(t *testing.T) {
	site := loadLight(t, testsite.Content(20))
	want, err := Site(site, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(site, nil, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	got := make(Files)
	begun := 0
	stop := func() bool {
		pages := 0
		for name := range got {
			if strings.HasPrefix(name, "part-") && strings.HasSuffix(name, ".html") {
				pages++
			}
		}
		if pages != begun {
			t.Errorf("when page %d is begun, %d were put", begun, pages)
		}
		begun = min(begun+1, len(site.Pages)) // at last it is asked after all pages
		return false
	}
	if err := r.Write(got.collect(), stop); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(got, want, func(a, b []byte) bool { return string(a) == string(b) }) {
		t.Error(cmp.Diff(want.Names(), got.Names()))
	}
}

// What is wrong with the site is told, and if nothing is, what is wrong with the
// place where it is put.
func TestWriteFails(t *testing.T) {
	full := errors.New("no space left")
	for text, want := range map[string]string{
		"# A page\n":              "no space left",
		"# A page\n\n[x](y.md)\n": `content/a.md:3:5: link to "y.md": no such page (did you mean "a.md"?)`,
	} {
		site := loadLight(t, fstest.MapFS{"a.md": {Data: []byte(text)}, "b.md": {Data: []byte("# Another one\n")}})
		n := 0
		err := Write(site, nil, Options{Workers: 1}, func(string, []byte) error {
			n++
			return full
		})
		if fmt.Sprint(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if n != 1 {
			t.Errorf("%q: %d files were put after the first error", text, n-1)
		}
	}
}
