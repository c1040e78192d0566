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
	"path/filepath"
	"runtime"
	"testing"

	"handbook/verify/docker/testenv"
)

// A madeHub is the part of a mirror of Docker Hub that holds images made by a test.
// All else it asks the mirror that there is otherwise.
type madeHub struct {
	blobs  map[string][]byte // by digest, manifests too
	others http.Handler
}

// newMadeHub makes a hub without images. The test needs an engine.
func newMadeHub(t *testing.T) madeHub {
	t.Helper()
	testenv.Engine(t) // or skip
	hub := madeHub{map[string][]byte{}, http.NotFoundHandler()}
	if mirror := os.Getenv("HANDBOOK_MIRROR"); mirror != "" {
		u, err := url.Parse(mirror)
		if err != nil {
			t.Fatal(err)
		}
		hub.others = httputil.NewSingleHostReverseProxy(u)
	}
	return hub
}

// serveAsMirror makes a hub the mirror of the test, which runs in an empty folder
// then, and returns its URL.
func serveAsMirror(t *testing.T, hub http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", ":0") // machines reach it by the address of the engine's network
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: hub}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	mirror := fmt.Sprintf("http://127.0.0.1:%d", listener.Addr().(*net.TCPAddr).Port)
	t.Setenv("HANDBOOK_MIRROR", mirror)
	t.Chdir(t.TempDir())
	return mirror
}

func (h *madeHub) add(b []byte) string {
	digest := digestOf(b)
	h.blobs[digest] = b
	return digest
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

// addImage adds an image that prints a word, and returns its digest. Its first layer
// is the printer's.
func (h *madeHub) addImage(t *testing.T, word string, layers ...madeLayer) string {
	t.Helper()
	const docker = "application/vnd.docker."
	var entries, history []map[string]any
	var ids []string
	for _, l := range layers {
		ids = append(ids, l.diffID)
		entries = append(entries, map[string]any{"mediaType": docker + "image.rootfs.diff.tar.gzip", "size": len(l.packed), "digest": h.add(l.packed)})
		history = append(history, map[string]any{"created_by": l.by})
	}
	config := encoded(t, map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config":  map[string]any{"Cmd": []string{"/printer"}, "Env": []string{"WORD=" + word}},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": ids},
		"history": history,
	})
	return h.add(encoded(t, map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": map[string]any{"mediaType": docker + "container.image.v1+json", "size": len(config), "digest": h.add(config)},
		"layers": entries,
	}))
}

// writeBlob answers with a blob, or a manifest, which is nil if there is none.
func writeBlob(w http.ResponseWriter, r *http.Request, digest string, b []byte, manifest bool) {
	if b == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if manifest {
		w.Header().Set("Content-Type", manifestType)
	}
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	if r.Method != http.MethodHead {
		w.Write(b)
	}
}

// A madeLayer is a layer of an image.
type madeLayer struct {
	packed []byte
	diffID string
	by     string // the instruction that made it
}

// printerLayer is a layer with a program that prints $WORD.
func printerLayer(t *testing.T) madeLayer {
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
	return layerOf(t, "printer", "COPY printer /", binary)
}

// layerOf is a layer with a file.
func layerOf(t *testing.T, name, by string, content []byte) madeLayer {
	t.Helper()
	var plain, packed bytes.Buffer
	archive := tar.NewWriter(&plain)
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	archive.Write(content)
	archive.Close()
	z := gzip.NewWriter(&packed)
	z.Write(plain.Bytes())
	z.Close()
	return madeLayer{packed.Bytes(), digestOf(plain.Bytes()), by}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
