package search

import (
	"fmt"
	"strings"
	"testing"

	"handbook/render/plain"
	"handbook/render/testsite"
)

// bigSite returns the entries of the site of 2,000 pages that the benchmarks use.
func bigSite() (paths []string, entries []*Entry) {
	const n = 2000
	for i := range n {
		name, text := testsite.Page(i, n)
		paths, entries = append(paths, name), append(entries, bigEntry(name, text))
	}
	return paths, entries
}

func bigEntry(name, text string) *Entry {
	title, text, _ := strings.Cut(strings.TrimPrefix(text, "---\ntitle: "), "\n---\n")
	var passages []plain.Passage
	for i, part := range strings.Split("\n"+text, "\n## ") {
		heading, text, _ := strings.Cut(part, "\n")
		passages = append(passages, plain.Passage{ID: fmt.Sprint(i), Heading: heading, Text: text})
	}
	return NewEntry(strings.TrimSuffix(name, "md")+"html", title, passages)
}

// TestEdit edits a page among 2,000.
func TestEdit(t *testing.T) {
	paths, entries := bigSite()
	before := filesOf(paths, entries)
	shards := 0
	for name := range before {
		if strings.HasPrefix(name, Folder+"t-") {
			shards++
		}
	}
	if shards < 100 {
		t.Fatalf("%d shards", shards)
	}
	const i = 1000
	name, text := testsite.Page(i, len(paths))
	edit := func(paths []string, entries []*Entry) []string { return changed(before, filesOf(paths, entries)) }
	with := func(text string) []string {
		edited := append([]*Entry(nil), entries...)
		edited[i] = bigEntry(name, text)
		return edit(paths, edited)
	}
	for what, test := range map[string]struct {
		changed []string
		most    int
	}{
		"nothing":             {with(text), 0},
		"words that it has":   {with(strings.Replace(text, "end.\n\n## ", "end. The engine of the container.\n\n## ", 1)), 5},
		"two new words":       {with(text + "\nQuokkas hibernate.\n"), 5},
		"a new step":          {with(strings.Replace(text, "## See also", "## Step 6: the wombat\n\nRun `docker run --rm -it wombat`.\n\n## See also", 1)), 12},
		"a page less":         {edit(paths[1:], entries[1:]), 350},
		"two pages exchanged": {edit(append([]string{paths[1], paths[0]}, paths[2:]...), append([]*Entry{entries[1], entries[0]}, entries[2:]...)), 0},
	} {
		if len(test.changed) > test.most {
			t.Errorf("%s: changes %d files of the index, want at most %d", what, len(test.changed), test.most)
		}
		t.Logf("%s: changes %d of %d files: %.10q", what, len(test.changed), len(before), test.changed)
	}
}

// BenchmarkIndex makes the index of 2,000 pages from what is known of each.
func BenchmarkIndex(b *testing.B) {
	paths, entries := bigSite()
	for b.Loop() {
		filesOf(paths, entries)
	}
}

// BenchmarkEntry makes what is known of a page.
func BenchmarkEntry(b *testing.B) {
	name, text := testsite.Page(0, 2000)
	for b.Loop() {
		bigEntry(name, text)
	}
}
