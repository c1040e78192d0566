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

// An HTML file of the content is shown in a frame that is a site of its own (see
// the setting scripts). To the browser, what such a file loads is another site's,
// and the preview would refuse it. So the addresses in the frame lead through a
// folder that no other site knows the name of. Only files that pages load are
// there: scripts, styles and pictures, but neither pages nor the index of the
// search, which hold the text of drafts.

// framePath is that folder.
var framePath = ownPath + "frame-" + rand.Text() + "/"

// How a file with a frame begins; see framed in package render.
const (
	frameHead = `<!doctype html><html><meta charset="utf-8">`
	frameBody = `<iframe sandbox="`
)

// withBase has addresses in the frame of a file lead through framePath.
func withBase(b []byte, name string) []byte {
	rest, ok := bytes.CutPrefix(b, []byte(frameHead))
	if !ok || !bytes.Contains(rest, []byte(frameBody)) {
		return b
	}
	dir := url.URL{Path: path.Join(framePath, path.Dir(name)) + "/"}
	return append([]byte(frameHead+`<base href="`+html.EscapeString(dir.EscapedPath())+`">`), rest...)
}

// inFrame serves what a file in a frame loads. Where a link in it leads to, the
// frame has to ask for like anybody else.
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
