package preview

import (
	"bytes"
	"crypto/rand"
	"html"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// An HTML file of the content is shown in a frame with an origin of its own
// (see the setting scripts). Its requests therefore look like those of another
// site, and the preview would refuse them. So the URLs in the frame go through
// a folder with a secret name. It only serves files that pages load: scripts,
// styles and pictures, but neither pages nor the search index, which contain
// the text of drafts.

// framePath is that folder.
var framePath = ownPath + "frame-" + rand.Text() + "/"

// The beginning of a file with a frame; see framed in package render/sandbox.
const (
	frameHead = `<!doctype html><html><meta charset="utf-8">`
	frameBody = `<iframe sandbox="`
)

// withBase makes URLs in the frame of a file go through framePath.
func withBase(b []byte, name string) []byte {
	rest, ok := bytes.CutPrefix(b, []byte(frameHead))
	if !ok || !bytes.Contains(rest, []byte(frameBody)) {
		return b
	}
	dir := url.URL{Path: path.Join(framePath, path.Dir(name)) + "/"}
	return append([]byte(frameHead+`<base href="`+html.EscapeString(dir.EscapedPath())+`">`), rest...)
}

// inFrame serves what a file in a frame loads. Links in it are redirected to
// the normal URLs, where the usual checks apply.
func (s *Server) inFrame(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, framePath)
	if !isAsset(name) {
		to := url.URL{Path: path.Clean("/" + name)}
		if strings.HasSuffix(name, "/") && to.Path != "/" {
			to.Path += "/"
		}
		http.Redirect(w, r, to.String(), http.StatusFound)
		return
	}
	s.mu.Lock()
	b, ok := s.files[name]
	s.mu.Unlock()
	if !ok {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	send(w, r, name, b, http.StatusOK)
}
