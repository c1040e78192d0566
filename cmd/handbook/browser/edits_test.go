package browser

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/preview"
	"handbook/content"
	"handbook/render"
)

// editedPages are what TestPreviewEdits starts from. They show each other's titles, link
// to each other, and have what the theme's script works on.
var editedPages = map[string]string{
	"handbook.yaml": "title: A site\nplaceholders: {YOUR_NAME: ann}\n",
	"index.md":      "# Home\n\nWords, [a lab](labs/one.md#two) and [a guide](guide.md).\n\n## Here\n\n- One\n- Two\n",
	"guide.md":      "---\ntags: [one]\n---\n# A guide\n\n> [!NOTE]\n> A note.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n```text title=\"long\"\n" + strings.Repeat("word ", 60) + "\n```\n\n## Further\n\n```mermaid\nflowchart LR\n  A --> B\n```\n\nThe [home](index.md#here).\n",
	"labs/index.md": "# Labs\n",
	"labs/one.md": "---\nlab: {machine: busybox, cleanup: off}\n---\n# A lab\n\nHello, YOUR_NAME.\n\n## One\n\n```bash\necho YOUR_NAME\n# -> ann\nls\n```\n\n```output\na\n```\n\n## Two\n\n" +
		"```python file=app.py nums {2}\nimport os\n# note\nprint(\"YOUR_NAME\")\n```\n\n```bash tab=\"Linux\"\ntrue\n```\n\n```bash tab=\"macOS\" skip=\"no machine\"\ntrue\n```\n\n<details>\n<summary>More</summary>\n\nHidden.\n\n</details>\n\n## Three\n\n```bash hide\nseq 30\n```\n\nThe end.\n",
}

// edited returns a text with some edits of its lines.
func edited(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	put := []string{"", "Prose.", "More *prose* with `code`.", "## Heading", "### Deeper", "# -> [..]", "echo new", "```", "```bash", "```text", "```bash hide", "````", "- item", "1. item",
		"> quote", "[a link](guide.md#further)", "[a link](index.md)", "![](none.png)", "YOUR_NAME", "<b>bold</b>", "<!--", "-->", "<details>", "---", "title: Another", "| 1 | 2 |", "\\", "    code"}
	for range 1 + r.IntN(3) {
		at := r.IntN(len(lines))
		switch r.IntN(6) {
		case 0, 1:
			lines = slices.Insert(lines, at, put[r.IntN(len(put))])
		case 2:
			lines = slices.Delete(lines, at, at+1)
		case 3:
			lines = slices.Insert(lines, at, lines[r.IntN(len(lines))])
		case 4:
			lines[at] += " " + []string{"word", "fold=3", "name=x", "nums", "hide", "`", "{1}", "title=\"x\"", "YOUR_NAME", "<i>"}[r.IntN(10)]
		case 5:
			lines[at] = strings.TrimSpace(strings.TrimLeft(lines[at], "#-> "))
		}
		if len(lines) == 0 {
			lines = []string{""}
		}
	}
	return strings.Join(lines, "\n")
}

// wholly builds the site in a folder as a preview does that begins with it.
func wholly(dir, url string) (render.Files, error) {
	site, err := content.Load(os.DirFS(dir), "content")
	if err != nil {
		return nil, err
	}
	checked, err := labs.Check(site, dir, nil)
	if err != nil {
		return nil, err
	}
	return render.Site(site, checked.Fresh, render.Options{BaseURL: url, Drafts: true, Preview: true})
}

// shownText is what a page shows, without what only the preview of a lab adds to it, and
// without where its reader is: with the lab's bar a page may be too high for the window.
const shownText = `(() => {
	const page = document.documentElement.cloneNode(true);
	for (const e of page.querySelectorAll("head, script, .hb-terminal, handbook-lab, handbook-problems")) e.remove();
	for (const e of page.querySelectorAll(".contents [aria-current]")) e.removeAttribute("aria-current");
	return document.title + "\n" + page.innerHTML.trim();
})()`

// TestPreviewEdits edits pages at random, and settings: after each edit, the page that is
// looked at shows the same as if the whole site had been built and the page been loaded,
// or that there are problems. HANDBOOK_EDITS says how many edits there are, HANDBOOK_SEED
// chooses others.
func TestPreviewEdits(t *testing.T) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	edits, seed := number("HANDBOOK_EDITS", 6), number("HANDBOOK_SEED", 1)
	s := newServed(t)
	for name, text := range editedPages {
		s.write(name, text)
	}
	s.start()
	pages := map[string]string{"": "index.md", "guide/": "guide.md", "labs/one/": "labs/one.md"} // by their addresses
	files := slices.Sorted(maps.Keys(editedPages))
	texts := maps.Clone(editedPages)
	var whole preview.Server
	server := httptest.NewServer(&whole)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	whole.Show(map[string][]byte{"index.html": []byte("<!doctype html><title>x</title><link rel=\"icon\" href=\"data:,\">")})
	at := "labs/one/"
	looked := open(t, s.url, at, size(1440, 900), func(w *window) { w.quiet = true }) // pages may ask for what is not there
	looked.until(`document.readyState === "complete"`)
	built := open(t, server.URL+"/", "", size(1440, 900), func(w *window) { w.quiet = true })
	good, wrong, exchanged := 0, 0, 0
	for i := range edits {
		r := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
		if i%10 == 9 { // somebody looks at another page
			at = slices.Sorted(maps.Keys(pages))[r.IntN(len(pages))]
			looked.load(at)
		}
		name := pages[at]
		if r.IntN(3) == 0 {
			name = files[r.IntN(len(files))]
		}
		text := edited(r, editedPages[name])
		looked.run("window.stays = true")
		s.write(name, text)
		site, err := wholly(filepath.Join(s.dir, "content"), s.url)
		if err == nil {
			good++
			texts[name] = text
		} else {
			wrong++
			looked.until(`document.querySelector("handbook-problems")`)
			s.write(name, texts[name])
			if site, err = wholly(filepath.Join(s.dir, "content"), s.url); err != nil {
				t.Fatalf("HANDBOOK_SEED=%d, before edit %d: %v", seed, i, err)
			}
		}
		whole.Show(site)
		built.load(at)
		want := strings.ReplaceAll(eval[string](built, shownText), server.URL+"/", s.url)
		if err := looked.comesTo(shownText, want); err != nil {
			t.Fatalf("HANDBOOK_SEED=%d, edit %d, of %s, seen at /%s: %v\n%s", seed, i, name, at, err, text)
		}
		looked.until(`!document.querySelector("handbook-problems")`)
		if eval[bool](looked, "window.stays === true") {
			exchanged++
		}
	}
	t.Logf("%d good edits, %d with problems; the page was loaded anew for %d", good, wrong, edits-exchanged)
	if good < edits/3 {
		t.Error("too few good edits to tell anything")
	}
}

// comesTo waits until an expression gives a text.
func (w *window) comesTo(expression, want string) error {
	w.t.Helper()
	got := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		now, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](expression))
		if err != nil {
			continue // the page is loaded anew
		}
		if got = now; got == want {
			return nil
		}
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	return fmt.Errorf("it shows\n…%.300s\nwant\n…%.300s", got[max(0, at-100):], want[max(0, at-100):])
}
