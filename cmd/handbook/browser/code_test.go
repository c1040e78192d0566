package browser

import (
	"fmt"
	"testing"
)

// says is a promise that a button says that it has copied. It does not say so for long.
const says = `(button) => new Promise((done) => new MutationObserver(() => { if (button.classList.contains("done")) done(true); })
	.observe(button, { attributes: true, childList: true }))`

// copied presses a button and gives what is in the clipboard then.
func (w *window) copied(selector string) string {
	w.t.Helper()
	return eval[string](w, fmt.Sprintf(`(async () => {
		await navigator.clipboard.writeText("");
		const button = document.querySelector(%q), copied = (%s)(button);
		button.click();
		await copied;
		return navigator.clipboard.readText();
	})()`, selector, says))
}

func (w *window) wantCopied(selector, text string) {
	w.t.Helper()
	if got := w.copied(selector); got != text {
		w.t.Errorf("%s copied\n%q, want\n%q", selector, got, text)
	}
}

// TestCopy copies what is typed, and only that.
func TestCopy(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "more/lab/index.html", (*window).allowClipboard)
			w.wantCopied("#hb-s1 .copy", "echo one\ncat > note.txt <<'END'\n# a line of the file, not a comment\ntext\nEND\n")
			w.wantCopied("#hb-s2 .copy", "echo two\necho three\n")
			w.wantCopied("#hb-s4 .copy", "print(\"YOUR_DOCKERHUB_USERNAME\")\n")
			w.wantCopied(".copy-step", "mkdir -p ~/lab && cd ~/lab\necho one\ncat > note.txt <<'END'\n# a line of the file, not a comment\ntext\nEND\necho two\necho three\n")
			w.run(`[...document.querySelectorAll(".copy-step")].forEach((b, i) => { b.id = "step-" + i })`)
			w.wantCopied("#step-1", "docker tag app YOUR_DOCKERHUB_USERNAME/app\ndocker push YOUR_DOCKERHUB_USERNAME/app\ncat > run.py <<'EOF'\nprint(\"YOUR_DOCKERHUB_USERNAME\")\nEOF\npython3 run.py\n")
			w.wantCopied("#step-2", "cat > compose.yaml <<'EOF'\nservices:\n  web:\n    image: YOUR_DOCKERHUB_USERNAME/app\nEOF\n")

			w.visit("labs/04-flask/index.html")
			build := `[...document.querySelectorAll("figure.term")].find((f) => f.textContent.includes("docker build -t flask-app:1.0 ."))`
			w.run(build + `.querySelector(".copy").id = "build"`)
			w.wantCopied("#build", "docker build -t flask-app:1.0 .\n")
			w.run(`[...document.querySelectorAll("figure.file")].find((f) => f.textContent.includes("Hello again")).querySelector(".copy").id = "diff"`)
			w.wantCopied("#diff", "git apply --unidiff-zero <<'EOF'\n--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n def home():\n-    return 'Hello from Flask in Docker!'\n+    return 'Hello again from Flask in Docker!'\nEOF\n")

			w.visit("more/code/index.html")
			w.wantCopied("#hb-s1 .copy", "one = 1\ntwo = 2\nthree = 3\nfour = 4\nfive = 5\nsix = 6\n")
			w.wantCopied("#hb-s2 .copy", "def greet(name):\n    print(f\"Hello, {name}!\")\n")
			w.wantCopied("#hb-s4 .copy", "first\nsecond\nthird\nfourth\nfifth\nsixth\nseventh\neighth\nninth\ntenth\neleventh\ntwelfth\nthirteenth\nfourteenth\n")
		})
	}
}

// TestCopyOldWay copies where the page may not write to the clipboard itself.
func TestCopyOldWay(t *testing.T) {
	w := open(t, below, "more/lab/index.html", (*window).allowClipboard)
	w.run(`Clipboard.prototype.writeText = () => Promise.reject(new Error("no"))`)
	w.run(`window.copied = (` + says + `)(document.querySelector("#hb-s2 .copy"))`)
	w.click("#hb-s2 .copy")
	w.until("copied")
	want(w, "navigator.clipboard.readText()", "echo two\necho three\n")
}

// TestPlaceholders fills in a value once, for all places and pages.
func TestPlaceholders(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "more/lab/index.html", (*window).allowClipboard)
			fields := `[...new Set([...document.querySelectorAll("[data-ph]")].map((e) => e.textContent))].join()`
			want(w, fields, "YOUR_DOCKERHUB_USERNAME")
			want(w, `document.querySelectorAll("[data-ph]").length`, 5)
			want(w, `document.querySelectorAll("p code")[1].querySelector("[data-ph]")`, (*int)(nil))
			w.run(`document.querySelector("#hb-s3 [data-ph]").focus()`)
			w.press("a", "d", "a", "l")
			w.until(fields + ` === "adal"`)
			w.press(enter)
			w.until(`document.activeElement === document.body`)
			w.wantCopied("#hb-s3 .copy", "docker tag app adal/app\ndocker push adal/app\n")

			w.remembers(`const f = document.querySelector("[data-ph]"); f.textContent = "adal"; f.dispatchEvent(new InputEvent("input", { bubbles: true }))`,
				"more/values/index.html", fields+` === "adal"`)
			want(w, `document.querySelector("p code").textContent`, "docker pull adal/app")
			w.wantCopied("#hb-s1 .copy", "docker pull adal/app\n")

			// There is a field at the first mention, in the text or above a
			// snippet. What does not fit the site's pattern is put in nowhere.
			w.visit("more/lab/index.html")
			want(w, `document.querySelectorAll(".value").length`, 1)
			want(w, `document.querySelector(".value").previousElementSibling.textContent.startsWith("Use docker login")`, true)
			want(w, `document.querySelector(".value input").value`, "adal")
			w.run(`document.querySelector(".value input").select()`)
			w.press("A", "!")
			w.until(fields + ` === "YOUR_DOCKERHUB_USERNAME" && document.querySelector(".value input[aria-invalid]").value === "A!"`)
			w.run(`document.querySelector(".value input").select()`)
			w.press("a", "d", "a", "l")
			w.until(fields + ` === "adal" && !document.querySelector(".value input[aria-invalid]")`)
			w.run(`document.querySelector(".value button").focus()`)
			w.press(enter)
			w.until(fields + ` === "YOUR_DOCKERHUB_USERNAME" && document.querySelector(".value input").value === ""`)
			w.run(`localStorage.setItem("hb-ph-YOUR_DOCKERHUB_USERNAME", "adal")`)

			// Nothing is the name again.
			w.visit("more/values/index.html")
			w.run(`document.querySelector("#hb-s1 [data-ph]").focus()`)
			w.press("\b", enter)
			w.until(fields + ` === "YOUR_DOCKERHUB_USERNAME"`)
		})
	}
}

// TestTabs chooses tabs of one name together, and on other pages.
func TestTabs(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "more/tabs/index.html")
			shown := `[...document.querySelectorAll(".panel")].filter((p) => p.offsetParent).map((p) => p.querySelector(".l").textContent.trim().replace("echo ", "")).join()`
			want(w, shown, "linux one,linux two")
			w.click(`.tabs label:nth-of-type(2)`)
			w.until(shown + ` === "windows one,windows two"`)
			w.remembers(`const all = document.querySelectorAll("[data-tab=Windows]"); all[0].click()`, "more/tabs-again/index.html", shown+` === "windows three"`)
			w.visit("more/tabs/index.html")
			want(w, shown, "windows one,windows two")
			w.visit("more/tabs-again/index.html")
			w.remembers(`document.querySelector("[data-tab=Linux]").click()`, "more/tabs/index.html", shown+` === "linux one,linux two"`)
			// A name that only one group has leaves the other as it is.
			w.run(`document.querySelectorAll(".tabs")[1].querySelector("input").focus()`)
			w.press(left)
			w.until(shown + ` === "linux one,macos two"`)
		})
	}
}

// TestLineLinks links to a line, and to several.
func TestLineLinks(t *testing.T) {
	w := open(t, below, "more/code/index.html")
	marked := `[...document.querySelectorAll(".l.at")].map((l) => l.querySelector(".ln")?.dataset.n ?? l.textContent.trim()).join()`
	w.click("#hb-s1-L2 .ln")
	w.until(`location.hash === "#hb-s1-L2" && ` + marked + ` === "2"`)
	w.run(`document.querySelector("#hb-s1-L5 .ln").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }))`)
	w.until(`location.hash === "#hb-s1-L2-L5" && ` + marked + ` === "2,3,4,5"`)
	w.run(`document.querySelector("#hb-s1 .ln").focus()`)
	w.press(down, down, enter)
	w.until(`location.hash === "#hb-s1-L3" && ` + marked + ` === "3"`)

	// Coming from elsewhere, to lines that are folded away, and to some
	// without numbers.
	w.visit("more/values/index.html")
	w.visit("more/code/index.html#hb-s4-L3-L4")
	w.until(marked + ` === "3,4"`)
	want(w, `document.querySelector("#hb-s4 details").open`, true)
	w.visit("more/values/index.html")
	w.visit("more/code/index.html#hb-s2-L2")
	w.until(marked + ` === 'print(f"Hello, {name}!")'`)
	w.visit("more/values/index.html")
	w.visit("more/tabs/index.html#hb-s5-L1")
	w.until(marked + ` === "echo macos two" && document.querySelector(".l.at").offsetParent`)
	w.until(`(({ top, bottom }) => top > 50 && bottom < innerHeight)(document.querySelector(".l.at").getBoundingClientRect())`)
}

// TestWrap wraps long lines everywhere, once somebody has chosen so.
func TestWrap(t *testing.T) {
	w := open(t, below, "more/code/index.html")
	long := `document.querySelector("#hb-s3 pre").scrollWidth > document.querySelector("#hb-s3 pre").clientWidth`
	want(w, long, true)
	want(w, `document.querySelector("#hb-s1 .wrapper")`, (*int)(nil)) // nothing is long there
	w.click("#hb-s3 .wrapper")
	w.until("!(" + long + ")")
	w.visit("more/values/index.html")
	w.visit("more/code/index.html")
	want(w, long, false)
	want(w, `document.querySelector("#hb-s3 .wrapper").getAttribute("aria-pressed")`, "true")
	w.click("#hb-s3 .wrapper")
	w.until(long)
}

// TestOutputWidth gives outputs all of the terminal's width, though a time stands
// beside their command.
func TestOutputWidth(t *testing.T) {
	w := open(t, below, "labs/04-flask/index.html", size(1440, 900))
	const width = `(e) => e.getBoundingClientRect().width`
	want(w, `[...document.querySelectorAll(".took ~ .out")].length > 3`, true)
	want(w, `[...document.querySelectorAll(".took ~ .out")].filter((e) => (`+width+`)(e) < (`+width+`)(e.parentElement)).length`, 0)
}

// TestFolds shows of long outputs and files what the page is about, and folds
// nothing that is short.
func TestFolds(t *testing.T) {
	w := open(t, below, "labs/04-flask/index.html")
	const shown = `[...document.querySelectorAll(".out")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join("")`
	for _, line := range []string{"Login Succeeded", "[5/5] COPY app.py", "CACHED [2/5] WORKDIR /app", "naming to docker.io/library/flask-app:1.0", "Flask is there"} {
		want(w, fmt.Sprintf(`%s.includes(%q)`, shown, line), true)
	}
	for _, page := range kinds {
		w.visit(page)
		want(w, `[...document.querySelectorAll(".more:not(.also)")].filter((e) => {
			const lines = [...e.querySelectorAll("pre")].map((pre) => pre.textContent.replace(/\n$/, "").split("\n").length).reduce((a, b) => a + b);
			return lines < 8 || lines !== parseInt(e.querySelector("summary").textContent);
		}).length`, 0)
	}
	w.visit("more/code/index.html")
	const lines = `[...document.querySelectorAll("#hb-s%d .l")].filter((e) => e.checkVisibility()).map((l) => l.textContent.trim()).join(" ")`
	want(w, fmt.Sprintf(lines, 4), "first second twelfth thirteenth fourteenth")
	want(w, fmt.Sprintf(lines, 5), "first second third fourth fifth sixth seventh eighth ninth last")
}
