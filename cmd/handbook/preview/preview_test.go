package preview

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func site(pairs ...string) map[string][]byte {
	files := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		files[pairs[i]] = []byte(pairs[i+1])
	}
	return files
}

func start(t *testing.T) (*Server, string) {
	s := &Server{First: 100}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h.URL
}

func get(t *testing.T, url string) (status int, header http.Header, body string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(b)
}

func TestServe(t *testing.T) {
	s, url := start(t)
	s.Show(site(
		"index.html", "<body>home</body>",
		"labs/x/index.html", "<body>x</body>",
		"a.css", "css", "data.json", "{}", "404.html", "<body>nowhere</body>"))
	const tag = `<script id="handbook-preview" src="/-/handbook/preview.js" data-page="PAGE" data-version="100" defer></script>`
	tests := []struct {
		path   string
		status int
		kind   string
		body   string
	}{
		{"/", 200, "text/html; charset=utf-8", "<body>home" + strings.ReplaceAll(tag, "PAGE", "index.html") + "</body>"},
		{"/index.html", 200, "text/html; charset=utf-8", "<body>home" + strings.ReplaceAll(tag, "PAGE", "index.html") + "</body>"},
		{"/labs/x/", 200, "text/html; charset=utf-8", "<body>x" + strings.ReplaceAll(tag, "PAGE", "labs/x/index.html") + "</body>"},
		{"/labs/x/?q=1", 200, "text/html; charset=utf-8", "<body>x" + strings.ReplaceAll(tag, "PAGE", "labs/x/index.html") + "</body>"},
		{"/a.css", 200, "text/css; charset=utf-8", "css"},
		{"/data.json", 200, "application/json; charset=utf-8", "{}"},
		{"/nowhere/", 404, "text/html; charset=utf-8", "<body>nowhere" + strings.ReplaceAll(tag, "PAGE", "nowhere/index.html") + "</body>"},
		{"/nowhere", 404, "text/html; charset=utf-8", "<body>nowhere" + strings.ReplaceAll(tag, "PAGE", "nowhere/index.html") + "</body>"},
		{"/b.css", 404, "text/plain; charset=utf-8", "not found\n"},
		{"/labs/x", 302, "text/html; charset=utf-8", "<a href=\"/labs/x/\">Found</a>.\n\n"},
	}
	for _, test := range tests {
		status, header, body := get(t, url+test.path)
		if status != test.status || header.Get("Content-Type") != test.kind || body != test.body {
			t.Errorf("%s: %d %s\n%s", test.path, status, header.Get("Content-Type"), body)
		}
		if header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached: %v", test.path, header)
		}
	}
	if status, header, body := get(t, url+scriptPath); status != 200 || header.Get("Content-Type") != "text/javascript; charset=utf-8" || body != string(script) {
		t.Errorf("script: %d %v", status, header)
	}
	r, err := http.Post(url+"/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if b, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusMethodNotAllowed || string(b) != "a preview can only be read\n" {
		t.Errorf("POST: %d, %s", r.StatusCode, b)
	}
}

// listen opens a page's event stream and returns what it is told.
func listen(t *testing.T, url, query string) func() news {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+eventsPath+"?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Body.Close() })
	if k := r.Header.Get("Content-Type"); k != "text/event-stream" {
		t.Fatalf("content type %q", k)
	}
	lines := bufio.NewScanner(r.Body)
	return func() news {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var n news
				if err := json.Unmarshal([]byte(data), &n); err != nil {
					t.Fatal(err)
				}
				return n
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return news{}
	}
}

func TestReload(t *testing.T) {
	tests := []struct {
		name   string
		query  string
		then   map[string][]byte
		reload bool
	}{
		{"the page changed", "page=index.html&version=100", site("index.html", "new", "b/index.html", "b", "a.css", "css"), true},
		{"another page changed", "page=index.html&version=100", site("index.html", "a", "b/index.html", "new", "a.css", "css"), false},
		{"a style changed", "page=index.html&version=100", site("index.html", "a", "b/index.html", "b", "a.css", "new"), true},
		{"an index changed", "page=index.html&version=100", site("index.html", "a", "b/index.html", "b", "a.css", "css", "search.json", "{}"), false},
		{"the index of the search changed", "page=index.html&version=100", site("index.html", "a", "b/index.html", "b", "a.css", "css", "search.js", "1", "search/t-61.js", "2"), false},
		{"the page is gone", "page=b/index.html&version=100", site("index.html", "a", "a.css", "css"), false},
		{"the page is there now", "page=c/index.html&version=100", site("index.html", "a", "a.css", "css", "c/index.html", "c"), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, url := start(t)
			s.Show(site("index.html", "a", "b/index.html", "b", "a.css", "css"))
			next := listen(t, url, test.query)
			if n := next(); n.Reload {
				t.Fatal("reloads at once")
			}
			s.Show(test.then)
			s.Fail([]Problem{{Text: "bad"}})
			if n := next(); n.Reload != test.reload || !n.Reload && len(n.Problems) != 1 {
				t.Errorf("%+v, want reload: %v, or else nothing before the problem", n, test.reload)
			}
		})
	}
}

// A page that was open while the server, or the computer, was away hears what
// it missed.
func TestReloadLater(t *testing.T) {
	s, url := start(t)
	s.Show(site("index.html", "a"))
	if n := listen(t, url, "page=index.html&version=7")(); !n.Reload {
		t.Error("a page of an earlier server stays as it is")
	}
}

func TestProblems(t *testing.T) {
	s, url := start(t)
	s.Show(site("index.html", "good"))
	next := listen(t, url, "page=index.html&version=100")
	next()
	s.Fail([]Problem{{Place: "content/index.md:3:1", Text: "unknown option \"nmae\"", Hint: "look"}})
	if n := next(); len(n.Problems) != 1 || n.Problems[0].Place != "content/index.md:3:1" || n.Reload {
		t.Errorf("%+v", n)
	}
	if _, _, body := get(t, url+"/"); !strings.Contains(body, "good") {
		t.Errorf("the last good page is gone: %s", body)
	}
	s.Show(site("index.html", "good"))
	if n := next(); len(n.Problems) != 0 || n.Reload {
		t.Errorf("%+v", n)
	}
}

// A page that is behind hears so until it can act on it, and then once.
func TestProblemsFirst(t *testing.T) {
	s, url := start(t)
	s.Show(site("index.html", "old"))
	s.Show(site("index.html", "new"))
	s.Fail([]Problem{{Text: "bad"}})
	next := listen(t, url, "page=index.html&version=100")
	if n := next(); len(n.Problems) != 1 {
		t.Errorf("%+v", n)
	}
	s.Show(site("index.html", "new"))
	if n := next(); !n.Reload || n.Assets || len(n.Problems) != 0 {
		t.Errorf("%+v, want the page to be another one", n)
	}
	s.Fail([]Problem{{Text: "bad"}})
	if n := next(); n.Reload || len(n.Problems) != 1 {
		t.Errorf("%+v", n)
	}
	s.Show(site("index.html", "new", "a.css", "css"))
	if n := next(); !n.Reload || !n.Styles || n.Assets {
		t.Errorf("%+v, want style sheets to be exchanged", n)
	}
	s.Show(site("index.html", "new", "a.css", "css", "a.svg", "svg"))
	if n := next(); !n.Reload || !n.Assets || n.Styles {
		t.Errorf("%+v, want all to be loaded", n)
	}
}

func TestNeverGood(t *testing.T) {
	s, url := start(t)
	s.Fail([]Problem{{Text: "bad"}})
	status, _, body := get(t, url+"/")
	if status != http.StatusServiceUnavailable || !strings.Contains(body, `data-version="0"`) {
		t.Errorf("%d %s", status, body)
	}
	next := listen(t, url, "page=index.html&version=0")
	if n := next(); len(n.Problems) != 1 {
		t.Errorf("%+v", n)
	}
	s.Show(site("index.html", "good"))
	if n := next(); !n.Reload {
		t.Error("the page does not come by itself")
	}
}

// A browser goes to pages of the preview only, whatever they are called.
func TestGoStays(t *testing.T) {
	s := &Server{}
	for file, want := range map[string]string{
		"index.html": "/", "labs/x/index.html": "/labs/x/", "404.html": "/404.html", `\evil.example/index.html`: "/%5Cevil.example/",
		"a?b#c/index.html": "/a%3Fb%23c/", "%2fevil.example/index.html": "/%252fevil.example/", "xindex.html": "/xindex.html",
	} {
		s.Go(file, "hb-s1")
		if got := s.place().URL; got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

// A page goes to what was edited while it was loaded, and is not sent where it is, or was.
func TestGoWhileLoading(t *testing.T) {
	for query, want := range map[string]string{"&place=1": "two", "&place=2": "three", "&place=17": "three", "": "three"} {
		s, url := start(t)
		s.Show(site("index.html", "<body>a</body>"))
		s.Go("index.html", "one")
		if _, _, body := get(t, url+"/"); !strings.Contains(body, ` data-version="100" data-place="1" defer>`) {
			t.Error(body)
		}
		s.Go("index.html", "two")
		r, err := http.Get(url + eventsPath + "?page=index.html&version=100" + query)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() && lines.Text() != "" { // the page's news
		}
		if want == "three" { // nothing is sent before
			s.Go("index.html", "three")
		}
		for lines.Scan() && !strings.Contains(lines.Text(), `"id"`) {
		}
		if got := lines.Text(); !strings.Contains(got, `"id":"`+want+`"`) {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
