package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A terminal in a page, what it shows, and whether keys go there.
const (
	termTree   = `document.querySelector("handbook-lab").shadowRoot.querySelector("handbook-terminal").shadowRoot`
	termScreen = `[...` + termTree + `.querySelectorAll(".row")].map((r) => r.textContent.trimEnd()).join("\n").trimEnd()`
	termKeys   = termTree + `.activeElement?.localName === "textarea"`
)

// control presses a letter with the control key.
func (w *window) control(letter string) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(letter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// TestLiveTerminal works on a machine of a lab, in the page.
func TestLiveTerminal(t *testing.T) {
	s := serve(t, liveHead+"```bash\nmkdir -p exercise/here && cd exercise/here\ngreet() { echo \"hello $1\"; }\n```\n\n```bash\nls > list\n```\n\n"+filler)
	w := s.open()
	open := func(snippet string) {
		t.Helper()
		w.once(`document.querySelector("#`+snippet+` > .hb-terminal")`, "e.click()")
		w.until(termKeys)
	}
	shows := func(text string) { t.Helper(); w.until(termScreen + ".includes(" + `"` + text + `")`) }
	open("hb-s2")
	shows("/exercise/here#") // where the snippet before went; this one was not run
	w.press(`greet you; ls; printf '\033[31mred\033[0m\n'`, enter)
	shows(`\nhello you\nred\n`)
	want(w, `[...`+termTree+`.querySelectorAll(".row span")].find((e) => e.textContent === "red").style.color`, "rgb(255, 138, 130)")

	// What is printed without end is drawn, and does not keep keys from being heard.
	w.press("yes", enter)
	w.until(termScreen + `.endsWith("\ny\ny\ny")`)
	w.control("c")
	shows("^C")
	w.until(termTree + `.querySelector(".above").childElementCount > 20`)
	w.press("echo 42; cat -vt", enter)
	shows(`\n42`)
	w.press("x", up, "y", kb.Backspace, "é", tab, "z", enter)
	shows(`\nx^[[AM-CM-)^Iz`)
	w.press(kb.F6)
	w.until(termTree + `.activeElement.localName === "button"`)

	// Others have no terminal, and type nothing.
	for path, body := range map[string]string{"terminal": `{"page":"` + s.name + `/index.html","columns":80,"rows":20}`, "act": `{"page":"` + s.name + `/index.html","do":"type","what":["","x"]}`} {
		request, err := http.NewRequest("POST", s.url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Origin", strings.TrimSuffix(s.url, "/"))
		request.URL.Path = eval[string](w, `new URL("`+path+`", document.getElementById("handbook-lab").src).pathname`)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s without the token: %s", path, answer.Status)
		}
	}
	first := s.oneMachine()

	// Another terminal is on another machine, and goes with the page.
	open("hb-s1")
	shows("/lab#")
	if now := s.oneMachine(); now[0] == first[0] {
		t.Error("a machine is used twice")
	}
	w.quiet = true // the stream is cut
	w.do(chromedp.Navigate("about:blank"))
	s.noMachine()
}
