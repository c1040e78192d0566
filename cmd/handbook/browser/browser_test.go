// Package browser tests what readers see: the published site, built by the
// program itself, in a real browser. It holds tests only.
//
// The site is the handbook itself, with the pages of render/testdata/site and
// testdata/site beside it. The browser is Debian's Chromium.
package browser

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The site as readers may come to it.
var (
	atRoot  string // the handbook alone, over HTTP, at the root of a host
	below   string // over HTTP, below the path that its settings name
	asFiles string // file:
	public  string // the folder of the published files
	program string // handbook itself
)

// browser is the context of the one browser that all tests use; each of their
// windows has a storage of its own.
var browser context.Context

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	path := findBrowser()
	if path == "" {
		return m.Run() // each test says that it needs one
	}
	tmp, err := os.MkdirTemp("", "handbook-browser-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(tmp)
	alone, err := buildSites(tmp)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	asFiles = "file://" + public + "/"
	root := httptest.NewServer(http.FileServer(http.Dir(alone)))
	defer root.Close()
	sub := httptest.NewServer(http.StripPrefix("/courses/docker", orNotFound(http.FileServer(http.Dir(public)))))
	defer sub.Close()
	atRoot, below = root.URL+"/", sub.URL+"/courses/docker/"

	ctx, stop := startBrowser(path)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		fmt.Println("the browser does not start:", err)
		return 1
	}
	browser = ctx
	return m.Run()
}

var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

func findBrowser() string {
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// startBrowser starts a browser that asks nobody outside for anything.
func startBrowser(path string) (context.Context, context.CancelFunc) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // CI is root
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("font-render-hinting", "none"),
	)
	alloc, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(alloc)
	return ctx, func() { stop(); end() }
}

// orNotFound answers like a server that was told of 404.html.
func orNotFound(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat(filepath.Join(public, filepath.FromSlash(r.URL.Path))); err != nil {
			b, _ := os.ReadFile(filepath.Join(public, "404.html"))
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write(b)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// buildSites builds the program, and with it the handbook alone and with the
// other pages beside it.
func buildSites(tmp string) (alone string, err error) {
	program = filepath.Join(tmp, "handbook")
	if out, err := exec.Command("go", "build", "-o", program, "handbook/cmd/handbook").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	if alone, err = build(program, filepath.Join(tmp, "alone"), nil); err != nil {
		return "", err
	}
	public, err = build(program, filepath.Join(tmp, "site"), func(content string) error {
		if err := copyPages("../../../render/testdata/site", filepath.Join(content, "sample")); err != nil {
			return err
		}
		// The sample's settings are those of a site of its own.
		if err := os.Remove(filepath.Join(content, "sample", "handbook.yaml")); err != nil {
			return err
		}
		if err := copyPages("testdata/site", content); err != nil {
			return err
		}
		// Not every file system has such a name, so it is in no checkout.
		if err := os.WriteFile(filepath.Join(content, schemePage+".md"), []byte(schemeText), 0o666); err != nil {
			return err
		}
		return writeMany(filepath.Join(content, "many"))
	})
	return alone, err
}

// build builds the handbook in a folder of its own, with what more adds.
func build(program, dir string, more func(content string) error) (string, error) {
	content := filepath.Join(dir, "content")
	if err := copyPages("../../../content", content); err != nil {
		return "", err
	}
	if more != nil {
		if err := more(content); err != nil {
			return "", err
		}
	}
	cmd := exec.Command(program, "build", "--allow-stale")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("handbook build: %w\n%s", err, out)
	}
	return filepath.Join(dir, "public"), nil
}

// A page with the name of a scheme, and a link to a port that there is not.
const (
	schemePage = "javascript:alert(1)"
	schemeText = "# A page with the name of a scheme\n\nJavaschema.\n\n[A port that there is not](http://a.example:99999999/index.html)\n"
)

// writeMany makes a section with more pages than the sidebar and the search show
// at once.
func writeMany(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := 1; i <= 60; i++ {
		page := fmt.Sprintf("# Page %d\n\nOne of many, with a word%dword.\n\n%s\n", i, i, strings.Repeat("Many words that say nothing. ", 200))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.md", i)), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// copyPages copies a folder's files but for programs: package content lies
// where the handbook's pages do.
func copyPages(from, to string) error {
	return filepath.WalkDir(from, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		into := filepath.Join(to, rel)
		switch {
		case e.IsDir() && e.Name() == "testdata" && rel != ".":
			return fs.SkipDir
		case e.IsDir():
			return os.MkdirAll(into, 0o755)
		case strings.HasSuffix(name, ".go") && filepath.Dir(rel) == ".":
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(into, b, 0o644)
	})
}

// pages are the published pages, as names relative to the site's root.
func pages(t *testing.T) []string {
	t.Helper()
	var list []string
	err := fs.WalkDir(os.DirFS(public), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".html") {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
