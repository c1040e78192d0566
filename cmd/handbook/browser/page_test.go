package browser

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
)

// kinds are pages of every kind that there is.
var kinds = []string{
	"index.html", "labs/index.html", "labs/04-flask/index.html", "guides/writing-labs/index.html", "verified/index.html",
	"tags/index.html", "404.html", "sample/guides/features/index.html", "sample/labs/04-flask/index.html",
	"more/lab/index.html", "more/code/index.html", "more/tabs/index.html", everybody, "many/index.html",
}

// slow makes the network slow, and keeps nothing of what came before.
func slow(w *window) {
	call(w, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	call(w, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 60, DownloadThroughput: 200_000, UploadThroughput: 100_000}}})
}

// TestPages opens every page, over HTTP below a path and from the disk, at the
// width of a small phone: nothing is missing, the policy is kept, no other
// host is asked, and nothing makes the page scroll sideways.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, root, "index.html", size(320, 640))
			for _, page := range pages(t) {
				if strings.HasPrefix(page, "many/") && page != "many/30/index.html" || page == "404.html" && root == asFiles {
					continue
				}
				w.load(page)
				for _, width := range []int64{320, 390} {
					size(width, 640)(w)
					if over := eval[string](w, tooWide); over != "" {
						t.Errorf("%s, %d px: scrolls sideways, for %s", page, width, over)
					}
				}
			}
		})
	}
}

// tooWide names what reaches over the right edge of the window.
const tooWide = `document.scrollingElement.scrollWidth <= innerWidth ? "" :
	[...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
		.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(" ") || "something"`

// TestLinksOverHTTP follows each link of the pages of every kind.
func TestLinksOverHTTP(t *testing.T) {
	t.Parallel()
	w := open(t, below, "index.html")
	seen := map[string]bool{}
	for _, page := range kinds {
		w.visit(page)
		for _, link := range eval[[]string](w, `[...document.querySelectorAll("a[href]")].map((a) => a.href)`) {
			link, _, _ = strings.Cut(link, "#")
			if seen[link] || !strings.HasPrefix(link, below) {
				continue
			}
			seen[link] = true
			if path.Base(link) == "index.html" {
				t.Errorf("%s: %s is not shortened", page, link)
			}
			r, err := http.Get(link)
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if r.StatusCode != http.StatusOK {
				t.Errorf("%s: %s: %s", page, link, r.Status)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d links", len(seen))
	}
}

// watchShifts adds up what moves by itself.
const watchShifts = `window.shifts = []; window.score = 0;
	new PerformanceObserver((list) => {
		for (const e of list.getEntries()) if (!e.hadRecentInput) {
			score += e.value;
			shifts.push(...e.sources.map((s) => s.node?.outerHTML?.slice(0, 80)));
		}
	}).observe({ type: "layout-shift", buffered: true });`

// late tells whether the theme's script came so late that the page was shown without
// what it puts in, as on a computer that has too much to do.
const late = `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd > 2000`

// TestNoShift loads pages slowly, as somebody who has chosen this and that
// before: nothing moves while they load.
func TestNoShift(t *testing.T) {
	t.Parallel()
	for name, width := range map[string]int64{"wide": 1440, "phone": 390} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, below, "more/lab/index.html", size(width, 900))
			w.run(`document.querySelector(".step-end input").click()`)
			w.run(`scrollTo({ top: 500, behavior: "instant" })`)
			w.until("scrollY > 400")
			w.visit("index.html") // leaves a place to come back to
			w.run(`localStorage.setItem("hb-ph-YOUR_DOCKERHUB_USERNAME", "a-rather-long-name-for-a-user")`)
			w.run(`localStorage.setItem("hb-tabs", '["Windows"]')`)
			w.run(`localStorage.setItem("hb-theme", "dark")`)
			before(watchShifts)(w)
			slow(w)
			for _, page := range kinds {
				w.load(page)
				for tries := 0; tries < 5 && eval[bool](w, late); tries++ {
					t.Logf("%s comes late, and is loaded again", page)
					w.load(page)
				}
				// Two frames later all that was to be drawn is.
				eval[bool](w, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
				if score := eval[float64](w, "score"); score > 0 && !eval[bool](w, late) {
					t.Errorf("%s shifts by %v: %s", page, score, eval[string](w, `shifts.join(" ")`))
				}
			}
		})
	}
}

// TestNoScript reads and follows pages without JavaScript.
func TestNoScript(t *testing.T) {
	t.Parallel()
	w := open(t, below, "labs/04-flask/index.html", noScript)
	want(w, `document.documentElement.className`, "")
	// Nothing is shown that does nothing.
	for _, selector := range []string{".copy", ".copy-step", ".step-end", "[data-search-open]", "[data-theme-switch]"} {
		want(w, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e) => e.checkVisibility()).length`, selector), 0)
	}
	want(w, `[...document.querySelectorAll("button")].filter((b) => b.checkVisibility() && !b.hasAttribute("popovertarget")).length`, 0)
	// All can be read: what is folded opens.
	w.click(".proof summary")
	w.until(`document.querySelector(".evidence").checkVisibility()`)
	w.click("figure .more summary")
	w.until(`document.querySelector("figure .more .out").checkVisibility()`)
	want(w, `[...document.querySelectorAll(".prose h2")].every((e) => e.checkVisibility())`, true)

	// And followed.
	w.click(".sidebar > ul:not(.nav-copy) a[href$='guides/index.html']")
	w.until(`document.querySelector("h1")?.textContent === "Guides" || document.title.startsWith("Guides")`)

	w.visit("more/tabs/index.html")
	w.click(".tabs label:nth-of-type(2)")
	w.until(`[...document.querySelectorAll(".panel")].filter((p) => p.checkVisibility()).map((p) => p.textContent.includes("windows one")).includes(true)`)
	w.visit("more/code/index.html#hb-s1-L3")
	want(w, `getComputedStyle(document.querySelector("#hb-s1-L3")).backgroundColor !== getComputedStyle(document.querySelector("#hb-s1-L4")).backgroundColor`, true)
}

// TestKeyboard goes through a page with the Tab key.
func TestKeyboard(t *testing.T) {
	w := open(t, below, "labs/04-flask/index.html", size(1440, 900))
	w.press(tab)
	want(w, `document.activeElement.className`, "skip")
	w.until(`document.activeElement.getBoundingClientRect().top >= 0`)
	w.press(enter)
	w.until(`document.activeElement.id === "hb-main"`)

	w.visit("labs/04-flask/index.html")
	stops := eval[int](w, `[...document.querySelectorAll("a[href], button, input, summary, [tabindex='0'], [contenteditable]")]
		.filter((e) => e.checkVisibility() && e.tabIndex >= 0).length`)
	var order []string
	for range stops + 5 {
		w.press(tab)
		at := eval[string](w, focused)
		if strings.HasPrefix(at, "body") {
			break
		}
		if !strings.Contains(at, " seen") {
			t.Errorf("the focus does not show on %s", at)
		}
		order = append(order, at)
	}
	if len(order) < stops-5 { // radio buttons are one stop
		t.Errorf("the Tab key stops at %d of %d places", len(order), stops)
	}
	last := 0
	for _, part := range []string{"skip", "brand", "data-search-open", "data-theme-switch", "hb-menu", "proof", "figure", "step-end", "around", "hb-contents"} {
		at := -1
		for i, stop := range order {
			if strings.Contains(stop, part) {
				at = i
				break
			}
		}
		if at < last {
			t.Errorf("%s comes at stop %d, before %d: not in the order of the page", part, at, last)
		}
		last = at
	}
}

// focused describes the focused element, with what is around it, and whether
// its focus can be seen.
const focused = `(() => {
	const e = document.activeElement, s = getComputedStyle(e);
	const ring = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0;
	const label = e.matches("input[type=radio]") && e.nextElementSibling;
	const names = [];
	for (let p = e; p && p !== document.documentElement; p = p.parentElement) names.push(p.localName + "#" + p.id + "." + p.className, ...p.getAttributeNames().filter((n) => n.startsWith("data-")));
	return names.join(" ") + (ring(label ? getComputedStyle(label) : s) ? " seen" : "");
})()`

// TestPrint prints on white, with everything that can be unfolded, and
// without what is of no use on paper.
func TestPrint(t *testing.T) {
	w := open(t, below, "labs/04-flask/index.html", prefers("dark"))
	w.click("[data-theme-switch]")
	w.click("[data-theme-switch]") // dark, chosen
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	want(w, paper, "rgb(255, 255, 255)")
	want(w, `getComputedStyle(document.querySelector(".screen")).backgroundColor`, "rgb(255, 255, 255)")
	for _, selector := range []string{".bar", ".sidebar", ".contents", ".copy", ".copy-step", ".step-end", ".around", ".wrapper"} {
		want(w, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e) => e.checkVisibility()).length`, selector), 0)
	}
	want(w, `[...document.querySelectorAll("figure .more .out, .evidence")].every((e) => e.checkVisibility())`, true)

	w = open(t, below, "guides/writing-labs/index.html")
	const unseen = `[...document.querySelectorAll(".unseen figure")].map((e) => e.checkVisibility()).join()`
	want(w, unseen, "false")
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	want(w, unseen, "true")
}
