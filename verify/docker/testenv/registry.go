package testenv

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A Registry is one of a test's own, to which images can be pushed. It speaks as
// much of the HTTP API of the OCI distribution specification as engines do.
type Registry struct {
	Host     string // "127.0.0.1:40123"
	User     string // if it is not "", only this user is let in, with Password
	Password string

	t     testing.TB
	dir   string // of blobs, manifests and uploads, by their digests and ids
	mu    sync.Mutex
	tags  map[string]string // digests by "repository:tag"
	kinds map[string]string // media types of manifests, by digest
}

// NewRegistry starts a registry that ends with the test. Engines on this computer
// reach it.
func NewRegistry(t testing.TB) *Registry {
	r := &Registry{t: t, dir: t.TempDir(), tags: map[string]string{}, kinds: map[string]string{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.Host = server.Listener.Addr().String()
	return r
}

// Tags returns the digests of all manifests that have a tag, by their references.
func (r *Registry) Tags() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]string{}
	for name, digest := range r.tags {
		all[r.Host+"/"+name] = digest
	}
	return all
}

// Forget removes all tags and manifests.
func (r *Registry) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.tags)
	clear(r.kinds)
}

// Blob returns a blob, or a manifest.
func (r *Registry) Blob(digest string) []byte {
	r.t.Helper()
	b, err := os.ReadFile(r.file(digest))
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// Add adds a blob. With a media type it is a manifest, which gets a tag.
func (r *Registry) Add(b []byte, kind, repository, tag string) (digest string) {
	r.t.Helper()
	sum := sha256.Sum256(b)
	digest = "sha256:" + hex.EncodeToString(sum[:])
	if err := os.WriteFile(r.file(digest), b, 0o600); err != nil {
		r.t.Fatal(err)
	}
	if kind != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.kinds[digest], r.tags[repository+":"+tag] = kind, digest
	}
	return digest
}

func (r *Registry) file(id string) string { return filepath.Join(r.dir, filepath.Base(id)) }

// ServeHTTP implements http.Handler.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	if user, password, _ := req.BasicAuth(); r.User != "" && (user != r.User || password != r.Password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		problem(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return
	}
	path := strings.TrimPrefix(req.URL.Path, "/v2/")
	if path == "" {
		return
	}
	if repository, ref, ok := strings.Cut(path, "/manifests/"); ok {
		r.manifest(w, req, repository, ref)
	} else if repository, id, ok := strings.Cut(path, "/blobs/uploads/"); ok {
		r.upload(w, req, repository, id)
	} else if _, digest, ok := strings.Cut(path, "/blobs/"); ok {
		r.send(w, req, digest, "application/octet-stream")
	} else {
		problem(w, http.StatusNotFound, "UNSUPPORTED", req.URL.Path)
	}
}

func problem(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}

func (r *Registry) manifest(w http.ResponseWriter, req *http.Request, repository, ref string) {
	if req.Method == http.MethodPut {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		w.Header().Set("Docker-Content-Digest", r.Add(b, req.Header.Get("Content-Type"), repository, ref))
		w.WriteHeader(http.StatusCreated)
		return
	}
	r.mu.Lock()
	digest, tagged := r.tags[repository+":"+ref]
	if !tagged {
		digest = ref
	}
	kind, ok := r.kinds[digest]
	r.mu.Unlock()
	if !ok {
		problem(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	r.send(w, req, digest, kind)
}

func (r *Registry) send(w http.ResponseWriter, req *http.Request, digest, kind string) {
	if _, err := os.Stat(r.file(digest)); err != nil {
		problem(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown")
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Docker-Content-Digest", digest)
	http.ServeFile(w, req, r.file(digest))
}

// upload takes a blob, in one piece or several.
func (r *Registry) upload(w http.ResponseWriter, req *http.Request, repository, id string) {
	if req.Method == http.MethodPost {
		f, err := os.CreateTemp(r.dir, "upload-")
		if err != nil {
			problem(w, http.StatusInternalServerError, "UNKNOWN", err.Error())
			return
		}
		id = filepath.Base(f.Name())
		f.Close()
	}
	f, err := os.OpenFile(r.file(id), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		problem(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", id)
		return
	}
	defer f.Close()
	if _, err := io.Copy(f, req.Body); err != nil {
		return
	}
	digest := req.URL.Query().Get("digest")
	if digest != "" {
		if err := os.Rename(r.file(id), r.file(digest)); err != nil {
			problem(w, http.StatusInternalServerError, "UNKNOWN", err.Error())
			return
		}
		w.Header().Set("Location", "/v2/"+repository+"/blobs/"+digest)
		w.Header().Set("Docker-Content-Digest", digest)
		w.WriteHeader(http.StatusCreated)
		return
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return
	}
	w.Header().Set("Location", "/v2/"+repository+"/blobs/uploads/"+id)
	w.Header().Set("Docker-Upload-UUID", id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(0, size-1)))
	w.WriteHeader(http.StatusAccepted)
}
