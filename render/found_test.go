package render

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
)

// The index of the search has what readers see: what commands printed and what was
// measured, and neither what was expected nor what was claimed.
func TestFoundText(t *testing.T) {
	site := sampleSite(t)
	r, err := New(site, sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := func(path string) string {
		d, err := r.docs.of(site.Page(path))
		if err != nil {
			t.Fatal(err)
		}
		return string(d.Found.Text)
	}
	flask := text("labs/04-flask.md")
	for _, want := range []string{
		`"3-build-and-run","3) Build and run","`,                                                 // the heading's passage
		`curl -fsS http://localhost:5000/none\ncurl: (22) The requested URL returned error: 404`, // printed, without its colours
		`\nsha256:9d6f0d3b27a1cbb0b6b6a4ef5ff2cf8e9c1d3a1b6e6f0e8b7c6d5e4f3a2b1c0d\n`,            // where sha256:[..] was expected
		`shrunk from 154 MB to 58.9 MB.`,
		`\nflask-app:alpine 58.9 MB 21.7 MB\n`, // of a report
		`[4/5] RUN pip install --no-cache-dir -r requirements.txt`,
		`\nHello from Flask in Docker!`,
		`docker push YOUR_DOCKERHUB_USERNAME/flask-app:1.0`, // not run
	} {
		if !strings.Contains(flask, want) {
			t.Errorf("the lab's text has no %q", want)
		}
	}
	for _, not := range []string{"130 MB", "60 MB", "sha256:[..]", "# -\\u003e", "```"} {
		if strings.Contains(flask, not) {
			t.Errorf("the lab's text has %q", not)
		}
	}
	if t.Failed() {
		t.Log(flask)
	}
	if notes := text("guides/features.md"); strings.Contains(notes, "[!") {
		t.Errorf("alerts are found with their markers: %s", notes)
	}
	compose := text("labs/07-compose.md") // a run that failed
	if !strings.Contains(compose, `# bring it up\ndocker compose up -d\n✘ web Error pull access denied\nlast line\ndocker compose ps`) {
		t.Errorf("%s", compose)
	}
	networks := text("labs/06-networks.md") // stale: the page shows none of it
	if strings.Contains(networks, "overlay2") {
		t.Errorf("%s", networks)
	}
}

// Generated pages and drafts are not found.
func TestFoundPages(t *testing.T) {
	site, err := content.Load(fstest.MapFS{"a.md": {Data: []byte("# A\n")}, "b/c.md": {Data: []byte("# C\n")},
		"d.md": {Data: []byte("---\ndraft: true\n---\n# D\n")}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	files, err := Site(site, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, name := range files.Names() {
		if strings.HasPrefix(name, "search/p-") {
			url, _, _ := strings.Cut(strings.TrimPrefix(string(files[name]), `hbSearch("`), `"`)
			urls = append(urls, url)
		}
	}
	slices.Sort(urls)
	if want := []string{"a/index.html", "b/c/index.html"}; !slices.Equal(urls, want) {
		t.Errorf("%q, want %q", urls, want)
	}
}
