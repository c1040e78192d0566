package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A page of another site that the author has open gets nothing of the preview:
// neither by its scripts, pictures and frames nor by requests. A link leads
// there all the same.
func TestPreviewForeign(t *testing.T) {
	p := startPreview(t)
	page := fmt.Sprintf(`<!doctype html><title>foreign</title>
<a id="link" href="%[1]slabs/04-flask/">link</a>
<script>window.got = []; const say = (what) => () => got.push(what);
window.hbSearch = say("the index");
for (const [tag, of] of [["script", "search.js"], ["img", "favicon.svg"], ["iframe", ""], ["object", ""], ["embed", ""], ["link", "assets/"]]) {
  const e = document.createElement(tag);
  if (tag === "link") e.rel = "stylesheet";
  e.onload = () => {
    // A frame that is refused loads the browser's own page of that, which
    // nobody can look into.
    if (e.getSVGDocument || tag === "iframe") { if (e.contentDocument === null || e.getSVGDocument?.() === null) return; }
    got.push(tag);
  };
  e.src = e.href = e.data = "%[1]s" + of;
  document.body.append(e);
}
window.tried = Promise.allSettled([
  fetch("%[1]s").then(say("fetch")),
  fetch("%[1]ssearch.js", { mode: "no-cors" }).then(say("no-cors fetch")),
  fetch("%[1]s-/handbook/events?page=index.html&version=0", { mode: "no-cors" }).then((r) => { if (r.ok) say("events")(); }),
  fetch("%[1]s", { method: "POST", mode: "no-cors", body: "x" }).then((r) => { if (r.ok) say("post")(); }),
  import("%[1]ssearch.js").then(say("import")),
  new Promise((ok) => { const s = new EventSource("%[1]s-/handbook/events?page=index.html&version=0"); s.onmessage = say("event source"); s.onerror = ok; }),
]);
</script>`, p.url)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
	}))
	defer h.Close()
	w := open(t, strings.Replace(h.URL, "127.0.0.1", "localhost", 1)+"/", "", size(800, 600), func(w *window) { w.quiet = true })
	w.until(`document.readyState === "complete"`)
	w.run(`tried.then(() => { window.done = true })`)
	w.until("window.done")
	want(w, "got.join()", "")
	w.run(`document.getElementById("link").click()`)
	w.until(`location.pathname === "/labs/04-flask/" && document.querySelector("h1")`)
}

// An HTML file of the content runs its scripts, and they reach nothing of the
// site, published or in the preview.
func TestSlides(t *testing.T) {
	for _, test := range []struct{ name, base string }{{"published", below}, {"preview", startPreview(t).url}} {
		t.Run(test.name, func(t *testing.T) {
			w := open(t, test.base, "more/slides.html", before(`addEventListener("message", (event) => { if (parent === window && event.data.origin) window.said = event.data })`), func(w *window) { w.quiet = true })
			w.until("window.said")
			want(w, "said.reached", "")
			want(w, "said.loaded", true)
			want(w, "said.picture", true)
			want(w, "said.origin", "null")
		})
	}
}
