package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestShots writes pictures of pages to the directory that HANDBOOK_SHOTS
// names, for looking at them. HANDBOOK_SHOTS_PAGES, if set, says which.
func TestShots(t *testing.T) {
	dir := os.Getenv("HANDBOOK_SHOTS")
	if dir == "" {
		t.Skip("HANDBOOK_SHOTS names no directory")
	}
	names := strings.Fields(os.Getenv("HANDBOOK_SHOTS_PAGES"))
	if len(names) == 0 {
		names = []string{"index.html", "labs/04-flask/index.html", "guides/writing-labs/index.html", "labs/index.html", "verified/index.html", "404.html"}
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 820, 1440} {
			w := open(t, below, "index.html", size(width, 900), prefers(scheme))
			for _, name := range names {
				w.visit(name)
				file := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(name, "index.html"), "/"), "/", "-")
				shot(t, dir, fmt.Sprintf("%s-%s-%d", file, scheme, width), get(w, chromedp.FullScreenshot(100)))
			}
			w.visit("labs/04-flask/index.html")
			w.press("/")
			w.search("no-cache")
			shot(t, dir, fmt.Sprintf("search-%s-%d", scheme, width), get(w, chromedp.CaptureScreenshot()))
		}
	}
}

func shot(t *testing.T, dir, name string, png []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPrintShot writes a page as it is printed.
func TestPrintShot(t *testing.T) {
	dir := os.Getenv("HANDBOOK_SHOTS")
	if dir == "" {
		t.Skip("HANDBOOK_SHOTS names no directory")
	}
	w := open(t, atRoot, "labs/04-flask/index.html", prefers("dark"))
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	w.do(chromedp.EmulateViewport(794, 1123))
	shot(t, dir, "print", get(w, chromedp.FullScreenshot(100)))
}
