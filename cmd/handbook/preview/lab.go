package preview

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Labs are the running labs of the site that is shown.
type Labs interface {
	// Follow returns a Follower for a window that shows a file.
	Follow(file string) Follower
	// Act performs an action for a window that shows a file, and returns the
	// answer. The window shows the error.
	Act(file string, what Action) (answer any, err error)
	// Terminal opens a terminal for a window that shows a file. It calls tell
	// with what the terminal shows, until the terminal is closed or the
	// context ends.
	Terminal(ctx context.Context, file string, at Place, tell func(any) error)
}

// A Follower keeps one window up to date about a lab. Next returns what is new
// since its last call, nil if nothing is, and a channel that is closed when
// there may be more.
type Follower interface {
	Next() (any, <-chan struct{})
}

// An Action is a request of a page.
type Action struct {
	Do   string   `json:"do"`
	What []string `json:"what,omitempty"` // what it is done to
}

//go:embed lab.js
var labScript []byte

// LabScript is the script that shows a page's lab, without the strings of the site's
// language.
var LabScript = slices.Concat(terminalScript, labScript)

// Speak replaces LabScript by a version with strings.
func (s *Server) Speak(script []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lab = script
}

// token is known to pages of the preview but not to other sites. Requests that
// change something must send it.
var token = rand.Text()

// tokenHeader is the header with the token. Other sites can't set such a
// header.
const tokenHeader = "Handbook-Token"

// labTag returns the script element that shows a page's lab. All pages have
// it, since any page may become a lab.
func (s *Server) labTag() string {
	if s.Labs == nil {
		return ""
	}
	edits := ""
	if s.Edits {
		edits = " data-edits"
	}
	return fmt.Sprintf(`<script id="handbook-lab" src="%s" data-token="%s"%s defer data-again></script>`, labPath, token, edits)
}

// maxAction is the maximum size of an Action in bytes.
const maxAction = 64 << 10

// act performs the action of a request.
func (s *Server) act(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Action
		Page string `json:"page"`
	}
	if !s.asked(w, r, &asked) {
		return
	}
	answer, err := s.Labs.Act(asked.Page, asked.Action)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer) // the window may be gone
}

// asked decodes the request of a page. It refuses requests that do not come
// from a page of the preview, and reports whether the request is valid.
func (s *Server) asked(w http.ResponseWriter, r *http.Request, what any) bool {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "this is for the preview's own pages", http.StatusMethodNotAllowed)
		return false
	}
	if s.Labs == nil || !ofOwnPage(r) {
		http.Error(w, "Only the preview's own pages can do this.", http.StatusForbidden)
		return false
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAction))
	if err == nil {
		err = json.Unmarshal(b, what)
	}
	if err != nil {
		http.Error(w, "this is no action: "+err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// ofOwnPage reports whether a request comes from a page of the preview. Each
// of the checks would be enough; other sites can pass none of them.
func ofOwnPage(r *http.Request) bool {
	from, err := url.Parse(r.Header.Get("Origin")) // browsers send it with each POST
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	site := r.Header.Get("Sec-Fetch-Site") // "" from old browsers
	return err == nil && from.Host != "" && strings.EqualFold(from.Host, r.Host) &&
		(site == "" || site == "same-origin") && kind == "application/json" &&
		subtle.ConstantTimeCompare([]byte(r.Header.Get(tokenHeader)), []byte(token)) == 1
}

// labPause is the least time between two messages of a lab's run.
const labPause = 100 * time.Millisecond

// A labStream sends news of a lab to a window.
type labStream struct {
	follower Follower // nil if there are no labs
	last     time.Time
}

func (s *Server) follow(page string) *labStream {
	if s.Labs == nil {
		return &labStream{}
	}
	return &labStream{follower: s.Labs.Follow(page)}
}

// next returns what to send, nil if there is nothing, and when to call it
// again: when more is closed, or when later fires.
func (l *labStream) next() (told []byte, more <-chan struct{}, later <-chan time.Time) {
	if l.follower == nil {
		return nil, nil, nil
	}
	if rest := labPause - time.Since(l.last); rest > 0 {
		return nil, nil, time.After(rest)
	}
	n, more := l.follower.Next()
	if n == nil {
		return nil, more, nil
	}
	l.last = time.Now()
	told, _ = json.Marshal(n) // can't fail for our own types
	return told, more, nil
}
