package browser

import "testing"

// TestProgress marks steps as done; the marks stay, and other pages know.
func TestProgress(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			w := open(t, root, "more/lab/index.html")
			facts := `document.querySelector("[data-progress]").textContent`
			want(w, facts, "3 steps · 35 minutes")
			w.click(".step-end input")
			w.until(facts + ` === "1 of 3 steps done · 25 minutes left"`)
			want(w, `[...document.querySelectorAll(".contents a.done")].map((a) => a.textContent).join()`, "1) Begin")
			w.remembers(`const box = document.querySelector(".step-end input"); if (!box.checked) box.click()`, "more/lab/index.html", facts+` === "1 of 3 steps done · 25 minutes left"`)
			w.visit("more/index.html")
			want(w, `document.querySelector("[data-for='more/lab.md'] .steps").textContent`, "1 of 3 steps done")

			w.visit("more/lab/index.html")
			w.run(`for (const box of document.querySelectorAll("[data-step]")) if (!box.checked) box.click()`)
			want(w, facts, "All 3 steps done")
			w.run(`for (const box of document.querySelectorAll("[data-step]")) box.click()`)
			want(w, facts, "3 steps · 35 minutes")
		})
	}
}

// TestResume leaves a lab in the middle and comes back.
func TestResume(t *testing.T) {
	for name, root := range map[string]string{"http": below, "file": asFiles} {
		t.Run(name, func(t *testing.T) {
			offer := `document.querySelector(".resume a")?.textContent`
			w := open(t, root, "index.html")
			want(w, `document.querySelector(".resume")`, (*int)(nil))
			w.visit("labs/04-flask/index.html")
			want(w, `document.querySelector(".resume")`, (*int)(nil))
			w.run(`document.getElementById("4-what-the-cache-remembers").scrollIntoView({ behavior: "instant" })`)
			w.until(`document.querySelector(".contents a[aria-current]")?.hash === "#4-what-the-cache-remembers"`)

			w.remembers(`document.getElementById("4-what-the-cache-remembers").scrollIntoView({ behavior: "instant" }); dispatchEvent(new Event("pagehide"))`, "index.html", offer+` === "Continue “Flask: from a Dockerfile to Docker Hub” at “4) What the cache remembers”"`)
			w.visit("labs/04-flask/index.html")
			want(w, offer, "Continue at “4) What the cache remembers”")
			w.visit("labs/index.html")
			w.until(offer)
			w.run(`document.querySelector(".resume a").click()`)
			w.until(`location.hash === "#4-what-the-cache-remembers" && document.querySelector("h1").textContent.startsWith("Flask")`)
			want(w, `document.querySelector(".resume")`, (*int)(nil))

			// Who is through is not sent back.
			w.run(`for (const box of document.querySelectorAll("[data-step]")) if (!box.checked) box.click()`)
			w.until("scrollY > 300")
			w.remembers(`for (const box of document.querySelectorAll("[data-step]")) if (!box.checked) box.click(); scrollTo({ top: 2000, behavior: "instant" }); dispatchEvent(new Event("pagehide"))`, "index.html", `!document.querySelector(".resume")`)
		})
	}
}

// TestContentsFollow shows in the contents where the reader is.
func TestContentsFollow(t *testing.T) {
	w := open(t, below, "labs/04-flask/index.html", size(1440, 900))
	current := `document.querySelector(".contents a[aria-current]").textContent`
	want(w, current, "1) Project structure")
	w.run(`document.getElementById("3-build-and-run").scrollIntoView({ behavior: "instant" })`)
	w.until(current + ` === "3) Build and run"`)
	w.run(`scrollTo({ top: 1e9, behavior: "instant" })`)
	w.until(current + ` === "Clean up"`)
}
