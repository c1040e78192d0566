package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"

	"handbook/verify/docker/testenv/need"
)

// everybody is a page with what is hard to read on a phone, with a screen reader,
// or at 400 %.
const everybody = "more/everybody/index.html"

// prefersForced has the system force colours of its own.
func prefersForced(w *window) {
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "forced-colors", Value: "active"}, {Name: "prefers-color-scheme", Value: "dark"}}})
}

// TestNames holds that a heading's name is its text, that no two buttons of a page
// have the same name, and that commands and outputs are told apart by those who
// hear them.
func TestNames(t *testing.T) {
	t.Parallel()
	w := open(t, below, everybody)
	for _, name := range []string{everybody, "labs/04-flask/index.html", "sample/labs/04-flask/index.html", "guides/writing-labs/index.html"} {
		w.load(name)
		want(w, `[...document.querySelectorAll("h1, h2, h3, h4")].filter((h) => h.querySelector(".anchor")).length`, 0)
		want(w, `[...document.querySelectorAll(".heading")].every((e) => e.children[1].getAttribute("aria-label").includes(e.children[0].textContent.trim()))`, true)
		want(w, `(() => {
			const names = [...document.querySelectorAll("button")].filter((b) => !b.closest(".sidebar")).map((b) => b.getAttribute("aria-label") ?? b.textContent.trim() ?? "");
			return names.filter((name, i) => !name || names.indexOf(name) !== i).join(", ");
		})()`, "")
		want(w, `[...document.querySelectorAll(".screen .cmd")].every((e) => e.previousElementSibling.matches(".hidden") && e.previousElementSibling.textContent === "Command:")`, true)
		want(w, `[...document.querySelectorAll(".screen .run > .out:first-of-type")].every((e) => e.previousElementSibling.matches(".hidden, .after"))`, true)
	}
}

// lowWindow is 1280 × 1024 at 400 %.
func lowWindow(w *window) {
	size(320, 256)(w)
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// TestZoom goes through a page by keyboard at 400 %: what has the focus is never
// covered.
func TestZoom(t *testing.T) {
	t.Parallel()
	w := open(t, below, everybody, lowWindow)
	w.run(`document.querySelector(".end .links").insertAdjacentHTML("beforebegin", '<p class="updated">Last updated on 30 November 2026</p>')`)
	want(w, tooWide, "")
	for range 60 {
		w.press(tab)
		covered := eval[string](w, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
			const e = document.activeElement, box = e.getBoundingClientRect();
			if (e === document.body || !box.height) return done("");
			const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2), y = Math.min(Math.max(box.top + Math.min(box.height / 2, 8), 1), innerHeight - 2);
			const over = document.elementFromPoint(x, y);
			done(!over || over === e || e.contains(over) || over.contains(e) || e.closest("label, .tabs")?.contains(over) ? "" : e.outerHTML.slice(0, 90) + " under " + over.outerHTML.slice(0, 90));
		})))`)
		if covered != "" {
			t.Error(covered)
		}
	}
}

// TestPhone holds that on a phone here-documents scroll, tables show that there is
// more of them, and a note opens under its line.
func TestPhone(t *testing.T) {
	t.Parallel()
	w := open(t, below, everybody, size(390, 844))
	want(w, `(() => { const e = document.querySelector(".here"); return e.scrollWidth > e.clientWidth && getComputedStyle(e.querySelector(".l")).whiteSpace === "pre"; })()`, true)
	want(w, `document.querySelector("p code .nb").getClientRects().length`, 1)
	want(w, `document.querySelectorAll("p code wbr").length > 5`, true)
	const place = `Math.round(document.querySelector(".annotated .l .num").getBoundingClientRect().top)`
	w.run(`document.querySelector(".annotated .l .num").scrollIntoView({ block: "center", behavior: "instant" })`)
	before := eval[int](w, place)
	w.run(`document.querySelector(".annotated .l .num").click()`)
	want(w, place, before)
	want(w, `location.hash`, "")
	want(w, `document.querySelector(".l + .inset").textContent.trim()`, "A small image. See Docker's pages.")
	want(w, `document.querySelector(".annotated .l .num").getAttribute("aria-expanded")`, "true")
	want(w, `(() => { const e = document.querySelector(".inset").getBoundingClientRect(); return e.left >= 0 && e.right <= innerWidth; })()`, true)
	want(w, `typed([document.querySelector(".annotated [data-copy]")]).includes("small image")`, false)
	w.run(`document.querySelector(".annotated .l .num").click()`)
	want(w, `document.querySelectorAll(".inset").length`, 0)
	// Where there is room for both, the link leads to the note beside.
	size(1440, 900)(w)
	want(w, `document.querySelector(".annotated pre").scrollWidth <= document.querySelector(".annotated pre").clientWidth`, true)
	w.run(`document.querySelector(".annotated .l .num").click()`)
	want(w, `document.querySelectorAll(".inset").length`, 0)
	want(w, `location.hash !== ""`, true)
}

// TestTableNames holds that names in the columns of tables stay whole, on a phone
// too.
func TestTableNames(t *testing.T) {
	t.Parallel()
	w := open(t, below, "guides/writing-labs/index.html")
	const names = `[...document.querySelectorAll("td:first-child > code:only-child")].filter((e) => /^[a-z]+$/.test(e.textContent))`
	for _, width := range []int64{390, 1440} {
		size(width, 900)(w)
		want(w, names+`.length > 10`, true)
		want(w, names+`.filter((e) => e.getClientRects().length > 1).map((e) => e.textContent).join()`, "")
		want(w, tooWide, "")
	}
}

// TestPicture holds that a picture follows the colours, the reader's choice too.
func TestPicture(t *testing.T) {
	t.Parallel()
	w := open(t, below, everybody, prefers("dark"))
	const shown = `document.querySelector("picture img").currentSrc.replace(/.*\//, "")`
	w.run(`document.querySelector("picture").scrollIntoView()`)
	w.until(shown + ` === "dark.svg"`)
	w.run(`document.querySelector("[data-theme-switch]").click()`) // light
	w.until(shown + ` === "light.svg"`)
	w.run(`document.querySelector("[data-theme-switch]").click()`) // dark
	w.until(shown + ` === "dark.svg"`)
}

// TestPaper prints a lab and reads the sheets: they are numbered, none is empty,
// and the proof comes last.
func TestPaper(t *testing.T) {
	t.Parallel()
	w := open(t, below, "labs/04-flask/index.html")
	r := call(w, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PaperWidth: 8.27, PaperHeight: 11.69})
	if n := len(regexp.MustCompile(`/Type /Page\b`).FindAll(r.Data, -1)); n < 3 {
		t.Errorf("%d sheets", n)
	}
	program := need.Browser.Find(t, "pdftotext")
	file := filepath.Join(t.TempDir(), "lab.pdf")
	if err := os.WriteFile(file, r.Data, 0o644); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(program, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	sheets := bytes.Split(bytes.TrimRight(text, "\f\n"), []byte("\f"))
	for i, sheet := range sheets {
		if len(bytes.Fields(sheet)) < 20 {
			t.Errorf("sheet %d is nearly empty: %s", i+1, sheet)
		}
		if number := regexp.MustCompile(`(\d+) / (\d+)\s*$`).FindSubmatch(sheet); number == nil {
			t.Errorf("sheet %d has no number: %s", i+1, sheet[max(0, len(sheet)-80):])
		}
	}
	all := string(text)
	if proof, end := strings.Index(all, "were run on a fresh machine"), strings.LastIndex(all, "7) "); proof < end {
		t.Errorf("the proof stands before the text")
	}
}

// TestFirstPaint holds that nothing but the style sheet keeps a reader who comes
// for the first time waiting, and that those who have chosen something wait until
// it is in the page.
func TestFirstPaint(t *testing.T) {
	t.Parallel()
	w := open(t, below, "more/lab/index.html")
	const blocking = `performance.getEntriesByType("resource").filter((e) => e.renderBlockingStatus === "blocking").map((e) => e.name.replace(/.*\//, "").replace(/\..*\./, ".")).join()`
	want(w, blocking, "handbook.css")
	want(w, `document.documentElement.classList.contains("wait")`, false)
	w.run(`localStorage.setItem("hb-tabs", '["Windows"]')`)
	before(`addEventListener("readystatechange", () => { window.waits ??= document.documentElement.classList.contains("wait"); }, true)`)(w)
	w.load("more/tabs/index.html")
	want(w, `window.waits`, true)
	want(w, `getComputedStyle(document.body).visibility`, "visible")
}
