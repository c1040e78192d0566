package preview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// someLabs are labs of which one runs.
type someLabs struct {
	acted []string
	news  chan string // to be told
}

func (l *someLabs) Act(file string, what Action) (any, error) {
	if what.Do == "fail" {
		return nil, errors.New("it can't")
	}
	l.acted = append(l.acted, fmt.Sprint(file, " ", what.Do, what.What))
	return map[string]int{"n": 1}, nil
}

func (l *someLabs) Follow(string) Follower { return l }

func (l *someLabs) Terminal(_ context.Context, file string, at Place, tell func(any) error) {
	l.acted = append(l.acted, fmt.Sprint(file, " ", at))
	_ = tell(map[string]int{"n": 1})
}

func (l *someLabs) Next() (any, <-chan struct{}) {
	more := make(chan struct{})
	close(more)
	select {
	case n := <-l.news:
		return n, more
	default:
		return nil, more
	}
}

// A guarded request is one that a page of the preview may make, or another one.
type guarded struct {
	name, method, host, path string
	change                   map[string]string // headers; "" takes one away
	body                     string
	status                   int
	says                     string
}

// Nothing acts but a page of the preview: attack by attack, all that a request
// lacks or has otherwise is enough to refuse it.
func TestGuardActions(t *testing.T) {
	l := &someLabs{}
	s := &Server{Labs: l, Hosts: []string{"preview.example.org"}}
	s.Show(site("index.html", "<body>home</body>", "labs/x/index.html", "<body>x</body>", "a.css", "css", "data.json", "{}"))
	own := regexp.MustCompile(`data-token="([A-Z2-7]{26})"`)
	page := func(path string) string {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		r.Host = "localhost:1314"
		s.ServeHTTP(w, r)
		return w.Body.String()
	}
	m := own.FindStringSubmatch(page("/labs/x/"))
	if m == nil {
		t.Fatalf("the page of a lab has no token: %s", page("/labs/x/"))
	}
	for _, path := range []string{"/a.css", "/data.json", scriptPath, labPath, "/nowhere/", framePath + "a.css"} {
		if text := page(path); strings.Contains(text, m[1]) {
			t.Errorf("%s has the token: %s", path, text)
		}
	}
	const body = `{"page":"labs/x/index.html","do":"run","what":["a"]}`
	const refused = "Only the preview's own pages can do this."
	cases := []guarded{
		{"the page itself", "POST", "localhost:1314", actPath, nil, body, 200, `{"n":1}`},
		{"an old browser's", "POST", "localhost:1314", actPath, map[string]string{"Sec-Fetch-Site": ""}, body, 200, `{"n":1}`},
		{"by a host that is allowed", "POST", "preview.example.org", actPath, map[string]string{"Origin": "https://preview.example.org"}, body, 200, `{"n":1}`},
		{"what can't be done", "POST", "localhost:1314", actPath, nil, `{"page":"labs/x/index.html","do":"fail"}`, 409, "it can't"},

		{"no token", "POST", "localhost:1314", actPath, map[string]string{tokenHeader: ""}, body, 403, refused},
		{"another token", "POST", "localhost:1314", actPath, map[string]string{tokenHeader: strings.Repeat("A", 26)}, body, 403, refused},
		{"a part of the token", "POST", "localhost:1314", actPath, map[string]string{tokenHeader: m[1][:25]}, body, 403, refused},
		{"the token in the URL", "POST", "localhost:1314", actPath + "?token=" + m[1] + "&" + tokenHeader + "=" + m[1], map[string]string{tokenHeader: ""}, body, 403, refused},
		{"the token in the body", "POST", "localhost:1314", actPath, map[string]string{tokenHeader: ""}, `{"page":"labs/x/index.html","do":"run","token":"` + m[1] + `"}`, 403, refused},
		{"another site that knows the token", "POST", "localhost:1314", actPath, map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, body, 403, "Other sites cannot read the preview."},
		{"another port", "POST", "localhost:1314", actPath, map[string]string{"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}, body, 403, "Other sites cannot read the preview."},
		{"a sandbox", "POST", "localhost:1314", actPath, map[string]string{"Origin": "null"}, body, 403, "Other sites cannot read the preview."},
		{"no origin", "POST", "localhost:1314", actPath, map[string]string{"Origin": ""}, body, 403, refused},
		{"an address that was typed", "POST", "localhost:1314", actPath, map[string]string{"Sec-Fetch-Site": "none"}, body, 403, refused},
		{"another site, by Sec-Fetch-Site alone", "POST", "localhost:1314", actPath, map[string]string{"Sec-Fetch-Site": "cross-site"}, body, 403, "Other sites cannot read the preview."},
		{"a form", "POST", "localhost:1314", actPath, map[string]string{"Content-Type": "text/plain"}, body, 403, refused},
		{"a name that leads here", "POST", "evil.example:1314", actPath, map[string]string{"Origin": "http://evil.example:1314"}, body, 403, `The preview does not answer for the host "evil.example".`},
		{"GET", "GET", "localhost:1314", actPath, nil, "", 405, "this is for the preview's own pages"},
		{"GET, with all in the URL", "GET", "localhost:1314", actPath + "?page=labs/x/index.html&do=run", nil, "", 405, "this is for the preview's own pages"},
		{"HEAD", "HEAD", "localhost:1314", actPath, nil, "", 405, ""},
		{"PUT", "PUT", "localhost:1314", actPath, nil, body, 405, "this is for the preview's own pages"},
		{"a link", "GET", "localhost:1314", actPath, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Origin": ""}, "", 403, "Other sites cannot read the preview."},
		{"by a file in a frame", "POST", "localhost:1314", framePath + strings.TrimPrefix(actPath, "/"), map[string]string{"Origin": "null", "Sec-Fetch-Site": "cross-site"}, body, 405, "a preview can only be read"},
		{"POST to a page", "POST", "localhost:1314", "/labs/x/", nil, body, 405, "a preview can only be read"},
		{"no action", "POST", "localhost:1314", actPath, nil, `[`, 400, "this is no action"},
		{"too much", "POST", "localhost:1314", actPath, nil, `{"page":"` + strings.Repeat("x", maxAction) + `"}`, 400, "this is no action"},
	}
	for _, c := range cases[:len(cases):len(cases)] { // a terminal is opened by the same pages
		if path := strings.Replace(c.path, actPath, termPath, 1); path != c.path && c.status != http.StatusConflict {
			c.name, c.path = c.name+", for a terminal", path
			cases = append(cases, c)
		}
	}
	for _, c := range cases {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Host = c.host
		headers := map[string]string{"Origin": "http://localhost:1314", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", tokenHeader: m[1]}
		for name, value := range headers {
			if to, changed := c.change[name]; changed {
				value = to
			}
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		for _, name := range []string{"Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
			if c.change[name] != "" {
				r.Header.Set(name, c.change[name])
			}
		}
		l.acted = nil
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: status %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
		if did := len(l.acted) > 0; did != (c.status == 200) {
			t.Errorf("%s: did %q", c.name, l.acted)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: others may read the answer", c.name)
		}
	}
	if s.Labs = nil; true { // a preview without labs
		r := httptest.NewRequest("POST", actPath, strings.NewReader(body))
		r.Host = "localhost:1314"
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != 403 {
			t.Errorf("without labs: %d", w.Code)
		}
	}
}

// A window hears of its lab in the stream that tells it of its page.
func TestLabNews(t *testing.T) {
	l := &someLabs{news: make(chan string, 2)}
	s := &Server{First: 100, Labs: l}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.Show(site("labs/x/index.html", "<body>x</body>"))
	l.news <- "one"
	l.news <- "two"
	r, err := http.Get(h.URL + eventsPath + "?page=labs/x/index.html&version=100")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	want := "data: {\"reload\":false,\"problems\":null}\n\nevent: lab\ndata: \"one\"\n\nevent: lab\ndata: \"two\"\n\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r.Body, got); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}
