package preview

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Other sites can neither read the preview nor do anything with it; readers,
// links, forwarded ports and editors can.
func TestGuard(t *testing.T) {
	s := &Server{Hosts: []string{"preview.example.org", ".tunnel.example"}}
	s.Show(site("index.html", "<body>draft</body>", "search.js", "draft", "search/p-1.js", "draft", "404.html", "no", "more/slides.js", "slides"))
	const framed = "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nOrigin: null"
	for _, c := range []struct {
		name, host, path string
		headers          string // "Name: value" lines
		status           int
	}{
		{"another program", "127.0.0.1:1314", "/search.js", "", 200},
		{"localhost", "localhost:1314", "/", "", 200},
		{"a forwarded port", "localhost:9000", "/", "", 200},
		{"IPv6", "[::1]:1314", "/", "", 200},
		{"a name of this computer", "docs.localhost:1314", "/", "", 200},
		{"127.0.0.0/8", "127.8.8.8", "/", "", 200},
		{"a host that is allowed", "preview.example.org", "/", "", 200},
		{"in capitals", "Preview.Example.ORG.", "/", "", 200},
		{"a name below one that is allowed", "a-1314.tunnel.example", "/", "", 200},
		{"typed", "localhost:1314", "/", "Sec-Fetch-Site: none\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document", 200},
		{"the preview itself", "localhost:1314", "/search.js", "Sec-Fetch-Site: same-origin\nOrigin: http://localhost:1314", 200},
		{"a link", "localhost:1314", "/", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document", 200},
		{"an editor's frame", "localhost:1314", "/", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe", 200},
		{"a script of a file in a frame", "localhost:1314", framePath + "more/slides.js", framed, 200},
		{"the index, by a file in a frame", "localhost:1314", framePath + "search.js", framed, 302},
		{"texts, by a file in a frame", "localhost:1314", framePath + "search/p-1.js", framed, 302},
		{"a page, by a file in a frame", "localhost:1314", framePath + "index.html", framed, 302},
		{"the preview's script, by a file in a frame", "localhost:1314", framePath + strings.TrimPrefix(scriptPath, "/"), framed, 404},
		{"another host, by a file in a frame", "localhost:1314", framePath + "/evil.example/", framed, 302},
		{"a name that leads here, to what a frame loads", "evil.example:1314", framePath + "more/slides.js", "", 403},

		{"the index, as the frame is led to it", "localhost:1314", "/search.js", framed, 403},
		{"a page, as the frame is led to it", "localhost:1314", "/index.html", framed, 403},
		{"a script of a file in a frame, beside that folder", "localhost:1314", "/more/slides.js", framed, 403},
		{"a folder that is guessed", "localhost:1314", ownPath + "frame-AAAA/more/slides.js", framed, 403},
		{"a name that leads here", "evil.example:1314", "/", "", 403},
		{"a name that only ends like one that is allowed", "eviltunnel.example", "/", "", 403},
		{"the domain itself", "tunnel.example", "/", "", 403},
		{"another computer's address", "192.0.2.1:1314", "/", "", 403},
		{"an address in disguise", "127.0.0.1.evil.example", "/", "", 403},
		{"no host", "", "/", "", 403},
		{"a script", "localhost:1314", "/search.js", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script", 403},
		{"a script from another port", "localhost:1314", "/search.js", "Sec-Fetch-Site: same-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script", 403},
		{"a fetch", "localhost:1314", "/", "Origin: https://evil.example", 403},
		{"a fetch from a sandbox", "localhost:1314", "/", "Origin: null", 403},
		{"a page of another port", "localhost:1314", "/", "Origin: http://localhost:3000", 403},
		{"an object", "localhost:1314", "/", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: object", 403},
		{"events", "localhost:1314", eventsPath + "?page=index.html&version=0", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty", 403},
		{"events, as a link", "localhost:1314", eventsPath + "?page=index.html&version=x", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document", 403},
		{"the preview's script", "localhost:1314", scriptPath, "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors", 403},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Host = c.host
		for line := range strings.SplitSeq(c.headers, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				r.Header.Set(name, value)
			}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != c.status || w.Code == 403 && strings.Contains(w.Body.String(), "draft") {
			t.Errorf("%s: status %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
		why := "Other sites cannot read the preview."
		if c.headers == "" {
			why = fmt.Sprintf("The preview does not answer for the host %q.", hostname(c.host))
		}
		if to := w.Header().Get("Location"); w.Code == 302 && (strings.HasPrefix(to, "//") || !strings.HasPrefix(to, "/")) {
			t.Errorf("%s leads to %q: %s", c.name, to, w.Body)
		}
		if w.Code == 403 && !strings.Contains(w.Body.String(), why) {
			t.Errorf("%s: %s, want %s", c.name, w.Body, why)
		}
		whose := "same-origin"
		if c.status == 200 && c.headers == framed {
			whose = "cross-origin"
		}
		if h := w.Header(); h.Get("Cross-Origin-Resource-Policy") != whose || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
			t.Errorf("%s: %v", c.name, h)
		}
	}
	_, url := start(t)
	r, _ := http.NewRequest("GET", url, nil)
	r.Host = "evil.example"
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if response.StatusCode != 403 || err != nil || !strings.HasPrefix(string(b), `The preview does not answer for the host "evil.example".`) {
		t.Errorf("a server answers for evil.example: %s, %s, %v", response.Status, b, err)
	}
}

// The policy that a page brings along is also a header, with who may frame it.
func TestPolicy(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"index.html", `<meta http-equiv="Content-Security-Policy" content="script-src &#39;self&#39;">`, "script-src 'self'; " + ancestors},
		{"index.html", "<p>", ancestors},
		{"a.svg", "<svg/>", "script-src 'none'; " + ancestors},
		{"a.js", "", ancestors},
	} {
		if got := policy(c.name, []byte(c.file)); got != c.want {
			t.Errorf("%s: %s, want %s", c.file, got, c.want)
		}
	}
}
