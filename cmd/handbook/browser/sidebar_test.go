package browser

import (
	"os"
	"strings"
	"testing"
)

// TestTree unfolds what is not near the page. It is loaded then, once.
func TestTree(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "guides/index.html", size(1440, 900))
			loads := `document.querySelectorAll("script[src$='tree.js']").length`
			want(w, loads, 0)
			entry := `[...document.querySelectorAll("#hb-menu > ul:not(.nav-copy) > li")].find((li) => li.querySelector("a").textContent.startsWith("Labs"))`
			want(w, entry+`.querySelector("ul")`, (*int)(nil))
			w.run(entry + `.querySelector(".unfold").focus()`)
			w.press(enter)
			lab := entry + `.querySelector("ul a[href*='04-flask']")`
			w.until(lab + `?.textContent.startsWith("Flask")`)
			want(w, entry+`.querySelector(".unfold").getAttribute("aria-expanded")`, "true")
			w.press(enter)
			w.until(entry + `.querySelector("ul").hidden`)
			w.press(enter)
			w.until("!" + entry + `.querySelector("ul").hidden`)
			want(w, loads, 1)
			w.run(lab + ".click()")
			w.until(`document.querySelector("h1")?.textContent.startsWith("Flask")`)
		})
	}
}

// TestTreeRest shows all of a long section.
func TestTreeRest(t *testing.T) {
	w := open(t, below, "many/30/index.html", size(1440, 900))
	listed := `document.querySelectorAll("#hb-menu ul ul > li:not([data-rest])").length`
	want(w, listed, 31)
	want(w, `document.querySelector("#hb-menu [data-rest]").textContent`, "29 more pages")
	w.run(`document.querySelector("#hb-menu [data-rest] a").click()`)
	w.until(listed + " === 60")
	want(w, `document.querySelector("#hb-menu [data-rest]")`, (*int)(nil))
	want(w, `document.querySelector("#hb-menu a[aria-current=page]").textContent`, "Page 30")
	w.run(`[...document.querySelectorAll("#hb-menu a")].find((a) => a.textContent === "Page 60").click()`)
	w.until(`document.querySelector("h1")?.textContent === "Page 60"`)
	// The current page shows in a sidebar that scrolls.
	w.until(`(({ top, bottom }) => top > 0 && bottom < innerHeight)(document.querySelector("#hb-menu a[aria-current=page]").getBoundingClientRect())`)
}

// TestTreeNotInlined keeps the tree out of the pages.
func TestTreeNotInlined(t *testing.T) {
	for _, name := range []string{"index.html", "guides/index.html", "many/30/index.html", "labs/04-flask/index.html"} {
		b, err := os.ReadFile(public + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "<li"); strings.Contains(string(b), "Page 60<") || n > 120 {
			t.Errorf("%s lists pages that are not near it, or much else: %d list items", name, n)
		}
	}
}

// TestDrawers opens the menus of a small window, with and without a script.
func TestDrawers(t *testing.T) {
	for name, settings := range map[string][]setting{"script": {size(390, 800)}, "no script": {size(390, 800), noScript}} {
		t.Run(name, func(t *testing.T) {
			w := open(t, below, "labs/04-flask/index.html", settings...)
			for button, drawer := range map[string]string{".menu-button": "#hb-menu", ".contents-button": "#hb-contents"} {
				visible := `document.querySelector("` + drawer + `").checkVisibility()`
				want(w, visible, false)
				w.click(button)
				w.until(visible)
				w.press(escape)
				w.until("!" + visible)
			}
		})
	}
}
