package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"handbook/verify/docker/testenv"
)

// TestYear lives through nights on which base images move, with a course of five
// labs. A night is red if what the moved image prints has changed, and only then.
// HANDBOOK_NIGHTS is how many nights there are; in a year five official images
// moved on 63 days. HANDBOOK_SEED chooses what happens.
func TestYear(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	nights, changes := 2, 1
	if n, err := strconv.Atoi(os.Getenv("HANDBOOK_NIGHTS")); err == nil {
		nights, changes = n, n*20/63
	}
	seed, _ := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	random := rand.New(rand.NewPCG(seed, 63))
	hub := newYearHub(t)
	writeFiles(t, hub.labs())
	runOf(t, fine, nil, "verify", "--all", "-j", "2")
	for night, kind := range random.Perm(nights) {
		i := random.IntN(len(hub.bases))
		base, prints := &hub.bases[i], kind < changes
		base.move(t, hub, prints)
		want, pattern := fine, `\nmoved    base%d:latest has moved: `
		if prints {
			want, pattern = changed, `(?s)content/lab%d\.md:\d+:\d+: .*: the output has changed\n.*likely cause: base%[1]d:latest has moved: `
		}
		t.Logf("night %d: base%d moves, and prints something else: %t", night+1, i, prints)
		runOf(t, want, []string{fmt.Sprintf(pattern, i)}, "verify", "--all", "--check", "-j", "2")
		if t.Failed() {
			return
		}
		if prints { // the maintainer accepts it
			runOf(t, fine, nil, "verify", "--all", fmt.Sprintf("content/lab%d.md", i))
		}
	}
}

// A yearHub is a mirror of Docker Hub with five images that move.
type yearHub struct {
	madeHub
	mu      sync.Mutex
	bases   [5]yearBase
	printer madeLayer // the layer with what prints
}

// A yearBase is one of these images.
type yearBase struct {
	manifest    string // the digest of the present one
	word        int    // it prints that
	generations int
}

func newYearHub(t *testing.T) *yearHub {
	t.Helper()
	hub := &yearHub{madeHub: newMadeHub(t), printer: printerLayer(t)}
	for i := range hub.bases {
		hub.bases[i].move(t, hub, true)
	}
	serveAsMirror(t, hub)
	return hub
}

// move makes another image of a base: with another layer, with one more or less,
// and, if prints is set, with something else to print.
func (b *yearBase) move(t *testing.T, hub *yearHub, prints bool) {
	t.Helper()
	hub.mu.Lock()
	defer hub.mu.Unlock()
	b.generations++
	if prints {
		b.word++
	}
	layers := []madeLayer{hub.printer}
	for n := range 1 + b.generations%3 {
		text := fmt.Sprintf("update %d of %d\n", n, b.generations)
		layers = append(layers, layerOf(t, fmt.Sprint("update", n), "COPY update /", bytes.Repeat([]byte(text), 1000*b.generations)))
	}
	b.manifest = hub.addImage(t, fmt.Sprint("version ", b.word), layers...)
}

// labs are five pages, each on a base of its own, which do with it what courses do.
func (h *yearHub) labs() map[string]string {
	const dockerfile = "```dockerfile file=Dockerfile\nFROM BASE\nCOPY Dockerfile /\n```\n\n"
	files := map[string]string{"content/index.md": "# Home\n"}
	for i, body := range []string{
		"```bash\ndocker pull BASE\ndocker run --rm BASE\ndocker images\n```\n",
		dockerfile + "```bash\ndocker build -t app .\ndocker run --rm app\ndocker history app\n```\n\nIt has [?](layers:app) layers.\n",
		dockerfile + "```bash\ndocker build -q -t app . > id\ndocker run --name one app\ndocker ps -a\ndocker logs one\n```\n\n```image-sizes\napp\n```\n",
		"```yaml file=compose.yaml\nservices:\n  one:\n    image: BASE\n```\n\n```bash\ndocker compose up\ndocker compose ps -a\ndocker system df\n```\n",
		dockerfile + "```console\n$ docker build . 2>&1 | cat\n$ docker build -t app:1.0 .\n$ docker tag app:1.0 app:latest\n$ docker run --rm app\n$ docker inspect app | grep Os\n```\n",
	} {
		files[fmt.Sprintf("content/lab%d.md", i)] = fmt.Sprintf("---\nlab: {}\n---\n# Lab %d\n\n", i) + strings.ReplaceAll(body, "BASE", fmt.Sprint("base", i))
	}
	return files
}

func (h *yearHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v2/library/base")
	switch {
	case r.URL.Path == "/v2/":
		w.WriteHeader(http.StatusOK)
		return
	case !ok:
		h.others.ServeHTTP(w, r)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	number, rest, _ := strings.Cut(rest, "/")
	digest := path.Base(rest)
	if i, err := strconv.Atoi(number); rest == "manifests/latest" && err == nil && i < len(h.bases) {
		digest = h.bases[i].manifest
	}
	writeBlob(w, r, digest, h.blobs[digest], strings.HasPrefix(rest, "manifests/"))
}
