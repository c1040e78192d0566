package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"handbook/verify/docker/testenv"
)

// While nobody writes, a tag comes to name another image: the run at night
// finds it, and says that what has changed may have come of it.
func TestMovedBase(t *testing.T) {
	testenv.Engine(t) // or skip
	hub := newMovingHub(t)
	t.Setenv("HANDBOOK_MIRROR", hub.url)
	t.Chdir(t.TempDir())
	writeFiles(t, map[string]string{
		"content/index.md": "# Home\n",
		"content/a.md":     "---\nlab: {}\n---\n# A\n\n```bash\ndocker pull -q moving\ndocker run --rm moving\n```\n",
		"content/b.md":     "---\nlab: {}\n---\n# B\n\n```bash\ndocker pull -q moving\n```\n",
	})
	want := func(want status, patterns []string, args ...string) {
		t.Helper()
		var out, err bytes.Buffer
		if got := run(args, &out, &err, openDocker); got != want {
			t.Fatalf("%v: status %d, want %d\n%s%s", args, got, want, &out, &err)
		}
		for _, p := range patterns {
			if text := out.String() + err.String(); !regexp.MustCompile("(?m)" + p).MatchString(text) {
				t.Errorf("%v: no match for %q in\n%s", args, p, text)
			}
		}
	}
	want(fine, nil, "verify")
	hub.moved.Store(true)
	cause := `moving:latest is another image now: ` + hub.digest(0)[:19] + `… → ` + hub.digest(1)[:19] + `…`
	want(changed, []string{
		`^handbook: error: content/a\.md:8:1: "docker run --rm moving": the output is another one\n    - one\n    \+ two\n    likely cause: ` + cause + `$`,
		`^handbook: error: content/b\.md:2:\d: ` + cause + `; nothing else has changed$`,
		`^changed  content/a\.md:8:1: "docker run`,
	}, "verify", "--all", "--check")
	// verify accepts it.
	want(fine, nil, "verify", "--all")
	for _, name := range []string{"a", "b"} {
		if b, err := os.ReadFile("content/" + name + ".record.json"); err != nil || !strings.Contains(string(b), hub.digest(1)) {
			t.Errorf("the record of %s.md does not name the new image (%v)", name, err)
		}
	}
}

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
// image that prints "one", then one that prints "two". All else it asks the
// mirror that there is otherwise.
type movingHub struct {
	url       string
	moved     atomic.Bool
	manifests [2]string
	blobs     map[string][]byte // by digest, manifests too
	others    http.Handler
}

func newMovingHub(t *testing.T) *movingHub {
	t.Helper()
	hub := &movingHub{blobs: map[string][]byte{}, others: http.NotFoundHandler()}
	if mirror := os.Getenv("HANDBOOK_MIRROR"); mirror != "" {
		u, err := url.Parse(mirror)
		if err != nil {
			t.Fatal(err)
		}
		hub.others = httputil.NewSingleHostReverseProxy(u)
	}
	layer, diffID := printerLayer(t)
	layerDigest := hub.add(layer)
	for i, word := range []string{"one", "two"} {
		config := encoded(t, map[string]any{
			"architecture": runtime.GOARCH, "os": "linux",
			"config":  map[string]any{"Cmd": []string{"/printer"}, "Env": []string{"WORD=" + word}},
			"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{diffID}},
			"history": []any{map[string]any{"created_by": "COPY printer /"}},
		})
		const docker = "application/vnd.docker."
		hub.manifests[i] = hub.add(encoded(t, map[string]any{
			"schemaVersion": 2, "mediaType": manifestType,
			"config": map[string]any{"mediaType": docker + "container.image.v1+json", "size": len(config), "digest": hub.add(config)},
			"layers": []any{map[string]any{"mediaType": docker + "image.rootfs.diff.tar.gzip", "size": len(layer), "digest": layerDigest}},
		}))
	}
	// Machines reach it by the address of the engine's network.
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: hub}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	hub.url = fmt.Sprintf("http://127.0.0.1:%d", listener.Addr().(*net.TCPAddr).Port)
	return hub
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

func (h *movingHub) add(b []byte) string {
	sum := sha256.Sum256(b)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	h.blobs[digest] = b
	return digest
}

func (h *movingHub) digest(i int) string { return h.manifests[i] }

func (h *movingHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v2/library/moving/")
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
		digest = h.manifests[0]
		if h.moved.Load() {
			digest = h.manifests[1]
		}
	}
	b, ok := h.blobs[digest]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if strings.HasPrefix(rest, "manifests/") {
		w.Header().Set("Content-Type", manifestType)
	}
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	if r.Method != http.MethodHead {
		w.Write(b)
	}
}

// printerLayer is a layer with a program that prints $WORD.
func printerLayer(t *testing.T) (layer []byte, diffID string) {
	t.Helper()
	dir := t.TempDir()
	source, program := filepath.Join(dir, "printer.go"), filepath.Join(dir, "printer")
	if err := os.WriteFile(source, []byte("package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(os.Getenv(\"WORD\") + \"\\n\") }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", program, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var plain, packed bytes.Buffer
	archive := tar.NewWriter(&plain)
	if err := archive.WriteHeader(&tar.Header{Name: "printer", Mode: 0o755, Size: int64(len(binary))}); err != nil {
		t.Fatal(err)
	}
	archive.Write(binary)
	archive.Close()
	z := gzip.NewWriter(&packed)
	z.Write(plain.Bytes())
	z.Close()
	sum := sha256.Sum256(plain.Bytes())
	return packed.Bytes(), "sha256:" + hex.EncodeToString(sum[:])
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
