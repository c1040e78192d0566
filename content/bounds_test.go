package content

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// numbered repeats a text with numbers for its Ns.
func numbered(text string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "N", fmt.Sprint(i)))
	}
	return b.String()
}

// loadBounded loads a page, and fails if it takes much memory or hangs. It
// returns what is told of the page.
func loadBounded(t testing.TB, source string) string {
	hang := time.AfterFunc(5*time.Minute, func() { panic(fmt.Sprintf("a page hangs: %.100q", source)) })
	defer hang.Stop()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	site, err := Load(fstest.MapFS{"a.md": {Data: []byte(source)}}, "content")
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 600 { // most of it is garbage soon
		t.Errorf("%.40q, %d bytes: %d MB were allocated", source, len(source), got)
	}
	if err != nil {
		return err.Error()
	}
	return site.Pages[0].Tree().Cut.Error()
}

// What was found to take minutes or gigabytes on a page of a megabyte is text, and
// told with its line.
func TestBoundedMarkdown(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{strings.Repeat("# a\n\n", 10_000), ""},
		{strings.Repeat("# a\n\n", 30_000), ""},
		{strings.Repeat("[a](", 20_000), "content/a.md:1:1: shown as text: 60000 characters that may be markup are too many in one paragraph"},
		{strings.Repeat("c* ", 20_000), "content/a.md:1:1: shown as text: 20000 characters that may be markup are too many in one paragraph"},
		{"# A\n\n" + strings.Repeat("[a](", 200_000), "content/a.md:3:1: shown as text: 600000 characters that may be markup are too many in one paragraph"},
		{strings.Repeat("c* ", 200_000), "content/a.md:1:1: shown as text: 200000 characters that may be markup are too many in one paragraph"},
		{strings.Repeat("[", 300_000) + strings.Repeat("]", 300_000), "content/a.md:1:1: shown as text: 600000 characters that may be markup are too many in one paragraph"},
		{strings.Repeat("- ", 300_000), ""}, // a rule
		{strings.Repeat("- ", 2_000) + "a", "content/a.md:1:41: lists and quotes in each other are shown as text from here on: they are more than 20 deep"},
		{strings.Repeat("> ", 300_000), "content/a.md:1:81: lists and quotes in each other are shown as text from here on: they are more than 20 deep"},
		{strings.Repeat("- ", 30) + "a" + strings.Repeat("\n", 90_000) + "b", "content/a.md:1:41: lists and quotes in each other are shown as text from here on: they are more than 20 deep"},
		{strings.Repeat("\n", 300_000), "content/a.md:100001:1: the page has more than 100000 lines"},
		{numbered("[^N]: a\n\n", 20_000) + numbered("[^N]\n\n", 10_000), "content/a.md:4001:1: footnotes from here on are shown as text: the page has more than 2000"},
		{numbered("[N]: /a\n", 90_000), "content/a.md:1:1: shown as text: more than 10000 lines of links together\n" +
			"content/a.md:1:1: shown as text: 180000 characters that may be markup are too many in one paragraph"},
		{"[a]: /" + strings.Repeat("x", 300_000) + "\n\n" + strings.Repeat("[a]\n\n", 10_000), "content/a.md:5:1: links by reference from here on are shown as text: the page has more than 350008 bytes of their destinations"},
		{strings.Repeat("|a", 1_000) + "\n" + strings.Repeat("|-", 1_000) + "\n" + strings.Repeat("|b\n", 90_000), "content/a.md:1:1: shown as text: the page has tables of more than 200000 cells"},
		{"---\nlab: {}\n---\n```bash\n" + strings.Repeat("(", 900_000) + "\n```\n", "content/a.md:5:1: shell: more than 32 KB are too much to type, expected a file (file=) or several snippets"},
		{"---\nlab: {}\n---\n```console\n$ (\n" + strings.Repeat("> \\\n", 90_000) + "```\n", "content/a.md:5:3: shell: the command is not complete, expected lines after \"> \"\ncontent/a.md:1005:3: a command of more than 1000 lines"},
		{"---\ntags: " + strings.Repeat("[", 100_000) + "\n---\n", "content/a.md:2:57: YAML: more than 50 lists and mappings in each other"},
	} {
		if got := loadBounded(t, test.source); got != test.want {
			t.Errorf("%.40q: got %.200s\nwant %s", test.source, got, test.want)
		}
	}
}

// What is bounded is read as before up to its bound.
func TestBoundsAreLarge(t *testing.T) {
	for _, source := range []string{
		strings.Repeat("- ", 18) + "a",
		strings.Repeat("> ", 18) + "a",
		strings.Repeat("a *b* `c` [d](e.md) ", 500),
		numbered("[^N]: a\n\n", 1_000) + numbered("[^N] ", 1_000),
		"|a|b|c|\n|-|-|-|\n" + strings.Repeat("|1|2|3|\n", 5_000),
		numbered("[N]: /a\n", 5_000) + "\n" + numbered("[N] ", 2_000),
	} {
		if got := loadBounded(t, source); got != "" {
			t.Errorf("%.40q: %s", source, got)
		}
	}
}

// FuzzBounds fails on pages that take much memory or hang.
func FuzzBounds(f *testing.F) {
	for _, unit := range []string{"# a\n\n", "- ", "> ", "[a](", "c* ", "**a_", "`` ` ", "<a ", "<!--", "|a", "[^1]", "[a]: b\n", ": ", "1. a\n   ", "~~~\n", "a\n=\n", "&#", "http://a.b/(", "![", "\t", "\\\n", "```sh\n$ a\n", "{#a}\n"} {
		f.Add("", unit)
		f.Add("a\n\n", unit)
		f.Add("---\n", unit)
	}
	f.Fuzz(func(t *testing.T, before, unit string) {
		if unit != "" {
			loadBounded(t, before[:min(len(before), 1000)]+strings.Repeat(unit, 200_000/len(unit)))
		}
	})
}
