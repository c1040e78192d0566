package browser

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"handbook/cmd/handbook/preview"
	"handbook/verify/docker/testenv/need"
)

// A previewed site is served by the preview, and changed file by file.
type previewed struct {
	t      *testing.T
	server preview.Server
	url    string
	files  map[string][]byte
}

func startPreview(t *testing.T) *previewed {
	t.Helper()
	need.Browser.Find(t, browsers...)
	return startPreviewOf(t, public)
}

// startPreviewOf previews the published files in a folder.
func startPreviewOf(t *testing.T, dir string) *previewed {
	t.Helper()
	p := &previewed{t: t, files: map[string][]byte{}}
	site := os.DirFS(dir)
	err := fs.WalkDir(site, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			p.files[name], err = fs.ReadFile(site, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.server.Show(maps.Clone(p.files))
	h := httptest.NewServer(&p.server)
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
	})
	p.url = h.URL + "/"
	return p
}

// replace changes a file as an author's save would.
func (p *previewed) replace(name, old, with string) {
	p.t.Helper()
	if !bytes.Contains(p.files[name], []byte(old)) {
		p.t.Fatalf("%s has no %q", name, old)
	}
	p.files[name] = bytes.Replace(p.files[name], []byte(old), []byte(with), 1)
	p.server.Show(maps.Clone(p.files))
}

const heading = `document.querySelector("h1").textContent`

// TestPreviewExchanges changes the text of a page that is looked at: the page
// is not loaded anew, and all that the theme does it does on the new text, once.
func TestPreviewExchanges(t *testing.T) {
	p := startPreview(t)
	const name = "labs/04-flask/index.html"
	w := open(t, p.url, "labs/04-flask/", size(1440, 900))
	w.until(`document.readyState === "complete"`)
	w.allowClipboard()
	w.run(`window.stays = true; document.getElementById("4-what-the-cache-remembers").scrollIntoView({ behavior: "instant" })`)
	w.until("scrollY > 300")
	before := eval[float64](w, "scrollY")
	// The browser gives up a connection, as it does when the computer's network changes.
	w.run(`const real = fetch; window.fetch = () => { window.fetch = real; return Promise.reject(new TypeError("network changed")) }`)
	for _, title := range []string{"Two", "Three"} {
		p.replace(name, ">Flask: from a Dockerfile to Docker Hub</h1>", ">"+title+"</h1>")
		w.until(heading + ` === "` + title + `"`)
		p.replace(name, ">"+title+"</h1>", ">Flask: from a Dockerfile to Docker Hub</h1>")
		w.until(heading + ` !== "` + title + `"`)
	}
	want(w, "window.stays", true)
	want(w, "scrollY", before)
	w.until(`document.querySelector(".contents a[aria-current]").hash === "#4-what-the-cache-remembers"`)
	want(w, `document.querySelectorAll(".resume, .wrapper + .wrapper, .unfold + .unfold").length`, 0)

	theme := `document.documentElement.dataset.theme ?? "system"`
	w.run(`document.querySelector("[data-theme-switch]").click()`)
	want(w, theme, "dark")
	w.run(`document.querySelector("[data-theme-switch]").click()`)
	want(w, theme, "light")
	w.copied("figure .copy")
	w.run(`document.querySelector("[data-step]").click()`)
	w.until(`document.querySelector("[data-progress]").textContent.startsWith("1 of ")`)
	w.run(`scrollTo({ top: 0, behavior: "instant" })`)
	w.until(`document.querySelector(".contents a[aria-current]").hash !== "#4-what-the-cache-remembers"`)
	w.press("/")
	w.search("alpine smaller")
	want(w, `document.querySelectorAll("#hb-hits [role=option]").length > 0`, true)

	// While it is open, too.
	p.replace(name, ">Flask: from a Dockerfile to Docker Hub</h1>", ">Four</h1>")
	w.until(heading + ` === "Four"`)
	want(w, `document.querySelector("[data-progress]").textContent.startsWith("1 of ")`, true)
	w.press("/")
	w.search("dockerignore")
	want(w, "window.stays", true)
	w.press(escape)

	// A problem is shown over the page, and goes with the next good one.
	p.server.Fail([]preview.Problem{{Place: "content/labs/04-flask.md:1:1", Text: "wrong"}})
	w.until(`document.querySelector("handbook-problems")`)
	want(w, heading, "Four")
	p.replace(name, ">Four</h1>", ">Five</h1>")
	w.until(heading + ` === "Five" && !document.querySelector("handbook-problems")`)
	want(w, "window.stays", true)
}

// TestPreviewSheets changes style sheets, at the same address and at another one, while
// a page is looked at: it is not loaded anew.
func TestPreviewSheets(t *testing.T) {
	p := startPreview(t)
	const name = "labs/index.html"
	p.files["own.css"], p.files["more.css"] = []byte(`@import "more.css"; h1 { color: rgb(1, 1, 1); }`), []byte("h1 { letter-spacing: 1px; }")
	p.replace(name, "</head>", `<link rel="stylesheet" href="../own.css"></head>`)
	w := open(t, p.url, "labs/")
	w.until(`document.readyState === "complete"`)
	w.run(`window.stays = true; window.bare = false;
		const look = () => { bare ||= getComputedStyle(document.body).margin !== "0px"; requestAnimationFrame(look); }; look();`)
	const is = `(({ color, letterSpacing, textTransform }) => [color, letterSpacing, textTransform].join())(getComputedStyle(document.querySelector("h1")))`
	want(w, is, "rgb(1, 1, 1),1px,none")
	p.replace("own.css", "1, 1, 1", "2, 2, 2")
	w.until(is + ` === "rgb(2, 2, 2),1px,none"`)
	p.replace("more.css", "1px", "2px")
	w.until(is + ` === "rgb(2, 2, 2),2px,none"`)
	theme := ""
	for file := range p.files {
		if strings.HasPrefix(file, "assets/handbook.") && strings.HasSuffix(file, ".css") {
			theme = file
		}
	}
	const other = "assets/handbook.00000000.css"
	p.files[other] = append([]byte("h1 { text-transform: uppercase; }\n"), p.files[theme]...)
	delete(p.files, theme)
	p.replace(name, theme, other)
	w.until(is + ` === "rgb(2, 2, 2),2px,uppercase"`)

	// The page comes before its style sheet, and has the last one until then.
	w.quiet = true
	p.files[name] = bytes.Replace(p.files[name], []byte(other), []byte(theme), 1)
	p.server.ShowFirst(map[string][]byte{name: bytes.Replace(p.files[name], []byte("Labs</h1>"), []byte("Other</h1>"), 1)})
	w.until(heading + ` === "Other"`)
	p.files[theme] = append(bytes.Clone(p.files[other]), "h1 { text-transform: lowercase; }"...)
	p.server.Show(maps.Clone(p.files))
	w.until(heading + ` === "Labs"`)
	w.until(is + ` === "rgb(2, 2, 2),2px,lowercase" && document.querySelectorAll("link[rel=stylesheet]").length === 2`)
	want(w, `stays && !bare`, true)
}

// TestPreviewStyles changes the colours that a page's outputs have, which its policy
// names by their digests: the page is not loaded anew for that.
func TestPreviewStyles(t *testing.T) {
	p := startPreview(t)
	const name, policy = "labs/index.html", "style-src &#39;self&#39; file:"
	w := open(t, p.url, "labs/")
	w.until(`document.readyState === "complete"`)
	w.run("window.stays = true")
	const colour = `getComputedStyle(document.querySelector("h1")).color`
	before := eval[string](w, colour)
	was := policy
	for i, rule := range []string{"rgb(1, 2, 3)", "rgb(4, 5, 6)"} {
		now := fmt.Sprintf("%s &#39;sha256-%d=&#39;", policy, i)
		p.files[name] = bytes.Replace(p.files[name], []byte(was), []byte(now), 1)
		was = now
		style := "<style>h1{color:" + rule + "}</style>"
		p.replace(name, "</title>", "</title>"+style)
		w.until(colour + ` === "` + rule + `"`)
		p.files[name] = bytes.Replace(p.files[name], []byte(style), nil, 1)
	}
	p.replace(name, was, policy)
	w.until(colour + ` === "` + before + `"`)
	want(w, "window.stays", true)
}

// TestPreviewLoads changes what pages are made of besides their text, and pages
// that an exchange would break: those are loaded anew.
func TestPreviewLoads(t *testing.T) {
	for _, test := range []struct {
		what  string
		first func(p *previewed)
		then  func(p *previewed)
		gone  bool
	}{
		{"another style sheet", nil, func(p *previewed) {
			for name := range p.files {
				if strings.HasPrefix(name, "assets/handbook.") && strings.HasSuffix(name, ".css") {
					p.files["assets/handbook.00000000.css"] = p.files[name]
					p.replace("labs/index.html", name, "assets/handbook.00000000.css")
				}
			}
		}, false},
		{"one more style sheet", nil, func(p *previewed) {
			p.files["more.css"] = []byte("p { margin: 0; }")
			p.replace("labs/index.html", "</head>", `<link rel="stylesheet" href="/more.css"></head>`)
		}, true},
		{"something else in its head", nil, func(p *previewed) {
			p.replace("labs/index.html", "</title>", "</title><meta http-equiv=\"x-nothing\" content=\"1\">")
		}, true},
		{"an image", nil, func(p *previewed) {
			p.files["labs/dot.svg"] = []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)
			p.server.Show(maps.Clone(p.files))
		}, true},
		{"a script of its own", func(p *previewed) {
			p.files["own.mjs"] = []byte("document.body.dataset.own = 1")
			p.replace("labs/index.html", "</body>", `<script type="module" src="../own.mjs"></script></body>`)
		}, nil, true},
		{"no script of the theme", func(p *previewed) {
			b := string(p.files["labs/index.html"])
			from := strings.Index(b, "<script src=")
			to := from + strings.Index(b[from:], "</script>") + len("</script>")
			p.replace("labs/index.html", b[from:to], "")
		}, nil, true},
		{"a page with no script at all", func(p *previewed) {
			p.files["labs/index.html"] = []byte("<!doctype html><title>x</title><link rel=\"icon\" href=\"data:,\"><h1>Labs</h1>")
			p.server.Show(maps.Clone(p.files))
		}, nil, true},
		{"its text alone", nil, nil, false},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := startPreview(t)
			if test.first != nil {
				test.first(p)
			}
			w := open(t, p.url, "labs/")
			w.until(`document.readyState === "complete"`)
			w.run("window.stays = true")
			if test.then != nil {
				test.then(p)
			}
			p.replace("labs/index.html", "Labs</h1>", "Other</h1>")
			w.until(heading + ` === "Other"`)
			w.until(`document.readyState === "complete"`)
			want(w, "!window.stays", test.gone)
			if test.what == "a script of its own" {
				w.until(`document.body.dataset.own === "1"`)
			}
			// It goes on being told.
			p.replace("labs/index.html", "Other</h1>", "Labs</h1>")
			w.until(heading + ` === "Labs"`)
		})
	}
}

// TestPreviewComesBack asks again what is new, as a window does that is looked
// at again.
func TestPreviewComesBack(t *testing.T) {
	p := startPreview(t)
	// A heading may have the id of the preview's script.
	p.replace("labs/index.html", "Labs</h1>", `Labs</h1><h2 id="handbook-preview">Handbook preview</h2>`)
	w := open(t, p.url, "labs/")
	w.until(`document.readyState === "complete"`)
	p.replace("labs/index.html", "Labs</h1>", "One</h1>")
	w.until(heading + ` === "One"`)
	// Nothing is said twice: a page that was exchanged knows its version.
	w.run(`window.stays = true; window.seen = new MutationObserver(() => { window.again = true });
		seen.observe(document.body, { childList: true }); dispatchEvent(new Event("visibilitychange"))`)
	p.replace("labs/04-flask/index.html", "</h1>", "!</h1>")
	p.server.Fail([]preview.Problem{{Text: "wrong"}})
	w.until(`document.querySelector("handbook-problems")`)
	want(w, "window.stays && !window.again", true)
	w.visit("")
}

// TestPreviewSame: a text that was exchanged is the page as it is when it is
// loaded, with all that the theme adds to it.
func TestPreviewSame(t *testing.T) {
	p := startPreview(t)
	for _, name := range []string{"", "labs/", "labs/04-flask/", "guides/writing-labs/", "sample/guides/features/", "more/code/", "more/lab/", "many/30/"} {
		file := name + "index.html"
		w := open(t, p.url, name, size(1440, 900))
		w.until(`document.readyState === "complete"`)
		const body = `document.body.outerHTML.replace(/data-version="\d+"/, "")`
		w.run("window.stays = true")
		p.replace(file, "</h1>", "!</h1>")
		w.until(heading + `.endsWith("!")`)
		exchanged := eval[string](w, body)
		want(w, "window.stays", true)
		w.load(name)
		if loaded := eval[string](w, body); loaded != exchanged {
			at := 0
			for at < len(loaded) && at < len(exchanged) && loaded[at] == exchanged[at] {
				at++
			}
			t.Errorf("%s: loaded  …%.300s\nexchanged …%.300s", name, loaded[max(0, at-100):], exchanged[max(0, at-100):])
		}
	}
}
