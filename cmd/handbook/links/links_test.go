package links

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"handbook/content"
	"handbook/render/outline"
)

// A webHost answers as servers do, well and badly, and notes what it was asked.
type webHost struct {
	mu    sync.Mutex
	asked []string
	at    int // requests being answered
	most  int
	busy  int // how often it still asks for patience
}

func (h *webHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.Method+" "+r.URL.RequestURI())
	h.at++
	h.most = max(h.most, h.at)
	busy := h.busy > 0
	if busy && r.URL.Path == "/busy" {
		h.busy--
	}
	h.mu.Unlock()
	defer func() { h.mu.Lock(); h.at--; h.mu.Unlock() }()
	if !strings.HasPrefix(r.UserAgent(), "handbook/") {
		http.Error(w, "who are you?", http.StatusTeapot)
		return
	}
	switch r.URL.Path {
	case "/fine":
	case "/only-get":
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	case "/gone":
		w.WriteHeader(http.StatusGone)
	case "/moved":
		http.Redirect(w, r, "/fine", http.StatusMovedPermanently)
	case "/elsewhere":
		http.Redirect(w, r, "/fine", http.StatusFound)
	case "/moved-away":
		http.Redirect(w, r, "/nowhere", http.StatusMovedPermanently)
	case "/loop":
		http.Redirect(w, r, "/loop", http.StatusFound)
	case "/broken":
		w.WriteHeader(http.StatusInternalServerError)
	case "/private":
		w.WriteHeader(http.StatusForbidden)
	case "/busy":
		if busy {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	case "/closed":
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	case "/slow":
		<-r.Context().Done() // that of the other side, which does not wait
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// toHost dials one server for all hosts but those that do not exist.
func toHost(address string) *http.Transport {
	return &http.Transport{DialContext: func(_ context.Context, network, addr string) (net.Conn, error) {
		if strings.HasPrefix(addr, "nowhere.") {
			return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
		}
		if strings.HasPrefix(addr, "down.") {
			return nil, fmt.Errorf("connection refused")
		}
		return net.Dial(network, address)
	}}
}

func TestExternal(t *testing.T) {
	host := &webHost{busy: 2}
	server := httptest.NewServer(host)
	defer server.Close()
	c := &Check{
		transport: toHost(server.Listener.Addr().String()), agent: "handbook/test (link check)", private: isPrivate,
		maxWait: time.Second, timeout: time.Minute, now: time.Now(), cache: filepath.Join(t.TempDir(), "a", "links.json"),
	}
	var links []outline.Outward
	for i, u := range []string{
		"http://a.dev/fine#part", "http://a.dev/fine#other", "http://A.dev/only-get", "http://a.dev/gone", "http://a.dev/moved", "http://a.dev/elsewhere",
		"http://a.dev/moved-away", "http://a.dev/loop", "http://a.dev/broken", "http://a.dev/private", "http://a.dev/busy", "http://a.dev/closed",
		"http://nowhere.dev/x", "http://down.dev/x", "http://localhost:5000/", "http://192.168.1.2/", "https://example.org/x", "http://a.dev/nowhere?q=1", "http://a.dev/gone",
	} {
		links = append(links, outline.Outward{URL: u, Pos: content.Pos{File: "p.md", Line: i + 1, Col: 1}})
	}
	var out strings.Builder
	err := c.Run(t.Context(), links, &out)
	wantErr := `p.md:4:1: link to "http://a.dev/gone": 410 gone
p.md:7:1: link to "http://a.dev/moved-away": 404 not found
p.md:13:1: link to "http://nowhere.dev/x": no such host
p.md:18:1: link to "http://a.dev/nowhere?q=1": 404 not found
p.md:19:1: link to "http://a.dev/gone": 410 gone`
	if err == nil || err.Error() != wantErr {
		t.Errorf("got\n%v\nwant\n%s", err, wantErr)
	}
	wantOut := `17 links to other hosts: 14 asked, 0 known since less than a day, 3 of this computer or made up
p.md:5:1: note: link to "http://a.dev/moved": has moved to http://a.dev/fine
p.md:8:1: note: link to "http://a.dev/loop": more than 10 redirects
p.md:9:1: note: link to "http://a.dev/broken": the server says 500 internal server error
p.md:10:1: note: link to "http://a.dev/private": the server says 403 forbidden
p.md:12:1: note: link to "http://a.dev/closed": the server says 503 service unavailable
p.md:14:1: note: link to "http://down.dev/x": connection refused
`
	if out.String() != wantOut {
		t.Errorf("got\n%s\nwant\n%s", out.String(), wantOut)
	}
	if host.most > 1 {
		t.Errorf("%d requests at once to one host", host.most)
	}

	// The same again: only what was not good is asked.
	host.asked = nil
	out.Reset()
	if err := c.Run(t.Context(), links, &out); err == nil || err.Error() != wantErr {
		t.Errorf("from the cache: %v", err)
	}
	if !strings.HasPrefix(out.String(), "17 links to other hosts: 9 asked, 5 known since") || !strings.Contains(out.String(), "has moved to") {
		t.Errorf("from the cache: %s", out.String())
	}
	for _, asked := range host.asked {
		if strings.HasSuffix(asked, " /busy") || strings.HasSuffix(asked, " /only-get") {
			t.Errorf("%s is asked again", asked)
		}
	}

	// A day later all of it is asked.
	c.now = c.now.Add(cacheTime + time.Minute)
	out.Reset()
	c.Run(t.Context(), links, &out)
	if !strings.Contains(out.String(), "14 asked, 0 known") {
		t.Errorf("a day later: %s", out.String())
	}

	// What takes longer than there is time, however little.
	c = &Check{transport: toHost(server.Listener.Addr().String()), agent: "handbook/test (link check)", private: isPrivate, timeout: 50 * time.Millisecond, now: time.Now()}
	out.Reset()
	if err := c.Run(t.Context(), []outline.Outward{{URL: "http://a.dev/slow", Pos: content.Pos{File: "p.md", Line: 1, Col: 1}}}, &out); err != nil || !strings.HasSuffix(out.String(), "p.md:1:1: note: link to \"http://a.dev/slow\": no answer in time\n") {
		t.Errorf("%v, %s", err, out.String())
	}
}

func TestExternalOffline(t *testing.T) {
	c := &Check{transport: toHost(""), private: isPrivate, timeout: time.Second, now: time.Now()}
	var links []outline.Outward
	for _, u := range []string{"http://nowhere.a.dev/", "http://nowhere.b.dev/"} {
		links = append(links, outline.Outward{URL: u, Pos: content.Pos{File: "p.md", Line: 1, Col: 1}})
	}
	err := c.Run(t.Context(), links, io.Discard)
	if want := "none of the hosts of 2 links was found: is this computer online?"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	err = c.Run(t.Context(), links[:1], io.Discard)
	if want := `p.md:1:1: link to "http://nowhere.a.dev/": no such host`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
