package browser

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"handbook/render/plain"
	"handbook/render/search"
	"handbook/render/testsite"
)

// opened waits until the search stands ready to type in.
func (w *window) opened() {
	w.t.Helper()
	w.until(`document.activeElement.matches("#hb-search input")`)
}

// search types a query and waits for its hits.
func (w *window) search(query string) {
	w.t.Helper()
	w.opened()
	w.run(`document.querySelector("#hb-search input").select()`)
	w.press(strings.Split(query, "")...)
	w.found(query)
}

// paste puts a query into the field at once.
func (w *window) paste(query string) {
	w.t.Helper()
	w.opened()
	w.run(fmt.Sprintf(`{ const input = document.querySelector("#hb-search input"); input.value = %q; input.dispatchEvent(new Event("input")); }`, query))
	w.found(query)
}

// found waits until the hits of a query are shown.
func (w *window) found(query string) {
	w.t.Helper()
	w.until(fmt.Sprintf(`document.querySelector("#hb-search input").value === %q && document.querySelector("#hb-search").dataset.shown === %[1]q`, query))
}

const (
	firstHit   = `document.querySelector("#hb-hits [role=option] strong").textContent`
	allHits    = `[...document.querySelectorAll("#hb-hits [role=option] strong")].map((e) => e.textContent)`
	firstText  = `document.querySelector("#hb-hits [role=option] span").textContent`
	firstMarks = `[...document.querySelectorAll("#hb-hits [role=option]:first-child mark")].map((e) => e.textContent.toLowerCase())`
)

// TestSearch finds things, wherever the site is.
func TestSearch(t *testing.T) {
	for name, root := range map[string]string{"http": atRoot, "sub-path": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "labs/04-flask/index.html")
			w.press("/")
			w.opened()
			w.press("d", "o", "k", "c", "e", "r") // while the index is still loading
			for _, test := range []struct{ query, first, marked string }{
				{"COPY", "", "copy"},
				{"--no-cache-dir", "", "--no-cache-dir"},
				{"dockerignore", "Flask: from a Dockerfile to Docker Hub › 5) Keep the build context small with .dockerignore", "dockerignore"},
				{"smaller image on alpine", "Flask: from a Dockerfile to Docker Hub › 7) A smaller image on Alpine", "smaller"},
				{"cache remembers", "Flask: from a Dockerfile to Docker Hub › 4) What the cache remembers", "cache"},
				{"verification", "Verification", "verification"},
				{"dokcer", "", "docker"},
				{"reqirements", "", "requirements"},
			} {
				w.search(test.query)
				if test.first != "" {
					want(w, firstHit, test.first)
				}
				if marks := eval[[]string](w, firstMarks); !contains(marks, test.marked) {
					t.Errorf("%s: %q are marked, want %q", test.query, marks, test.marked)
				}
			}
			w.search("xyzzyx")
			want(w, `document.querySelector(".search-status").textContent`, "Nothing found for “xyzzyx”.")
			w.search("alpine smaller")
			w.press(enter)
			w.until(`location.hash === "#7-a-smaller-image-on-alpine" && !document.querySelector("#hb-search").open`)
		})
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// Pages whose headings are found in TestSearchRanks, by their titles.
const (
	flask        = "Flask: from a Dockerfile to Docker Hub"
	writing      = "Writing labs"
	verification = "Verification"
	ci           = "Continuous integration"
)

// ranks are queries, each with the hit that must come first. They are what readers
// of the handbook type: names of things, options, sentences, what a terminal has
// printed, with mistakes.
var ranks = []struct{ query, first string }{
	{"how do I push the image", flask + " › 6) Tag the image and push it to Docker Hub"},
	{"How can I make my image smaller?", flask + " › 7) A smaller image on Alpine"},
	{"why is a step not cached", flask + " › 4) What the cache remembers"},
	{"what does EXPOSE do", flask + " › 2) Dockerfile, line by line"},
	{"is it safe to run a stranger's lab", "Isolation › What a stranger's lab can do"},
	{"where do I publish on netlify", "Publishing › Netlify"},
	{"how can I change the colours", "Theming"},
	{"what is in the folder", "Publishing › What is in the folder"},
	{"what to do when verify fails", verification + " › When it fails"},
	{"Login Succeeded", flask + " › 6) Tag the image and push it to Docker Hub"},
	{"docker login", flask + " › 6) Tag the image and push it to Docker Hub"},
	{"docker push", flask + " › 6) Tag the image and push it to Docker Hub"},
	{"docker run -d", flask + " › 3) Build and run"},
	{"-d", "Volumes: data that outlives its container › 3) A program with data"}, // a lab's command, before the guides that speak of it
	{"-p 5000:5000", flask + " › 3) Build and run"},
	{"Hello again from Flask", flask + " › 4) What the cache remembers"},
	{".dockerignore", flask + " › 5) Keep the build context small with .dockerignore"},
	{"musl", flask + " › 7) A smaller image on Alpine"},
	{"apk add --no-cache", flask + " › 7) A smaller image on Alpine"},
	{"no-cache", flask + " › 7) A smaller image on Alpine"}, // the option, which nobody types the hyphens of
	{"build context", flask + " › 5) Keep the build context small with .dockerignore"},
	{"placeholders", writing + " › Placeholders"},
	{"placeholder", writing + " › Placeholders"},
	{"front matter", writing + " › Front matter"},
	{"expected output", writing + " › Expected output"},
	{"measured values", writing + " › Measured values"},
	{"exepcted outptu", writing + " › Expected output"},
	{"two terminals", writing + " › Terminals"},
	{"gitlab ci", ci + " › GitLab"},
	{"kubernetes", ci + " › Kubernetes"},
	{"kuberentes", ci + " › Kubernetes"},
	{"--strangers", ""},
	{"fonts", "Theming › By your own style sheet"},
	{"templates", "Theming › Templates"},
	{"netlify", "Publishing › Netlify"},
	{"lab.sh", "Publishing › A lab's script"},
	{"compressing", "Publishing › Compressed copies"},
	{"getting started", "Getting started"},
	{"theming", "Theming"},
	{"security", "Security"},
}

// TestSearchRanks looks for what readers look for.
func TestSearchRanks(t *testing.T) {
	w := open(t, atRoot, "index.html")
	w.press("/")
	for _, test := range ranks {
		w.paste(test.query)
		hits := eval[[]string](w, allHits)
		if len(hits) == 0 || test.first != "" && hits[0] != test.first {
			t.Errorf("%s: found\n\t%s\nwant first\n\t%s", test.query, strings.Join(hits[:min(len(hits), 4)], "\n\t"), test.first)
		}
	}
}

// TestSearchExact takes the words of a command as they are.
func TestSearchExact(t *testing.T) {
	w := open(t, below, "index.html")
	w.press("/")
	marks := `[...new Set([...document.querySelectorAll("#hb-hits mark")].map((e) => e.textContent))]`
	w.paste("-d")
	want(w, marks+`.join(" ")`, "-d")
	w.paste("--drafts")
	want(w, marks+`.join(" ")`, "--drafts")
	w.paste("drafts") // a word, which options are made of, too
	if got := eval[[]string](w, marks); !contains(got, "drafts") {
		t.Errorf("marked %q", got)
	}
	w.paste("--drfats") // a misspelt option is no other one
	want(w, `document.querySelector(".search-status").textContent`, "Nothing found for “--drfats”.")
}

// TestSearchMeasured finds a lab by the values that its run measured, as its page
// shows them, and shows them in the excerpt.
func TestSearchMeasured(t *testing.T) {
	w := open(t, atRoot, "labs/04-flask/index.html")
	values := eval[[]string](w, `[...document.querySelectorAll("data.measured")].map((e) => e.textContent).filter((e) => e.includes("."))`)
	if len(values) == 0 {
		t.Fatal("the lab has no measured values")
	}
	w.press("/")
	for _, value := range values {
		w.paste(value)
		// Seconds are small numbers, which other pages have, too.
		if strings.HasSuffix(value, "s") {
			if hits := eval[[]string](w, allHits); !slices.ContainsFunc(hits, func(hit string) bool { return strings.HasPrefix(hit, flask) }) {
				t.Errorf("%s: found %q", value, hits)
			}
			continue
		}
		if hit := eval[string](w, firstHit); !strings.HasPrefix(hit, flask) {
			t.Errorf("%s: found %s", value, hit)
		}
		if text := eval[string](w, firstText); !strings.Contains(text, value) {
			t.Errorf("%s is not in the excerpt %s", value, text)
		}
	}
}

// TestTerms has the same table as package render/search's: what is looked for must
// be cut as what was written.
func TestTerms(t *testing.T) {
	b, err := os.ReadFile("../../../render/search/testdata/terms.json")
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
	w := open(t, below, "index.html")
	w.press("/")
	w.until(`window.hbTerms`)
	for _, test := range tests {
		text, _ := json.Marshal(test.Text)
		terms, _ := json.Marshal(test.Terms)
		want(w, fmt.Sprintf(`JSON.stringify(hbTerms(%s))`, text), string(terms))
	}
}

// TestSchemePage looks for a page with the name of a scheme from the root, where
// links have no folder before them: it is found as a page.
func TestSchemePage(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "index.html")
			for _, href := range eval[[]string](w, `[...document.querySelectorAll("a[href]")].map((a) => a.href)`) {
				if strings.HasPrefix(href, "javascript:") {
					t.Errorf("a link that runs a script: %s", href)
				}
			}
			w.press("/")
			w.search("javaschema")
			w.press(enter)
			w.until(`document.querySelector("h1").textContent === "A page with the name of a scheme"`)
			w.until(`document.querySelector("[data-theme-switch]").title !== ""`) // the script goes on behind the link
		})
	}
}

// TestSearchKeys uses the search without a mouse.
func TestSearchKeys(t *testing.T) {
	w := open(t, below, "index.html")
	w.press("/")
	w.search("dockerignore") // few hits: of many, more come at their end
	selected := `[...document.querySelectorAll("#hb-hits [role=option]")].findIndex((e) => e.getAttribute("aria-selected") === "true")`
	want(w, selected, 0)
	w.press(down, down)
	want(w, selected, 2)
	want(w, `document.querySelector("#hb-search input").getAttribute("aria-activedescendant")`, "hb-hit-2")
	w.press(up, up, up)
	want(w, selected+` === document.querySelectorAll("#hb-hits [role=option]").length - 1`, true)
	w.press(escape)
	w.until(`!document.querySelector("#hb-search").open`)
	want(w, "location.pathname", "/courses/docker/")

	w.run(`document.querySelector("[data-search-open]").click()`)
	w.search("flask")
	to := eval[string](w, `document.querySelector("#hb-hits [aria-selected=true]").href`)
	w.press(enter)
	w.until(fmt.Sprintf("location.href === %q", to))
}

// TestSearchClose closes the search where there is no key for it.
func TestSearchClose(t *testing.T) {
	w := open(t, below, "index.html", size(390, 800))
	w.run(`document.querySelector("[data-search-open]").click()`)
	w.search("docker")
	box := eval[struct{ Width, Height float64 }](w, `(({ width, height }) => ({ Width: width, Height: height }))(document.querySelector("[data-search-close]").getBoundingClientRect())`)
	if box.Width < 44 || box.Height < 44 {
		t.Errorf("the button is %v × %v, too small for a finger", box.Width, box.Height)
	}
	w.run(`document.querySelector("[data-search-close]").click()`)
	w.until(`!document.querySelector("#hb-search").open`)
}

// TestSearchMore shows the hits of more pages at the end of the list.
func TestSearchMore(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "index.html")
			w.press("/")
			w.search("word59word")
			want(w, firstHit, "Page 59")
			w.search("many words that say nothing")
			before := eval[int](w, `document.querySelectorAll("#hb-hits [role=option]").length`)
			w.press(up) // to the last one
			w.until(fmt.Sprintf(`document.querySelectorAll("#hb-hits [role=option]").length > %d`, before))
		})
	}
}

// TestSearchLoads loads the index when it is first asked for, and not before.
func TestSearchLoads(t *testing.T) {
	w := open(t, below, "index.html")
	loaded := `performance.getEntriesByType("resource").some((e) => e.name.includes("search"))`
	want(w, loaded, false)
	w.press("/")
	w.search("docker")
	want(w, loaded, true)
}

// missing expects that a page is not there.
func missing(w *window) { w.quiet = true }

// TestNotFoundSearch looks for what the address of a missing page says.
func TestNotFoundSearch(t *testing.T) {
	for address, first := range map[string]string{
		"guides/placeholders.html":     "guides/writing-labs/#placeholders",
		"old/dockerignore/index.html":  "labs/04-flask/#5-keep-the-build-context-small-with-dockerignore",
		"guides/verfication/":          "guides/verification/",
		"publishing/netlify/index.htm": "guides/publishing/#netlify",
	} {
		w := open(t, below, address, missing)
		w.until(`!document.querySelector("[data-missing]").hidden`)
		want(w, `document.querySelector("[data-missing] a").href.slice(new URL(document.body.dataset.root, location.href).href.length)`, first)
	}
	w := open(t, below, "xyzzyx/", missing)
	w.press("/")
	w.search("docker")
	want(w, `document.querySelector("[data-missing]").hidden`, true)
}

// A counter serves a site whose search has the index of 2,000 pages, and counts
// what it sends of the search.
type counter struct {
	index map[string][]byte
	mu    sync.Mutex
	sent  map[string]int // bytes of gzip
}

func newCounter() *counter {
	const n = 2000
	var paths []string
	var entries []*search.Entry
	for i := range n {
		name, text := testsite.Page(i, n)
		title, text, _ := strings.Cut(strings.TrimPrefix(text, "---\ntitle: "), "\n---\n")
		var passages []plain.Passage
		for k, part := range strings.Split("\n"+text, "\n## ") {
			heading, text, _ := strings.Cut(part, "\n")
			passages = append(passages, plain.Passage{ID: fmt.Sprint(k), Heading: heading, Text: text})
		}
		paths, entries = append(paths, name), append(entries, search.NewEntry(strings.TrimSuffix(name, ".md")+"/index.html", title, passages))
	}
	c := &counter{index: make(map[string][]byte), sent: make(map[string]int)}
	x := search.New(paths, func(name string, b []byte) { c.index[name] = b })
	for i, e := range entries {
		x.Add(i, e)
	}
	x.Close()
	return c
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	b := c.index[name]
	if b == nil {
		if !strings.HasPrefix(path.Base(name), "search.") {
			http.FileServer(http.Dir(public)).ServeHTTP(w, r)
			return
		}
		b, _ = os.ReadFile(path.Join(public, name))
	}
	var z bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	_, _ = zip.Write(b)
	_ = zip.Close()
	c.mu.Lock()
	c.sent[name] = z.Len()
	c.mu.Unlock()
	w.Header().Set("Content-Type", "text/javascript")
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(z.Bytes())
}

// take returns what was sent since it was last called.
func (c *counter) take() (bytes, files int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.sent {
		bytes += n
	}
	files = len(c.sent)
	c.sent = make(map[string]int)
	return bytes, files
}

// TestSearchWeight weighs what the first query of a reader loads of a site with
// 2,000 pages, the search's own script included. What it loads while it is typed
// depends on the speed of the typing and of the computer, so that is only told.
func TestSearchWeight(t *testing.T) {
	c := newCounter()
	server := httptest.NewServer(c)
	defer server.Close()
	for _, query := range []string{"container", "volume mount", "docker build image", "registry manifest digest", "-d", "how do I remove a container", "conatiner"} {
		for _, pause := range []time.Duration{0, 200 * time.Millisecond} {
			w := open(t, server.URL+"/", "index.html")
			c.take()
			w.press("/")
			if pause == 0 {
				w.paste(query)
			} else {
				w.opened()
				w.run(`document.querySelector("#hb-search input").select()`) // the protocol types the / too
				for _, key := range strings.Split(query, "") {
					w.press(key)
					time.Sleep(pause)
				}
				w.found(query)
			}
			bytes, files := c.take()
			if n := eval[int](w, `document.querySelectorAll("#hb-hits [role=option]").length`); n == 0 {
				t.Errorf("%s: nothing found", query)
			}
			words := len(strings.Fields(query))
			if limit := 150 << 10; words <= 3 && pause == 0 && bytes > limit {
				t.Errorf("%s, with %s between keys: %d bytes compressed in %d files, want at most %d", query, pause, bytes, files, limit)
			}
			t.Logf("%s, with %s between keys: %d bytes compressed in %d files", query, pause, bytes, files)
			w.do(chromedp.Navigate("about:blank")) // what it may still load would count for the next one
		}
	}
}
