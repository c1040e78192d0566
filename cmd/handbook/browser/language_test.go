package browser

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"handbook/render/locale"
	"handbook/templates"
	"handbook/verify/docker/testenv/need"
)

// said collects what a page says outside of code: its texts, and the attributes
// that are read out or shown.
const said = `(() => {
	const said = new Set(), add = (text) => { text = text?.trim(); if (text) said.add(text); };
	const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
	for (let n = walk.currentNode; n; n = walk.nextNode()) {
		const e = n.nodeType === 3 ? n.parentElement : n;
		if (e.closest("pre, code, script, style, kbd, .ph, [data-name]:not(button)")) continue;
		if (n.nodeType === 3) add(n.data);
		else for (const name of ["title", "aria-label", "placeholder", "alt"]) add(e.getAttribute(name));
	}
	return [...said];
})()`

// TestLanguages opens a site in each language that the theme has: its home, a
// lab, the page for what is missing, and the search say nothing in English, and
// what is written from right to left is mirrored.
func TestLanguages(t *testing.T) {
	t.Parallel()
	need.Browser.Find(t, browsers...)
	english := words(t, "en")
	names, err := fs.Glob(templates.FS, "strings/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		code := strings.TrimSuffix(filepath.Base(name), ".yaml")
		if code == "en" {
			continue
		}
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			own := words(t, code)
			var foreign []string // what only English says
			for _, key := range english.Keys() {
				text := english.Text(key, "n", 2)
				if len(text) > 2 && !strings.Contains(text, "{") && text != own.Text(key, "n", 2) {
					foreign = append(foreign, text)
				}
			}
			server := httptest.NewServer(http.FileServer(http.Dir(buildLanguage(t, code))))
			t.Cleanup(server.Close)
			w := open(t, server.URL+"/", "index.html")
			check := func(what string) {
				t.Helper()
				for _, text := range eval[[]string](w, said) {
					if slices.Contains(foreign, text) || latin.MatchString(text) && slices.Contains([]string{"ar", "ja", "zh"}, code) && !properNames.MatchString(text) {
						t.Errorf("%s: %q", what, text)
					}
				}
			}
			for _, page := range []string{"index.html", "labs/index.html", "labs/01/index.html", "404.html", "verified/index.html", "tags/index.html", "print/index.html"} {
				w.load(page)
				want(w, "document.documentElement.lang + document.documentElement.dir", code+own.Dir)
				want(w, tooWide, "")
				check(page)
			}
			w.load("labs/01/index.html")
			w.run(`for (const box of document.querySelectorAll("[data-step]")) box.click()`)
			w.press("/")
			w.search("zzzzzz")
			check("the search")
			if own.Dir == "rtl" {
				w.press(escape)
				want(w, `(() => { const at = (s) => document.querySelector(s).getBoundingClientRect(); return at(".sidebar").left > at("main").right - 1 && at(".brand").left > at(".tools").left; })()`, true)
				want(w, `[...document.querySelectorAll("pre, .screen")].every((e) => getComputedStyle(e).direction === "ltr")`, true)
			}
		})
	}
}

// latin matches words in Latin letters, properNames what has no other name.
var (
	latin       = regexp.MustCompile(`[A-Za-z]{3,}`)
	properNames = regexp.MustCompile(`Docker|docker|Markdown|hello|app|YOUR_NAME|BuildKit|zzzzzz`)
)

func words(t *testing.T, code string) *locale.Locale {
	t.Helper()
	file := func(name string) locale.File {
		b, err := fs.ReadFile(templates.FS, "strings/"+name)
		if err != nil {
			t.Fatal(err)
		}
		return locale.File{Name: name, Source: b}
	}
	l, err := locale.New(code, file(locale.Definition), file(code+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// buildLanguage builds the pages of testdata/language as a site in a language, and
// returns the folder of what is published.
func buildLanguage(t *testing.T, code string) string {
	t.Helper()
	dir := t.TempDir()
	content := filepath.Join(dir, "content")
	if err := copyPages("testdata/language", content); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(content, "handbook.yaml")
	b, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte(strings.Replace(string(b), "LANGUAGE", code, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "build", "--allow-stale")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("handbook build: %v\n%s", err, out)
	}
	return filepath.Join(dir, "public")
}
