package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"handbook/verify/docker/testenv/need"
)

// looks is a site that sets all that settings can set of its look.
var looks = map[string]string{
	"content/handbook.yaml": `title: A course with a look of its own
url: https://example.org/course
logo: {light: art/light.svg, dark: art/dark.svg}
colors:
  accent: {light: "#7a1f5c", dark: "#f0a8d8"}
  background: {light: "#fffaf0", dark: "#120d18"}
footer: |
  © Jane Doe, [CC BY](https://creativecommons.org/licenses/by/4.0/), [about](deep/about.md#who)
css: art/own.css
js: [art/own.js, art/late.js]
head: |
  <meta name="author" content="Jane &quot;D&quot;">
  <link rel="apple-touch-icon" href="/art/light.svg">
  <style>.brand { letter-spacing: 3px; }</style>
  <script>document.documentElement.dataset.inline = "ran";</script>
contents: 2
`,
	"content/index.md":       "# Home\n\nA [link](https://elsewhere.example/) and [another](https://example.org/course/x).\n\n## Two\n\n### Three\n",
	"content/deep/about.md":  "# About\n\n## Who\n\n## Why {#reason}\n",
	"content/art/light.svg":  `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20" fill="#7a1f5c"/></svg>`,
	"content/art/dark.svg":   `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20" fill="#f0a8d8"/></svg>`,
	"content/art/own.css":    "@import \"more.css\";\n.site-footer { font-style: italic; }\n",
	"content/art/more.css":   ".site-footer { text-transform: uppercase; }\n",
	"content/art/own.js":     `document.documentElement.dataset.own = document.querySelector("h1").textContent;`,
	"content/art/late.js":    `document.documentElement.dataset.own += ", and " + (document.currentScript?.defer ? "late" : "soon");`,
	"content/notes/index.md": "# Notes\n",
}

// TestLook opens a site whose settings change all that they can: over HTTP below a
// path, at an address where nothing is, and from file:. Nothing of it is held up
// by the pages' own policy.
func TestLook(t *testing.T) {
	t.Parallel()
	need.Browser.Find(t, browsers...)
	dir := t.TempDir()
	for name, text := range looks {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "build")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("handbook build: %v\n%s", err, out)
	}
	public := filepath.Join(dir, "public")
	files := http.FileServer(http.Dir(public))
	server := httptest.NewServer(http.StripPrefix("/course", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no/where/" {
			http.ServeFile(w, r, filepath.Join(public, "404.html"))
			return
		}
		files.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)

	check := func(w *window, title string) {
		t.Helper()
		w.until(`document.documentElement.dataset.own`)
		want(w, `document.documentElement.dataset.own`, title+", and late")
		want(w, `document.documentElement.dataset.inline`, "ran")
		want(w, `getComputedStyle(document.querySelector(".brand")).letterSpacing`, "3px")
		want(w, `(({ fontStyle, textTransform }) => fontStyle + textTransform)(getComputedStyle(document.querySelector(".site-footer")))`, "italicuppercase")
		want(w, `document.querySelector("meta[name=author]").content`, `Jane "D"`)
		w.until(`document.querySelector(".brand img").complete && document.querySelector(".brand img").naturalWidth === 20`)
		want(w, tooWide, "")
	}
	for _, root := range []string{server.URL + "/course/", "file://" + public + "/"} {
		w := open(t, root, "index.html", prefers("light"))
		check(w, "Home")
		want(w, paper, "rgb(255, 250, 240)")
		want(w, `getComputedStyle(document.querySelector(".prose a")).color`, "rgb(122, 31, 92)")
		want(w, `document.querySelector(".brand img").currentSrc.includes("light.svg")`, true)
		want(w, `[...document.querySelectorAll(".prose a[rel=external]")].map((a) => a.textContent).join()`, "link")
		want(w, `[...document.querySelectorAll("#hb-contents a")].map((a) => a.textContent).join()`, "Two")
		want(w, `[...document.querySelectorAll("link[rel=apple-touch-icon]")].every((e) => e.href.endsWith("/art/light.svg"))`, true)
		w.click("[data-theme-switch]") // to the dark ones, against the system
		want(w, paper, "rgb(18, 13, 24)")
		w.until(`document.querySelector(".brand img").currentSrc.includes("dark.svg")`)
		w.click(".site-footer a[href*=about]")
		w.until(`location.pathname.includes("deep/about") && location.hash === "#who" && document.readyState === "complete"`)
		check(w, "About")
		want(w, `[...document.querySelectorAll("h2")].at(-1).id`, "reason")
		if dir := os.Getenv("HANDBOOK_SHOTS"); dir != "" {
			shot(t, dir, "look", get(w, chromedp.FullScreenshot(100)))
		}
	}
	w := open(t, server.URL+"/course/", "no/where/", prefers("light"))
	w.until(`document.documentElement.dataset.own`)
	check(w, eval[string](w, `document.querySelector("h1").textContent`))
	want(w, `document.querySelector(".site-footer a[href*=about]").getAttribute("href").replace("index.html", "")`, "/course/deep/about/#who")
}
