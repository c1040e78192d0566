package summary_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"handbook/cmd/handbook/adopt"
	"handbook/cmd/handbook/adopt/summary"
	"handbook/content"
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

// TestDriftIsAPage makes a report of a lab that printed colours, where the old page
// had other control characters: content takes it for a page.
func TestDriftIsAPage(t *testing.T) {
	source := fstest.MapFS{"a.md": {Data: []byte("# A\n\n```\n$ docker images\nREPOSITORY\u202e TAG\n```\n")}}
	book, err := adopt.Adopt(source, adopt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	record := &content.Record{Results: content.Results{Snippets: []content.SnippetResult{{Number: 1,
		Commands: []content.CommandResult{{Text: "docker images", Output: []string{"\x1b[1mIMAGE\x1b[0m   ID", "bell\a"}}}}}}}
	report := summary.Drift(book, map[string]summary.Result{"a.md": {Verdict: "passed", Record: record}})
	if want := "REPOSITORY\\u202e TAG\n```\n\n```text\nIMAGE   ID\nbell\u2407\n```"; !strings.Contains(string(report.Page), want) {
		t.Errorf("want %q in\n%s", want, report.Page)
	}
	site, err := content.Load(fstest.MapFS{"drift.md": {Data: report.Page}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	site.Pages[0].Tree()
}

// TestNamesAreText adopts a file whose name would be markup, and escape sequences,
// where the guesses and drifts tell of it.
func TestNamesAreText(t *testing.T) {
	const name = "a`\n\n# \x1b[2JOwned\n.md"
	lab := &fstest.MapFile{Data: []byte("# A\n\n```\n$ docker ps\n```\n")}
	book, err := adopt.Adopt(fstest.MapFS{name: lab, "b`# Owned.md": lab, "c\u202egnp.png": lab, "d\x07/e.md": lab, "x\x1b`[2J.record.json": {Data: []byte("{}")}}, adopt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	drift := summary.Drift(book, map[string]summary.Result{})
	for _, text := range []string{string(summary.Guesses(book)), string(drift.Page), string(drift.Markdown)} {
		if strings.ContainsAny(text, "\x1b") || strings.Contains(text, "\n# ␛") || strings.Contains(text, "\n# Owned") {
			t.Errorf("%s", text)
		}
	}
	if len(book.Pages) != 1 || len(book.Copies) != 0 {
		t.Errorf("%d pages, copies %q", len(book.Pages), book.Copies)
	}
	if want := "made of ``b`# Owned.md``: was not run."; !strings.Contains(string(drift.Page), want) {
		t.Errorf("want %q in\n%s", want, drift.Page)
	}
	for _, want := range []string{
		"- ``a`␊␊# ␛[2JOwned␊.md``: a name with a control character, which no handbook can have: left out",
		"- ``x␛`[2J.record.json``: a name with a control character",
		"- `c\\u202egnp.png`: a name with a control character",
	} {
		if got := string(summary.Guesses(book)); !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}
