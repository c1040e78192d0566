package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"handbook/verify/docker/testenv/need"
)

// The copy of mermaid with which diagrams are drawn. It is no part of the
// repository: npm fetches it, once, into the user's cache.
const (
	mermaidVersion = "12.3.0"
	mermaidDigest  = "336df803d87a38b70a01e736e666c8f7601d2ce42f5e47c8fafe5d721074b9a3"
)

// mermaid returns the library.
func mermaid(t *testing.T) []byte {
	t.Helper()
	need.Browser.Find(t, browsers...)
	need.Browser.Find(t, "npm")
	b, err := cachedMermaid()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func cachedMermaid() ([]byte, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	name := filepath.Join(cache, "handbook-tests", "mermaid-"+mermaidVersion+".min.js")
	b, err := os.ReadFile(name)
	if err == nil && digestOf(b) == mermaidDigest {
		return b, nil
	}
	if b, err = fetchMermaid(); err != nil {
		return nil, err
	}
	if got := digestOf(b); got != mermaidDigest {
		return nil, fmt.Errorf("mermaid %s has the digest %s, want %s", mermaidVersion, got, mermaidDigest)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	return b, os.WriteFile(name, b, 0o644)
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// fetchMermaid takes the library out of npm's package, without what that depends
// on: all of it is in the one file.
func fetchMermaid() ([]byte, error) {
	dir, err := os.MkdirTemp("", "handbook-mermaid-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("npm", "pack", "--silent", "mermaid@"+mermaidVersion)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack: %w\n%s", err, bytes.TrimSpace(out))
	}
	f, err := os.Open(filepath.Join(dir, "mermaid-"+mermaidVersion+".tgz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err != nil {
			return nil, fmt.Errorf("npm's package mermaid: %w", err)
		}
		if h.Name == "package/dist/mermaid.min.js" {
			return io.ReadAll(r)
		}
	}
}

// buildDiagrams builds the pages of testdata/diagrams in a language and returns the
// folder of what is published.
func buildDiagrams(t *testing.T, language string) string {
	t.Helper()
	library := mermaid(t)
	dir := t.TempDir()
	content := filepath.Join(dir, "content")
	if err := copyPages("testdata/diagrams", content); err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile("testdata/diagrams/handbook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"assets/mermaid.min.js": library, "handbook.yaml": append(settings, "language: "+language+"\n"...)} {
		file := filepath.Join(content, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "build")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("handbook build: %v\n%s", err, out)
	}
	return filepath.Join(dir, "public")
}

// Diagrams that are seen, by the pages for which they were drawn, and their texts.
const (
	drawings = `[...document.querySelectorAll(".drawing")].filter((e) => e.checkVisibility() && e.querySelector("svg").getBoundingClientRect().height > 20)`
	sources  = `[...document.querySelectorAll("figure.diagram pre")].filter((e) => e.checkVisibility()).length`
	allDrawn = `document.querySelector(".drawing.dark") && [...document.querySelectorAll("figure.diagram")].every((e) => e.matches(".drawn, :has(.broken)"))`
)

// TestDiagrams draws diagrams of many kinds: in both colours, which change at
// once, on paper, and from file:. The window's listener fails the test if the
// page's policy forbids anything of it.
func TestDiagrams(t *testing.T) {
	t.Parallel()
	public := buildDiagrams(t, "en")
	server := httptest.NewServer(http.FileServer(http.Dir(public)))
	t.Cleanup(server.Close)
	source, err := os.ReadFile("testdata/diagrams/kinds.md")
	if err != nil {
		t.Fatal(err)
	}
	kinds := bytes.Count(source, []byte("```mermaid"))
	w := open(t, server.URL+"/", "index.html", prefers("light"))
	loaded := `performance.getEntriesByType("resource").filter((e) => /mermaid|diagrams/.test(e.name)).length`
	want(w, loaded, 0)
	w.load("kinds/index.html")
	w.until(allDrawn)
	want(w, loaded, 3) // mermaid, the script and the style sheet
	seen := func(scheme string) {
		t.Helper()
		want(w, drawings+`.length`, kinds)
		want(w, drawings+`.every((e) => e.classList.contains("`+scheme+`"))`, true)
		want(w, sources, 0)
		want(w, tooWide, "")
	}
	seen("light")
	want(w, `document.querySelectorAll(".broken").length`, 0)
	prefers("dark")(w)
	seen("dark")
	w.click("[data-theme-switch]") // against the system
	seen("light")
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	seen("light")
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	w.quiet = true // a page of the site has diagrams that mermaid does not like
	w.load("print/index.html")
	w.until(allDrawn)
	want(w, `document.querySelectorAll("figure.drawn").length`, kinds+4)

	files := open(t, "file://"+public+"/", "kinds/index.html", prefers("dark"))
	files.until(allDrawn)
	want(files, drawings+`.length`, kinds)
}

// A diagram cannot set what its HTML and CSS may hold.
func TestHostileDiagram(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.FileServer(http.Dir(buildDiagrams(t, "en"))))
	t.Cleanup(server.Close)
	w := open(t, server.URL+"/", "hostile/index.html", prefers("light"), func(w *window) { w.quiet = true })
	w.until(allDrawn)
	want(w, `document.querySelectorAll(".drawing").length > 0`, true)
	want(w, `[...document.querySelectorAll(".drawing *")].filter((e) => /^(img|iframe|script)$/i.test(e.localName) || [...e.attributes].some((a) => /^on|javascript:|evil/.test(a.name + a.value)) || e.localName === "style" && /evil/.test(e.textContent)).length`, 0)
	// Nothing of it is seen outside of its figure, or takes clicks there.
	want(w, `getComputedStyle(document.body).display`, "block")
	want(w, `getComputedStyle(document.querySelector(".drawing.light")).contain`, "paint")
	want(w, `[...Array(600).keys()].map((i) => [i % 30 * 40 + 5, Math.floor(i / 30) * 30 + 5]).filter(([x, y]) => {
		const figure = document.elementFromPoint(x, y)?.closest("figure.diagram"), box = figure?.getBoundingClientRect();
		return figure && (x < box.left || x > box.right || y < box.top || y > box.bottom);
	}).length`, 0)
}

// TestDiagramText has the text of diagrams where they cannot be drawn: without
// scripts, where the library is gone, and where mermaid does not understand it.
func TestDiagramText(t *testing.T) {
	t.Parallel()
	public := buildDiagrams(t, "de")
	server := httptest.NewServer(http.FileServer(http.Dir(public)))
	t.Cleanup(server.Close)

	w := open(t, server.URL+"/", "broken/index.html", noScript)
	want(w, sources, 3)
	want(w, `document.querySelector("figure.diagram pre").textContent.startsWith("sequenceDiagram")`, true)

	w = open(t, server.URL+"/", "index.html")
	w.quiet = true // mermaid says what it does not understand
	w.load("broken/index.html")
	w.until(allDrawn)
	want(w, sources, 1)
	want(w, `[...document.querySelectorAll(".broken")].map((e) => e.textContent).join()`, words(t, "de").Text("diagram-broken"))
	want(w, `document.querySelector("figure:has(.broken) pre").textContent`, "flowchart LR\n  A -->\n  B[\n")
	// What a diagram holds is no HTML that runs, and no link that does.
	want(w, `document.querySelectorAll("[onerror], a[href^='javascript'], a[*|href^='javascript']").length`, 0)

	if err := os.Remove(filepath.Join(public, "assets", "mermaid.min.js")); err != nil {
		t.Fatal(err)
	}
	w = open(t, server.URL+"/", "index.html")
	w.quiet = true
	w.load("kinds/index.html")
	w.until(`performance.getEntriesByType("resource").some((e) => /mermaid\.min/.test(e.name))`)
	want(w, `document.querySelectorAll(".drawing, .broken").length`, 0)
	if got := eval[int](w, sources); got < 10 {
		t.Errorf("%d diagrams are shown as text", got)
	}
	markdown, err := os.ReadFile(filepath.Join(public, "broken.md"))
	if err != nil || strings.Count(string(markdown), "```mermaid") != 3 {
		t.Errorf("the page as Markdown: %v\n%s", err, markdown)
	}
}

// TestPreviewDiagrams changes a diagram that is looked at: it is drawn anew, and the
// page is not loaded again.
func TestPreviewDiagrams(t *testing.T) {
	t.Parallel()
	p := startPreviewOf(t, buildDiagrams(t, "en"))
	w := open(t, p.url, "index.html")
	w.quiet = true // one diagram of the page is broken
	w.load("broken/index.html")
	w.until(allDrawn)
	w.run(`window.stays = true`)
	p.replace("broken/index.html", "POST /containers/create", "PUT /containers/other")
	w.until(`document.querySelector(".drawing.dark svg")?.textContent.includes("PUT /containers/other")`)
	w.until(allDrawn)
	want(w, `document.querySelectorAll(".drawing-bench").length`, 0)
	want(w, "window.stays", true)
}

// TestDiagramShots writes pictures of diagrams to the directory that HANDBOOK_SHOTS
// names, for looking at them.
func TestDiagramShots(t *testing.T) {
	dir := os.Getenv("HANDBOOK_SHOTS")
	if dir == "" {
		t.Skip("HANDBOOK_SHOTS names no directory")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(buildDiagrams(t, "ar"))))
	t.Cleanup(server.Close)
	for _, scheme := range []string{"light", "dark"} {
		w := open(t, server.URL+"/", "index.html", prefers(scheme), size(900, 900))
		w.quiet = true
		for _, name := range []string{"kinds", "broken"} {
			w.load(name + "/index.html")
			w.until(allDrawn)
			shot(t, dir, "diagrams-"+name+"-"+scheme, get(w, chromedp.FullScreenshot(100)))
		}
	}
}
