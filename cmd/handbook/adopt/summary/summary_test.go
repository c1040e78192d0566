package summary_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"handbook/cmd/handbook/adopt"
	"handbook/cmd/handbook/adopt/summary"
)

// The same source becomes the same handbook.
func TestSame(t *testing.T) {
	archive, err := txtar.ParseFile("../testdata/placeholders.txtar")
	if err != nil {
		t.Fatal(err)
	}
	source := fstest.MapFS{}
	for _, f := range archive.Files {
		source[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	first, err := adopt.Adopt(source, adopt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := adopt.Adopt(source, adopt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(first.Files, again.Files); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(string(summary.Guesses(first)), string(summary.Guesses(again))); d != "" {
			t.Fatal(d)
		}
	}
}
