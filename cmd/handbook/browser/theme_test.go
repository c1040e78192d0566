package browser

import (
	"fmt"
	"testing"
)

const (
	lightPaper = "rgb(253, 253, 251)"
	darkPaper  = "rgb(17, 20, 24)"
	paper      = `getComputedStyle(document.body).backgroundColor`
)

// TestTheme goes through the colours, which stay chosen.
func TestTheme(t *testing.T) {
	for _, test := range []struct {
		system string
		papers []string // at first, then after each press of the button
	}{
		{"light", []string{lightPaper, darkPaper, lightPaper, lightPaper}},
		{"dark", []string{darkPaper, lightPaper, darkPaper, darkPaper}},
	} {
		w := open(t, below, "index.html", prefers(test.system))
		for i, want := range test.papers {
			if got := eval[string](w, paper); got != want {
				t.Errorf("system %s, press %d: paper is %s, want %s", test.system, i, got, want)
			}
			w.visit("labs/index.html")
			if got := eval[string](w, paper); got != want {
				t.Errorf("system %s, press %d, next page: paper is %s, want %s", test.system, i, got, want)
			}
			w.click("[data-theme-switch]")
		}
	}
}

// TestStorageOfFiles has what a reader chose on every page from file:, however
// soon it asks: Chromium's processes for such pages may not be ready then.
func TestStorageOfFiles(t *testing.T) {
	w := open(t, asFiles, "index.html", prefers("light"))
	w.click("[data-theme-switch]")
	for i := range 60 {
		w.visit([]string{"labs/index.html", "labs/04-flask/index.html", "index.html"}[i%3])
		if got := eval[string](w, paper); got != darkPaper {
			t.Fatalf("page %d: paper is %s, want %s", i, got, darkPaper)
		}
	}
}

// TestThemeFollows changes with the system as long as nobody has chosen.
func TestThemeFollows(t *testing.T) {
	w := open(t, below, "index.html", prefers("light"))
	want(w, paper, lightPaper)
	prefers("dark")(w)
	w.until(fmt.Sprintf("%s === %q", paper, darkPaper))
	want(w, `document.querySelector("[data-theme-switch]").title`, "Colours: as the system")
}

// watchPaper notes the background from the first frame on in which there is a
// body: what a reader would see as a flash.
const watchPaper = `window.papers = [];
	(function look() {
		if (document.body) {
			const now = getComputedStyle(document.body).backgroundColor;
			if (papers.at(-1) !== now) papers.push(now);
		}
		requestAnimationFrame(look);
	})();`

// TestThemeNoFlash chooses against the system, and loads a page with a style
// sheet that takes its time.
func TestThemeNoFlash(t *testing.T) {
	for _, test := range []struct{ system, paper string }{{"light", darkPaper}, {"dark", lightPaper}} {
		w := open(t, below, "index.html", prefers(test.system))
		w.click("[data-theme-switch]")
		want(w, paper, test.paper)
		before(watchPaper)(w)
		slow(w)
		w.visit("labs/04-flask/index.html")
		w.until("papers.length > 0")
		// Chromium paints nothing before the style sheet is there.
		want(w, `papers.filter((p) => p !== "rgba(0, 0, 0, 0)").join()`, test.paper)
		want(w, `document.documentElement.dataset.theme + document.documentElement.className`, eval[string](w, `localStorage.getItem("hb-theme")`)+"js")
	}
}
