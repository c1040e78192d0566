package render

import (
	"testing"
	"testing/fstest"

	"handbook/content"
)

// load loads a site from texts by path.
func load(t testing.TB, files map[string]string) *content.Site {
	t.Helper()
	fsys := make(fstest.MapFS)
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	site, err := content.Load(fsys, "content")
	if err != nil {
		t.Fatal(err)
	}
	return site
}
