package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/verify/docker/testenv"
)

// While nobody writes, a tag comes to name another image: the run at night
// finds it, and says that what has changed may have come of it.
func TestMovedBase(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	hub := newMovingHub(t)
	writeFiles(t, map[string]string{
		"content/index.md": "# Home\n",
		"content/a.md":     "---\nlab: {}\n---\n# A\n\n```bash\ndocker pull -q moving\ndocker run --rm moving\n```\n",
		"content/b.md":     "---\nlab: {}\n---\n# B\n\n```dockerfile file=Dockerfile\nFROM moving\nCOPY Dockerfile /\n```\n\n```bash\n" + followers + "```\n\n```image-sizes\napp\n```\n\nIt has [?](layers:app) layers.\n\n```bash\ndocker rmi app moving\n```\n",
		"content/c.md":     "---\nlab: {}\n---\n# C\n\n```dockerfile file=Dockerfile\nFROM moving\nCOPY Dockerfile /\n```\n\n```bash\ndocker build -q -t app . > id\ndocker run --rm app\n```\n",
	})
	want := func(want status, patterns []string, args ...string) {
		t.Helper()
		runOf(t, want, patterns, args...)
	}
	want(fine, nil, "verify")
	hub.moved.Store(true)
	moved := `moving:latest has moved: ` + hub.digest(0)[:19] + `… → ` + hub.digest(1)[:19] + `…`
	only := moved + `; nothing else has changed`
	// What only follows is told and counted. Other outputs are changes.
	want(fine, []string{
		`^b\.md  passed  4 of 4 snippets  .*  on 1 moved base image  set aside: `,
		`  set aside: .*\d sizes? that follows? from a moved base image`,
		`  set aside: .*\d layers? that follows? from a moved base image`,
		`^1 lab: 1 passed \(1 on moved base images\), in .*\nmoved    ` + only + ` \(b\.md\)$`,
		`^::notice file=content/b\.md,line=2,title=b\.md passed::` + only + `$`,
	}, "verify", "--all", "--check", "content/b.md", "--report", "github", "--report", "json=r.json", "--report", "junit=r.xml", "--report", "markdown=r.md")
	for file, text := range map[string]string{
		"r.json": `"verdict": "passed",\n      "status": 0,`,
		"r.xml":  `<system-out>` + only,
		"r.md":   `- moved    ` + strings.ReplaceAll(only, ">", "&gt;"),
	} {
		if b, err := os.ReadFile(file); err != nil || !regexp.MustCompile(text).Match(b) {
			t.Errorf("%s: no match for %q in\n%s (%v)", file, text, b, err)
		}
	}
	want(changed, []string{
		`^handbook: error: content/a\.md:8:1: "docker run --rm moving": the output has changed\n    - one\n    \+ two\n    likely cause: ` + moved + `$`,
		`^handbook: error: content/c\.md:13:1: "docker run --rm app": the output has changed\n    - one\n    \+ two\n    likely cause: ` + moved + `$`,
		`^changed  content/a\.md:8:1: "docker run`,
		`^moved    ` + only + ` \(b\.md\)$`,
	}, "verify", "--all", "--check")
	want(changed, []string{
		`^handbook: error: content/b\.md:2:\d: ` + only + `$`,
	}, "verify", "--all", "--check", "--strict", "content/b.md")
	want(misuse, []string{`--strict has no meaning without --check`}, "verify", "--strict")
	// verify accepts it, and names the images that it was verified with.
	want(fine, nil, "verify", "--all")
	for _, name := range []string{"a", "b", "c"} {
		if b, err := os.ReadFile("content/" + name + ".record.json"); err != nil || !strings.Contains(string(b), hub.digest(1)) {
			t.Errorf("the record of %s.md does not name the new image (%v)", name, err)
		}
	}
	want(fine, []string{`^3 labs: 3 passed, in `}, "verify", "--all", "--check", "--strict")
}

// runOf runs handbook, and checks its exit status and that what it prints matches
// patterns. A pattern that begins with "!" must not match.
func runOf(t *testing.T, want status, patterns []string, args ...string) {
	t.Helper()
	var out, err bytes.Buffer
	if got := run(args, &out, &err, labs.OpenDocker); got != want {
		t.Fatalf("%v: status %d, want %d\n%s%s", args, got, want, &out, &err)
	}
	text := out.String() + err.String()
	for _, p := range patterns {
		p, not := strings.CutPrefix(p, "!")
		if regexp.MustCompile("(?m)"+p).MatchString(text) == not {
			t.Errorf("%v: match for %q: %v, in\n%s", args, p, not, text)
		}
	}
}

// followers are commands whose outputs follow from a base image in nothing but
// ids, sizes and layers.
const followers = `docker pull moving
docker pull moving | cat
docker images
docker build -t app .
docker build . 2>&1 | cat
docker images
docker history app
docker inspect app | grep -A 9 '"Layers"' | tr -d ' ' | grep sha256
docker system df
`

func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// A movingHub is a mirror of Docker Hub on which moving:latest is first an
// image that prints "one", then one with another layer that prints "two".
type movingHub struct {
	madeHub
	url       string
	moved     atomic.Bool
	gone      atomic.Bool // the first image is not there any more
	manifests [2]string

	// A second image that moves as the first one does: a busybox with $WORD.
	shell struct {
		name      string // of its repository
		manifests [2]string
	}
}

// addShell adds the image with a shell, which it makes of the busybox of a mirror.
// It tells whether there is one.
func (h *movingHub) addShell(t *testing.T, mirror string) bool {
	t.Helper()
	if mirror == "" {
		return false
	}
	get := func(path string) map[string]any {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, mirror+"/v2/library/busybox/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", manifestType+", application/vnd.oci.image.manifest.v1+json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var v map[string]any
		if err := json.NewDecoder(resp.Body).Decode(&v); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, resp.Status, err)
		}
		return v
	}
	manifest := get("manifests/latest")
	of := manifest["config"].(map[string]any)
	image := get("blobs/" + of["digest"].(string))
	settings := image["config"].(map[string]any)
	delete(settings, "Labels") // it is no stand-in
	for i, word := range []string{"one", "two"} {
		settings["Env"] = []string{"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "WORD=" + word}
		config := encoded(t, image)
		of["digest"], of["size"] = h.add(config), len(config)
		manifest["mediaType"] = manifestType
		h.shell.manifests[i] = h.add(encoded(t, manifest))
	}
	return true
}

// newMovingHub starts a hub and makes it the mirror of the test, which runs in an
// empty folder then. The test needs an engine.
func newMovingHub(t *testing.T) *movingHub {
	t.Helper()
	hub := &movingHub{madeHub: newMadeHub(t)}
	printer, more := printerLayer(t), layerOf(t, "more", "COPY more /", bytes.Repeat([]byte("more\n"), 100_000))
	hub.manifests = [2]string{hub.addImage(t, "one", printer), hub.addImage(t, "two", printer, more)}
	hub.url = serveAsMirror(t, hub)
	return hub
}

func (h *movingHub) digest(i int) string { return h.manifests[i] }

func (h *movingHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	manifests := h.manifests
	rest, ok := strings.CutPrefix(r.URL.Path, "/v2/library/moving/")
	if !ok && h.shell.name != "" {
		rest, ok = strings.CutPrefix(r.URL.Path, "/v2/library/"+h.shell.name+"/")
		manifests = h.shell.manifests
		if ok && strings.HasPrefix(rest, "blobs/") && h.blobs[path.Base(rest)] == nil {
			r.URL.Path, ok = "/v2/library/busybox/"+rest, false
		}
	}
	switch {
	case r.URL.Path == "/v2/":
		w.WriteHeader(http.StatusOK)
		return
	case !ok:
		h.others.ServeHTTP(w, r)
		return
	}
	digest := path.Base(rest)
	if rest == "manifests/latest" {
		digest = manifests[0]
		if h.moved.Load() {
			digest = manifests[1]
		}
	}
	b := h.blobs[digest]
	if h.gone.Load() && digest == h.manifests[0] {
		b = nil
	}
	writeBlob(w, r, digest, b, strings.HasPrefix(rest, "manifests/"))
}
