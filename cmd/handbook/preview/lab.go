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

// Labs are the labs of the site that is shown, as they run.
type Labs interface {
	// Follow returns what tells a window that shows a file of its lab.
	Follow(file string) Follower
	// Act does what a window that shows a file asks for, and returns what it is
	// answered. The error is for its reader.
	Act(file string, what Action) (answer any, err error)
	// Terminal opens a terminal for a window that shows a file, and tells it what
	// that shows, until the terminal is closed or the context ends.
	Terminal(ctx context.Context, file string, at Place, tell func(any) error)
}

// A Follower tells one window of a lab. Next returns what it was not told yet, nil
// if there is nothing, and a channel that is closed when there may be more.
type Follower interface {
	Next() (any, <-chan struct{})
}

// An Action is what a page asks for.
type Action struct {
	Do   string   `json:"do"`
	What []string `json:"what,omitempty"` // it is done to
}

//go:embed lab.js
var labScript []byte

// LabScript is the script that shows a page's lab, without the strings of the site's
// language.
var LabScript = slices.Concat(terminalScript, labScript)

// Speak replaces that script by one with strings.
func (s *Server) Speak(script []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lab = script
}

// token is what pages of the preview have, and other sites do not: what acts needs
// it.
var token = rand.Text()

// tokenHeader has it. Other sites can't set such a header.
const tokenHeader = "Handbook-Token"

// labTag returns the script that shows a page's lab. All pages have it: any of them
// may become one of a lab.
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

// maxAction is how many bytes an Action has at most.
const maxAction = 64 << 10

// act does what a page asks for.
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
	_ = json.NewEncoder(w).Encode(answer) // who asked may be gone
}

// asked reads what a page asks for. Whoever asks has to be a page of the preview: if
// it is not, it is told so, and asked reports that.
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

// ofOwnPage tells whether a request that acts comes from a page of the preview.
// Each of the signs would do; other sites can give none of them.
func ofOwnPage(r *http.Request) bool {
	from, err := url.Parse(r.Header.Get("Origin")) // which browsers send with each POST
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	site := r.Header.Get("Sec-Fetch-Site") // "" if the browser is an old one
	return err == nil && from.Host != "" && strings.EqualFold(from.Host, r.Host) &&
		(site == "" || site == "same-origin") && kind == "application/json" &&
		subtle.ConstantTimeCompare([]byte(r.Header.Get(tokenHeader)), []byte(token)) == 1
}

// labPause is the least time between two messages of a lab's run.
const labPause = 100 * time.Millisecond

// A labStream tells a window of a lab.
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

// next returns what is to be told, nil if there is nothing, and when to ask again:
// when more is closed, or after some time.
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
	told, _ = json.Marshal(n) // values of our own
	return told, more, nil
}
