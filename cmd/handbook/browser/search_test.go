package browser

import (
	"fmt"
	"strings"
	"testing"
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
	w.until(fmt.Sprintf(`document.querySelector("#hb-search input").value === %q && document.querySelector("#hb-search").dataset.shown === %q`, query, query))
}

const firstHit = `document.querySelector("#hb-hits [role=option] strong").textContent`

// TestSearch finds things, wherever the site is.
func TestSearch(t *testing.T) {
	for name, root := range map[string]string{"http": atRoot, "sub-path": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "labs/04-flask/index.html")
			w.press("/")
			w.opened()
			w.press("d", "o", "k", "c", "e", "r") // while the text is still loading
			for _, test := range []struct{ query, first, marked string }{
				{"COPY", "", "COPY"},
				{"--no-cache-dir", "", "--no-cache-dir"},
				{"dockerignore", "Flask: from a Dockerfile to Docker Hub › 5) Keep the build context small with .dockerignore", "dockerignore"},
				{"smaller image on alpine", "Flask: from a Dockerfile to Docker Hub › 7) A smaller image on Alpine", "smaller"},
				{"cache remembers", "Flask: from a Dockerfile to Docker Hub › 4) What the cache remembers", "cache"},
				{"verification", "Verification", "Verification"},
				{"dokcer", "", "docker"},
				{"reqirements", "", "requirements"},
			} {
				w.search(test.query)
				if test.first != "" {
					want(w, firstHit, test.first)
				}
				want(w, fmt.Sprintf(`[...document.querySelectorAll("#hb-hits mark")].some((m) => m.textContent.toLowerCase() === %q)`, strings.ToLower(test.marked)), true)
			}
			w.search("xyzzyx")
			want(w, `document.querySelector(".search-status").textContent`, "Nothing found for “xyzzyx”.")
			w.search("alpine smaller")
			w.press(enter)
			w.until(`location.hash === "#7-a-smaller-image-on-alpine" && !document.querySelector("#hb-search").open`)
		})
	}
}

// TestSearchKeys uses the search without a mouse.
func TestSearchKeys(t *testing.T) {
	w := open(t, below, "index.html")
	w.press("/")
	w.search("docker")
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

// TestSearchBig has pages and headings first, and the texts in parts.
func TestSearchBig(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "index.html")
			w.press("/")
			w.search("word59word")
			want(w, firstHit, "Page 59")
			w.search("what pages can hold")
			want(w, firstHit, "What pages can hold")
			want(w, `document.querySelectorAll("script[src*='search-']").length > 1`, true)
		})
	}
	// The handbook itself is small.
	w := open(t, atRoot, "index.html")
	w.press("/")
	w.search("docker")
	want(w, `document.querySelectorAll("script[src*='search-']").length`, 0)
}

// TestSearchLoads loads the text when it is first asked for, and not before.
func TestSearchLoads(t *testing.T) {
	w := open(t, below, "index.html")
	loaded := `performance.getEntriesByType("resource").some((e) => e.name.includes("search"))`
	want(w, loaded, false)
	w.press("/")
	w.search("docker")
	want(w, loaded, true)
}
