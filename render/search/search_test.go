package search

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/render/plain"
)

// TestTerms has the same table as cmd/handbook/browser.TestTerms.
func TestTerms(t *testing.T) {
	b, err := os.ReadFile("testdata/terms.json")
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Text  string
		Terms []string
	}
	if err := json.Unmarshal(b, &tests); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		got := []string{}
		Terms(test.Text, func(term string) { got = append(got, term) })
		if diff := cmp.Diff(test.Terms, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", test.Text, diff)
		}
	}
}

func FuzzTerms(f *testing.F) {
	f.Add("docker run -d --name 'x' ./é コンテナ\xff")
	f.Fuzz(func(t *testing.T, text string) {
		Terms(text, func(term string) {
			if term == "" || len(term) > 255 {
				t.Errorf("%q has the term %q", text, term)
			}
		})
	})
}

// shardOf is how a browser finds the shard of a term: that of the longest prefix.
func shardOf(files map[string][]byte, term string) string {
	for key := fmt.Sprintf("%x", term); ; key = key[:len(key)-1] {
		if name := Folder + "t-" + key + ".js"; files[name] != nil || key == "" {
			return name
		}
	}
}

// arguments reads what a file of the index hands over.
func arguments(t *testing.T, file []byte, into ...any) {
	t.Helper()
	text := strings.TrimSuffix(strings.TrimPrefix(string(file), "hbSearch("), ")\n")
	if err := json.Unmarshal([]byte("["+text+"]"), &into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// pagesOf reads the postings of a term, as a browser does.
func pagesOf(t *testing.T, files map[string][]byte, term string) map[string]level {
	t.Helper()
	var values []string
	arguments(t, files[shardOf(files, term)], &values)
	pages := make(map[string]level)
	for i := 0; i < len(values); i += 2 {
		if values[i] != term {
			continue
		}
		page, shift := 0, 0
		for k := 0; k < len(values[i+1]); k++ {
			digit := strings.IndexByte(digits, values[i+1][k])
			page += digit & 31 << shift
			shift += 5
			if digit < 32 {
				k++
				pages[fmt.Sprintf("p-%06x", page)] = level(strings.IndexByte(digits, values[i+1][k]))
				shift = 0
			}
		}
	}
	return pages
}

// filesOf returns all files of an index.
func filesOf(paths []string, entries []*Entry) map[string][]byte {
	files := make(map[string][]byte)
	x := New(paths, func(name string, b []byte) { files[name] = b })
	for i, e := range entries { // in another order than that of Order
		x.Add(i, e)
	}
	x.Close()
	return files
}

func TestIndex(t *testing.T) {
	paths := []string{"a.md", "b.md"}
	files := filesOf(paths, []*Entry{
		NewEntry("a.html", "Containers", []plain.Passage{
			{Text: "What a container is."},
			{ID: "run", Heading: "Run one", Text: "docker run -d web\nweb web web\nNo -v.", Commands: "docker run -d web\n"},
			{ID: "none", Heading: "", Text: ""},
		}),
		NewEntry("b.html", "Run it", []plain.Passage{{}, {ID: "x", Heading: "X"}}),
	})
	pages := numbered(paths)
	name := func(i int) string {
		for _, p := range pages {
			if p.index == i {
				return fmt.Sprintf("p-%06x", p.number)
			}
		}
		return ""
	}
	for term, want := range map[string]map[string]level{
		"containers": {name(0): inTitle},
		"container":  {name(0): once},
		"-d":         {name(0): once | inCommand},
		"-v":         {name(0): once},
		"web":        {name(0): often},
		"run":        {name(0): inHeading | once, name(1): inTitle},
		"nowhere":    {},
	} {
		if diff := cmp.Diff(want, pagesOf(t, files, term)); diff != "" {
			t.Errorf("%s: -want +got\n%s", term, diff)
		}
	}
	var url, title string
	var rows [][3]string
	arguments(t, files[Folder+name(0)+".js"], &url, &title, &rows)
	if url != "a.html" || title != "Containers" || len(rows) != 2 || rows[1] != [3]string{"run", "Run one", "docker run -d web\nweb web web\nNo -v."} {
		t.Errorf("%q %q %q", url, title, rows)
	}
	var count int
	var shards []string
	arguments(t, files[Name], &count, &shards)
	if count != 2 || !slices.Equal(shards, []string{""}) {
		t.Errorf("%d pages, shards %q", count, shards)
	}
	var words string
	arguments(t, files[Folder+"words.js"], &words)
	if words != "container containers docker what" {
		t.Errorf("words %q", words)
	}
}

// Every term is found in the shard where a browser looks for it, whatever it is
// cut into.
func TestShards(t *testing.T) {
	var paths []string
	var entries []*Entry
	for i := range 400 {
		var text strings.Builder
		for k := range 60 {
			fmt.Fprintf(&text, "word%d name-%d %c%c字 é%d\n", (i*k)%977, i*k, 0x4e00+i*7%2000, 0x5e00+k*31, k)
		}
		paths = append(paths, strconv.Itoa(i)+".md")
		entries = append(entries, NewEntry("x.html", "Page "+strconv.Itoa(i), []plain.Passage{{Text: text.String()}}))
	}
	files := filesOf(paths, entries)
	terms := make(map[string]int)
	for _, e := range entries {
		for rest := e.Terms; len(rest) > 0; rest = rest[2+int(rest[0]):] {
			terms[string(rest[1:1+int(rest[0])])]++
		}
	}
	shards, found := 0, 0
	for name, b := range files {
		if !strings.HasPrefix(name, Folder+"t-") {
			continue
		}
		shards++
		if len(b) > 4*maxShard {
			t.Errorf("%s has %d bytes", name, len(b))
		}
		var values []string
		arguments(t, b, &values)
		for i := 0; i < len(values); i += 2 {
			found++
			if at := shardOf(files, values[i]); at != name {
				t.Errorf("%q is in %s, and is looked for in %s", values[i], name, at)
			}
		}
	}
	if shards < 10 || found != len(terms) {
		t.Errorf("%d shards with %d terms, want %d", shards, found, len(terms))
	}
	for _, term := range []string{"word7", "name", "name-0", "页"} {
		if got := len(pagesOf(t, files, term)); got != terms[term] {
			t.Errorf("%s is on %d pages, want %d", term, got, terms[term])
		}
	}
}

// Two pages never have the same number, and it is always the same one.
func TestNumbers(t *testing.T) {
	paths := make([]string, 20_000) // of which some have the same digest
	for i := range paths {
		paths[i] = fmt.Sprintf("labs/%d.md", i)
	}
	of := make(map[string]uint32)
	taken := make(map[uint32]bool)
	for _, p := range numbered(paths) {
		if taken[p.number] || p.number > 0xffffff {
			t.Fatalf("%s has the number %x", paths[p.index], p.number)
		}
		taken[p.number], of[paths[p.index]] = true, p.number
	}
	slices.Reverse(paths)
	for _, p := range numbered(paths) {
		if of[paths[p.index]] != p.number {
			t.Fatalf("%s has another number in another order", paths[p.index])
		}
	}
	moved := 0
	for _, p := range numbered(paths[1:]) {
		if of[paths[1:][p.index]] != p.number {
			moved++
		}
	}
	if moved > 2 {
		t.Errorf("%d pages have another number without one of the others", moved)
	}
}

// changed returns the names of files that differ.
func changed(a, b map[string][]byte) []string {
	names := make(map[string]bool)
	for name := range a {
		names[name] = !bytes.Equal(a[name], b[name])
	}
	for name := range b {
		names[name] = !bytes.Equal(a[name], b[name])
	}
	maps.DeleteFunc(names, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(names))
}

// A word says more the more often it stands on a page, however often that is.
func TestLevels(t *testing.T) {
	for n, want := range map[int]level{1: once, 2: 2, 3: 2, 4: often, 5: often, 508: often, 510: often, 2000: often} {
		e := NewEntry("page.html", "Title", []plain.Passage{{Text: strings.Repeat("quokka ", n)}})
		if want := append([]byte("\x06quokka"), byte(want)); !bytes.Contains(e.Terms, want) {
			t.Errorf("%d times: %q, want %q in it", n, e.Terms, want)
		}
	}
}
