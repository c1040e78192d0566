package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// axeRun gives a line for each thing that axe finds wrong.
const axeRun = `axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }).then((r) => r.violations.flatMap((v) =>
	v.nodes.map((n) => v.id + ": " + n.target.join(" ") + ": " + n.failureSummary.split("\n").slice(1, 2).join("").trim())).slice(0, 8))`

// TestAxe has axe-core look at pages of every kind, in both colours and in forced
// ones, wide and narrow, and at what opens.
func TestAxe(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(filepath.Join(npm(t), "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		scheme string
		width  int64
		pages  []string
	}{
		{"light", 1440, kinds},
		{"dark", 1440, kinds},
		{"forced", 1440, []string{"index.html", "labs/04-flask/index.html", "more/code/index.html", everybody}},
		{"light", 390, []string{"index.html", "verified/index.html", "sample/guides/features/index.html", "more/code/index.html"}},
	} {
		t.Run(fmt.Sprintf("%s %d", test.scheme, test.width), func(t *testing.T) {
			t.Parallel()
			colours := prefers(test.scheme)
			if test.scheme == "forced" {
				colours = prefersForced
			}
			w := open(t, below, "index.html", colours, size(test.width, 900))
			check := func(state string) {
				t.Helper()
				for _, line := range eval[[]string](w, axeRun) {
					t.Errorf("%s, %s: %s", eval[string](w, "location.pathname"), state, line)
				}
			}
			for _, page := range test.pages {
				w.load(page)
				w.run(string(axe))
				check("as it opens")
			}
			w.load("labs/04-flask/index.html")
			w.run(string(axe))
			w.run(`for (const fold of document.querySelectorAll("details")) fold.open = true`)
			w.run(`for (const box of document.querySelectorAll("[data-step]")) box.click()`)
			w.until(`[...document.querySelectorAll("pre")].every((e) => e.tabIndex === 0 || e.scrollWidth <= e.clientWidth)`)
			check("unfolded, with all done")
			w.press("/")
			w.search("docker")
			check("with the search open")
			w.press(escape)
			if test.width == 390 {
				w.click(".menu-button")
				w.until(`document.querySelector("#hb-menu").checkVisibility()`)
				check("with the menu open")
			}
		})
	}
}
