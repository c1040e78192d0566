// Package preview serves a site from memory while its author writes it.
// Browsers reload what changes, and problems are shown over the last good
// page.
package preview

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Paths of the preview's own, which no page can have.
const (
	ownPath    = "/-/handbook/"
	scriptPath = ownPath + "preview.js"
	eventsPath = ownPath + "events"
	labPath    = ownPath + "lab.js"
	actPath    = ownPath + "act"
	termPath   = ownPath + "terminal"
)

//go:embed preview.js
var script []byte

// A Problem is something wrong that the author should see.
type Problem struct {
	Place string `json:"place,omitempty"` // "content/labs/04-flask.md:12:3"
	Text  string `json:"text"`
	Lines []Line `json:"lines,omitempty"` // of the source, around the place
	Hint  string `json:"hint,omitempty"`
}

// A Line is a line of a source.
type Line struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	Here   bool   `json:"here,omitempty"` // the line with the problem
}

// A Server serves the last good site. Its zero value is ready for use and has
// no site yet.
type Server struct {
	// First is the version of the first site. Pages that are open from a
	// server before this one reload if it is greater than all versions of
	// that one.
	First int
	// Hosts are the host names that it accepts besides those of this computer:
	// "preview.example.org", or ".example.org" with all its subdomains.
	Hosts []string
	// Labs are the labs that pages show and control; may be nil.
	Labs Labs
	// Edits makes a click on a snippet request the Action "edit".
	Edits bool

	mu       sync.Mutex
	lab      []byte // the script that shows a page's lab
	files    map[string][]byte
	version  int            // of the site, 0 while there is none
	since    map[string]int // version in which each file was last changed
	open     map[string]int // number of windows in which each file is open
	first    bool           // browsers know this version from ShowFirst
	assets   int            // version in which an asset was last changed
	styles   int            // the same for style sheets, which do not count as assets
	problems []Problem
	edited   place
	wake     chan struct{} // closed when anything of the above changes
}

// Show replaces the site, notifies the browsers whose page has changed, and
// clears the problems.
func (s *Server) Show(files map[string][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = max(s.version+1, s.First)
	since := make(map[string]int, len(files))
	for name, b := range files {
		old, had := s.files[name]
		if had && bytes.Equal(old, b) {
			since[name], files[name] = s.since[name], old // one copy is enough
			continue
		}
		since[name] = s.version
		switch {
		case path.Ext(name) == ".css":
			s.styles = s.version
		case isAsset(name):
			s.assets = s.version
		}
	}
	news := !s.first || s.problems != nil || s.assets == s.version || s.styles == s.version
	for name := range s.open {
		news = news || since[name] == s.version
	}
	s.files, s.since, s.problems, s.first = files, since, nil, false
	if news {
		s.changed()
	}
}

// A place is where something was edited.
type place struct {
	File   string `json:"page"`
	URL    string `json:"url"`    // URL of the file, which may look like one of another host
	ID     string `json:"id"`     // of the element; "" for the top
	Number int    `json:"number"` // counts places
}

// Go makes visible pages show a place: an element of a file, or its top if the
// id is "".
func (s *Server) Go(file, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := "/" + file
	if path.Base(file) == "index.html" {
		name = strings.TrimSuffix(name, "index.html")
	}
	s.edited = place{file, (&url.URL{Path: name}).EscapedPath(), id, s.edited.Number + 1}
	s.changed()
}

// place returns the place of the last edit.
func (s *Server) place() place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.edited
}

// Open returns the files that are open in browsers.
func (s *Server) Open() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.open))
}

// addOpen counts the browsers in which a file is open.
func (s *Server) addOpen(name string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = make(map[string]int)
	}
	if s.open[name] += n; s.open[name] == 0 {
		delete(s.open, name)
	}
}

// ShowFirst replaces some files of the site while the rest of the next one is
// still being rendered. It reports whether any of them has changed.
func (s *Server) ShowFirst(files map[string][]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, since := maps.Clone(s.files), maps.Clone(s.since)
	news := false
	for name, b := range files {
		if old, had := all[name]; had && !bytes.Equal(old, b) {
			all[name], since[name], news = b, s.version+1, true
		}
	}
	if !news {
		return false
	}
	s.version++
	s.files, s.since, s.first = all, since, true
	s.changed()
	return true
}

// Fail keeps the last good site and shows problems over it.
func (s *Server) Fail(problems []Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = problems
	s.changed()
}

// changed wakes the event streams; the caller holds the lock.
func (s *Server) changed() {
	if s.wake != nil {
		close(s.wake)
	}
	s.wake = make(chan struct{})
}

// isAsset reports whether pages must be reloaded when a file changes, because
// they load it. Style sheets do not count, since they are replaced without a
// reload. Scripts at the top and in search/ do not count either: they have the
// search index and the tree, change with every word, and are loaded on demand.
func isAsset(name string) bool {
	if dir := path.Dir(name); path.Ext(name) == ".js" && (dir == "." || dir == "search") {
		return false
	}
	switch path.Ext(name) {
	case ".js", ".mjs", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".woff2":
		return true
	}
	return false
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store") // any save may change it
	guard(w.Header())
	if why := s.refusal(r); why != "" {
		http.Error(w, why, http.StatusForbidden)
		return
	}
	switch r.URL.Path {
	case actPath:
		s.act(w, r)
		return
	case termPath:
		s.terminal(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "a preview can only be read", http.StatusMethodNotAllowed)
		return
	}
	switch {
	case r.URL.Path == scriptPath:
		send(w, r, "preview.js", script, http.StatusOK)
	case r.URL.Path == labPath:
		s.mu.Lock()
		b := s.lab
		s.mu.Unlock()
		send(w, r, "lab.js", b, http.StatusOK)
	case r.URL.Path == eventsPath:
		s.events(w, r)
	case strings.HasPrefix(r.URL.Path, framePath):
		s.inFrame(w, r)
	default:
		s.page(w, r)
	}
}

// page serves a file of the site.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	files, version, edited := s.files, s.version, s.edited.Number
	s.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	b, ok := files[name]
	if !ok {
		if _, folder := files[name+"/index.html"]; folder {
			to := *r.URL
			to.Path += "/"
			http.Redirect(w, r, to.String(), http.StatusFound)
			return
		}
		s.notFound(w, r, files, version, edited)
		return
	}
	if path.Ext(name) == ".html" {
		b = inject(withBase(b, name), name, version, edited, s.labTag())
	}
	if digested.MatchString(name) {
		w.Header().Set("Cache-Control", "max-age=86400, immutable")
	}
	send(w, r, name, b, http.StatusOK)
}

// digested matches names that contain a digest of the file's bytes, so that
// the content never changes.
var digested = regexp.MustCompile(`^assets/.*\.[0-9a-f]{8}\.[a-z0-9]+$`)

// notFound serves the site's own page for that. As long as there is no site, it
// serves one that only shows the problems.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request, files map[string][]byte, version, edited int) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case strings.HasSuffix(name, "/") || name == "":
		name += "index.html"
	case path.Ext(name) == "":
		name += "/index.html"
	}
	status, b := http.StatusNotFound, files["404.html"]
	switch {
	case version == 0:
		status, b = http.StatusServiceUnavailable, []byte("<!doctype html><title>handbook</title><body></body>")
	case path.Ext(name) != ".html":
		http.Error(w, "not found", status)
		return
	case b == nil:
		b = []byte("<!doctype html><title>Not found</title><body><p>There is no such page.</body>")
	}
	send(w, r, "404.html", inject(b, name, version, edited, ""), status)
}

// inject adds the preview's script to a page. It is a file and not a part of
// the page, so that it runs under the site's own Content-Security-Policy. It knows
// which version of the site the page is of, and the number of the place that was edited
// last. What is added behind it is HTML.
func inject(page []byte, name string, version, edited int, more string) []byte {
	place := ""
	if edited > 0 {
		place = fmt.Sprintf(` data-place="%d"`, edited)
	}
	tag := fmt.Appendf(nil, `<script id="handbook-preview" src="%s" data-page="%s" data-version="%d"%s defer></script>`,
		scriptPath, html.EscapeString(name), version, place)
	tag = append(tag, more...)
	at := bytes.LastIndex(page, []byte("</body>"))
	if at < 0 {
		at = len(page)
	}
	return bytes.Join([][]byte{page[:at], tag, page[at:]}, nil)
}

// types are content types by extension. They take precedence over the system's
// table, which on some computers has text/plain for JavaScript.
var types = map[string]string{
	".html":  "text/html; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".mjs":   "text/javascript; charset=utf-8",
	".json":  "application/json; charset=utf-8",
	".xml":   "application/xml; charset=utf-8",
	".txt":   "text/plain; charset=utf-8",
	".md":    "text/markdown; charset=utf-8",
	".sh":    "text/plain; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".jpg":   "image/jpeg",
	".jpeg":  "image/jpeg",
	".gif":   "image/gif",
	".webp":  "image/webp",
	".avif":  "image/avif",
	".ico":   "image/x-icon",
	".woff2": "font/woff2",
	".pdf":   "application/pdf",
	".zip":   "application/zip",
}

func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if t, ok := types[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

func send(w http.ResponseWriter, r *http.Request, name string, b []byte, status int) {
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Content-Security-Policy", policy(name, b))
	if status == http.StatusOK { // supports ranges, which videos need
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
		return
	}
	w.WriteHeader(status)
	w.Write(b)
}

// news is a message to an open page.
type news struct {
	Reload   bool      `json:"reload"`           // the page has changed
	Assets   bool      `json:"assets,omitempty"` // assets have changed
	Styles   bool      `json:"styles,omitempty"` // style sheets have changed
	Problems []Problem `json:"problems"`
}

// events sends a page, for as long as it is open, a message when it has
// changed, when the problems of the site change, and on the progress of its
// lab.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	page := r.URL.Query().Get("page")
	var seen int
	if _, err := fmt.Sscan(r.URL.Query().Get("version"), &seen); err != nil {
		http.Error(w, "which version?", http.StatusBadRequest)
		return
	}
	s.addOpen(page, 1)
	defer s.addOpen(page, -1)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	tell := func(kind string, b []byte) bool {
		_, err := fmt.Fprintf(w, "%sdata: %s\n\n", kind, b)
		return err == nil && out.Flush() == nil
	}
	lab := s.follow(page)
	at := s.place()
	if n, err := strconv.Atoi(r.URL.Query().Get("place")); err == nil { // the page is as it was loaded
		at.Number = min(n, at.Number)
	}
	var told []byte
	for {
		of, more, later := lab.next()
		n, version, wake := s.news(page, seen) // after news of the lab, whose results the page may have
		b, err := json.Marshal(n)
		if err != nil {
			return
		}
		if n.Reload || !bytes.Equal(b, told) { // the same is not sent twice
			if !tell("", b) {
				return
			}
		}
		told = b
		if now := s.place(); now.Number > at.Number {
			at = now
			if b, err := json.Marshal(now); err != nil || !tell("event: go\n", b) {
				return
			}
		}
		if of != nil && !tell("event: lab\n", of) {
			return
		}
		if n.Reload && len(n.Problems) == 0 { // with problems, the page stays as it is
			seen = version // or the version that the page gets when it reloads
		}
		select {
		case <-wake:
		case <-more:
		case <-later:
		case <-r.Context().Done():
			return
		}
	}
}

// news returns what has changed since the version that a page has seen, the
// current version, and a channel that is closed at the next change. A page
// that was removed is not reloaded, so that it can still be read.
func (s *Server) news(page string, seen int) (n news, version int, wake <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake == nil {
		s.wake = make(chan struct{})
	}
	n.Assets = s.assets > seen || seen == 0 && s.version > 0
	n.Styles = s.styles > seen
	n.Reload = n.Assets || n.Styles || s.since[page] > seen
	n.Problems = s.problems
	return n, s.version, s.wake
}
