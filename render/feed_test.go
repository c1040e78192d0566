package render

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"handbook/content"
)

// nastySite has names and titles that every format has to escape in a way of
// its own, below a sub-path.
func nastySite(t testing.TB) *content.Site {
	return load(t, map[string]string{
		"handbook.yaml": "title: 'A & B <C> \"D\"'\ndescription: \"x ]]> & y\"\nurl: https://example.org/sub path/hb/\n" +
			"repository: https://github.com/a/b\nnav: [{title: Ü, url: 'größe & maß/'}, {title: Tags, url: /tags/}, {title: Up, url: 'a#b/c?d.md'}, {title: Out, url: 'https://example.org/?a&b'}]\n",
		"index.md":            "---\ntags: [C, C++, C#, .net, '日本', '   ']\n---\n# Home\n\n[a](größe%20&%20maß/x%20y.md) [b](<größe & maß/>) [c](a%23b/c%3Fd.md#top) [d](quote'\".md)\n",
		"größe & maß/x y.md":  "---\ntitle: 'X & <Y>'\naliases: [\"/alt & neu/\", 'alt.html', '/über.html']\ntags: ['日本']\n---\n![b](<b d.svg> \"t\")\n\n[up](../index.md) [z](z%20z.zip)\n",
		"größe & maß/b d.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'/>",
		"größe & maß/z z.zip": "z",
		"a#b/c?d.md":          "## Top\n",
		"quote'\".md":         "---\nlab: {dir: '~/x'}\n---\n```bash\necho 'a & b'\n```\n",
	})
}

func nastyFiles(t testing.TB, o Options) Files {
	t.Helper()
	site := nastySite(t)
	o.Folder = "docs/Inhalt & mehr/"
	o.Updated = map[string]time.Time{
		"index.md":           time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3600)),
		"größe & maß/x y.md": time.Date(2026, 4, 4, 5, 6, 7, 0, time.UTC),
		"gone.md":            time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	files, err := Site(site, verified(site), o)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestNastyNames(t *testing.T) {
	files := nastyFiles(t, Options{})
	linksLead(t, files)
	for _, name := range []string{"größe & maß/x y/index.html", "größe & maß/x y.md", "größe & maß/b d.svg", "alt & neu/index.html",
		"größe & maß/alt.html", "über.html", "a#b/c?d/index.html", "tags/c/index.html", "tags/cplusplus/index.html", "tags/csharp/index.html",
		"tags/dotnet/index.html", "tags/日本/index.html"} {
		if files[name] == nil {
			t.Errorf("no %q in %q", name, files.Names())
		}
	}
	attrs := map[string][]string{}
	eachTag(files["größe & maß/x y/index.html"], func(tag string, a map[string]string) {
		key := tag + " " + cmp.Or(a["rel"], a["property"], a["class"])
		attrs[key] = append(attrs[key], cmp.Or(a["href"], a["content"], a["src"]))
		if tag == "img" && (a["width"] != "20" || a["height"] != "10" || a["loading"] != "lazy") {
			t.Errorf("<img %v>", a)
		}
	})
	const page = "https://example.org/sub%20path/hb/gr%C3%B6%C3%9Fe%20&%20ma%C3%9F/x%20y/"
	for key, want := range map[string]string{
		"link canonical":             page,
		"meta og:url":                page,
		"meta article:modified_time": "2026-04-04T05:06:07Z",
	} {
		if got := attrs[key]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	edit := "https://github.com/a/b/edit/HEAD/docs/Inhalt%20&%20mehr/gr%C3%B6%C3%9Fe%20&%20ma%C3%9F/x%20y.md"
	if !strings.Contains(strings.Join(attrs["a "], "\n")+"\n", edit+"\n") {
		t.Errorf("no edit link %s among %q", edit, attrs["a "])
	}
	redirected := ""
	eachTag(files["über.html"], func(tag string, a map[string]string) {
		if a["http-equiv"] == "refresh" {
			_, redirected, _ = strings.Cut(a["content"], "url=")
		}
	})
	if u, err := url.Parse(redirected); err != nil || files[path.Join(".", u.Path)] == nil {
		t.Errorf("the alias leads to %q", redirected)
	}
}

// TestFeed reads the feed as a reader of feeds would, strictly by RFC 4287.
func TestFeed(t *testing.T) {
	files := nastyFiles(t, Options{})
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      []string `xml:"id"`
		Title   []string `xml:"title"`
		Updated []string `xml:"updated"`
		Author  []struct {
			Name string `xml:"name"`
		} `xml:"author"`
		Links []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			ID      []string `xml:"id"`
			Title   []string `xml:"title"`
			Updated []string `xml:"updated"`
			Summary []string `xml:"summary"`
			Terms   []struct {
				Term string `xml:"term,attr"`
			} `xml:"category"`
			Links []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	d := xml.NewDecoder(strings.NewReader(string(files["feed.xml"])))
	d.Strict = true
	if err := d.Decode(&feed); err != nil {
		t.Fatalf("%v\n%s", err, files["feed.xml"])
	}
	once := func(what string, values []string) string {
		t.Helper()
		if len(values) != 1 || values[0] == "" {
			t.Errorf("%s: %q, want exactly one", what, values)
			return ""
		}
		return values[0]
	}
	when := func(s string) time.Time {
		t.Helper()
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Error(err)
		}
		return at
	}
	if got := once("title", feed.Title); got != `A & B <C> "D"` {
		t.Errorf("title %q", got)
	}
	if got := once("id", feed.ID); got != "https://example.org/sub%20path/hb/" {
		t.Errorf("id %q", got)
	}
	if len(feed.Author) != 1 || feed.Author[0].Name == "" {
		t.Errorf("authors %v", feed.Author)
	}
	self := false
	for _, l := range feed.Links {
		self = self || l.Rel == "self" && l.Href == "https://example.org/sub%20path/hb/feed.xml"
	}
	if !self {
		t.Errorf("no link to itself: %v", feed.Links)
	}
	var got []string
	last := when(once("updated", feed.Updated))
	for _, e := range feed.Entries {
		at := when(once("updated", e.Updated))
		if at.After(last) {
			t.Errorf("%s stands after %s", at, last)
		}
		last = at
		got = append(got, once("title", e.Title))
		u, err := url.Parse(once("id", e.ID))
		if err != nil || !strings.HasPrefix(u.Path, "/sub path/hb/") ||
			files[strings.TrimPrefix(u.Path, "/sub path/hb/")+"index.html"] == nil {
			t.Errorf("%s leads nowhere", u)
		}
		if len(e.Links) != 1 || e.Links[0].Rel != "alternate" || e.Links[0].Href != e.ID[0] {
			t.Errorf("links %v", e.Links)
		}
	}
	if want := "[X & <Y> Home]"; fmt.Sprint(got) != want {
		t.Errorf("entries %v, want %s", got, want)
	}
	if !strings.Contains(string(files["a#b/c?d/index.html"]), `<link rel="alternate" type="application/atom+xml" href="../../feed.xml"`) {
		t.Error("a page does not link to the feed")
	}
}

func TestNoFeed(t *testing.T) {
	at := map[string]time.Time{"index.md": time.Unix(0, 0)}
	for _, test := range []struct {
		name string
		o    Options
		want bool
	}{
		{"no address", Options{Updated: at}, false},
		{"no dates", Options{BaseURL: "https://example.org"}, false},
		{"both", Options{BaseURL: "https://example.org", Updated: at}, true},
	} {
		files, err := Site(load(t, map[string]string{"index.md": "# Hi"}), nil, test.o)
		if err != nil {
			t.Fatal(err)
		}
		linked := strings.Contains(string(files["index.html"]), "feed.xml")
		if got := files["feed.xml"] != nil; got != test.want || linked != test.want {
			t.Errorf("%s: feed %v, linked %v", test.name, got, linked)
		}
	}
}

func TestSitemap(t *testing.T) {
	files := nastyFiles(t, Options{})
	var m struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []struct {
			Loc     string `xml:"loc"`
			Lastmod string `xml:"lastmod"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(files["sitemap.xml"], &m); err != nil {
		t.Fatal(err)
	}
	dated := 0
	for _, at := range m.URLs {
		u, err := url.Parse(at.Loc)
		if err != nil || files[strings.TrimPrefix(u.Path, "/sub path/hb/")+"index.html"] == nil {
			t.Errorf("%q leads nowhere", at.Loc)
		}
		if at.Lastmod != "" {
			dated++
		}
	}
	if len(m.URLs) != 4 || dated != 2 {
		t.Errorf("%d pages, %d with a date", len(m.URLs), dated)
	}
	if want := "Sitemap: https://example.org/sub%20path/hb/sitemap.xml\n"; !strings.Contains(string(files["robots.txt"]), want) {
		t.Errorf("robots.txt: %s", files["robots.txt"])
	}
}

func TestAliasErrors(t *testing.T) {
	for _, test := range []struct{ alias, want string }{
		{"/b/", `content/p.md:2:12: published as "b/index.html", as is content/b.md`},
		{"/sub/", `content/p.md:2:12: published as "sub/index.html", as is handbook's own sub/index.html`},
		{"/tags/", `content/p.md:2:12: published as "tags/index.html", as is handbook's own tags/index.html`},
		{"/404.html", `content/p.md:2:12: published as "404.html", as is handbook's own 404.html`},
		{"/pic.html", `content/p.md:2:12: published as "pic.html", as is content/pic.html`},
		{"/x?y", `content/p.md:2:12: alias "/x?y" has a query or a fragment, which no file can have`},
		{"/.git/", `content/p.md:2:12: alias "/.git/" begins with a dot somewhere, as files do that are not published`},
		{"/a/.git/config.html", `content/p.md:2:12: alias "/a/.git/config.html" begins with a dot somewhere, as files do that are not published`},
		{"/robots.txt/x/", `content/p.md:2:12: published as "robots.txt/x/index.html", which cannot stand beside "robots.txt": that is handbook's own robots.txt`},
		{"/B/", `content/p.md:2:12: published as "B/index.html", which cannot stand beside "b/index.html": that is content/b.md`},
		{"/a:b/", `content/p.md:2:12: alias "/a:b/" has a character that file names cannot have everywhere`},
		{`/a\b/`, `content/p.md:2:12: alias "/a\\b/" has a character that file names cannot have everywhere`},
		{"/", `content/p.md:2:12: published as "index.html", as is handbook's own index.html`},
		{"//", `content/p.md:2:12: published as "index.html", as is handbook's own index.html`},
		{"..", `content/p.md:2:12: published as "index.html", as is handbook's own index.html`},
		{"", `content/p.md:2:1: published as "index.html", as is handbook's own index.html`},
		{"/fine/", ""},
		{"../../fine", ""},
	} {
		_, err := Site(load(t, map[string]string{"p.md": "---\naliases: ['" + test.alias + "']\ntags: [t]\n---\n# P", "b.md": "# B",
			"sub/page.md": "# In a folder", "pic.html": "x"}), nil, Options{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.alias, got, test.want)
		}
	}
}

func TestNavErrors(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"p.md", ""}, {"/p/", ""}, {"p", ""}, {"/", ""}, {"p.md#top", ""}, {"sub/", ""}, {"tags/", ""}, {"file.pdf", ""}, {"https://example.org", ""},
		{"mailto:a@example.org", ""},
		{"q.md", `content/handbook.yaml:1:8: nav: no page "q.md" (did you mean "p.md"?)`},
		{"p.md#up", `content/handbook.yaml:1:8: nav: content/p.md has no anchor "up"`},
		{"draft.md", `content/handbook.yaml:1:8: nav: "draft.md" is a draft`},
		{"javascript:alert(1)", `content/handbook.yaml:1:8: nav: "javascript:alert(1)" is not an address`},
	} {
		_, err := Site(load(t, map[string]string{"handbook.yaml": "nav: [{url: '" + test.url + "', title: x}]\n", "p.md": "---\ntags: [t]\n---\n## Top",
			"index.md": "# Home", "draft.md": "---\ndraft: true\n---\n", "sub/page.md": "# In", "file.pdf": "x"}), nil, Options{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.url, got, test.want)
		}
	}
}

func TestEditURL(t *testing.T) {
	for _, test := range []struct{ repository, want string }{
		{"https://github.com/a/b/", "https://github.com/a/b/edit/HEAD/docs/p.md"},
		{"https://gitlab.example.org/a/b", "https://gitlab.example.org/a/b/-/blob/HEAD/docs/p.md"},
		{"https://git.example.org/a/b/_edit/main/{path}", "https://git.example.org/a/b/_edit/main/docs/p.md"},
		{"https://example.org/edit?file={path}", "https://example.org/edit?file=docs/p.md"},
	} {
		files, err := Site(load(t, map[string]string{"handbook.yaml": "repository: " + test.repository, "p.md": "# P"}), nil, Options{Folder: "docs/"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(files["p/index.html"]), `href="`+test.want+`"`) {
			t.Errorf("%s: no %s", test.repository, test.want)
		}
	}
}

// TestPlainFiles reads llms.txt and the twins as Markdown.
func TestPlainFiles(t *testing.T) {
	site := load(t, map[string]string{
		"handbook.yaml": "title: \"A\\n# B\"\ndescription: \"x\\n\\ny\"\nurl: https://example.org/hb\n",
		"a b/ü.md":      "---\ntitle: \"[x](y)\\n## Z\"\ndescription: \"one\\ntwo\"\n---\nSee [home](../index.md) and ![p](p%20q.png).\n",
		"a b/p q.png":   "", "index.md": "# Home",
	})
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "# A # B\n\n> x y\n\n## Home\n\n- [Home](https://example.org/hb/index.md)\n\n## A b\n\n" +
		"- [\\[x\\](y) ## Z](https://example.org/hb/a%20b/%C3%BC.md): one two\n"
	if got := string(files["llms.txt"]); got != want {
		t.Errorf("llms.txt:\n%s\nwant\n%s", got, want)
	}
	// A twin stands where its source does, so that its links lead as they are written.
	if got, want := string(files["a b/ü.md"]), "# [x](y) ## Z\n\nSee [home](../index.md) and ![p](p%20q.png).\n"; got != want {
		t.Errorf("twin:\n%s\nwant\n%s", got, want)
	}
	for _, name := range []string{"index.md", "a b/p q.png"} {
		if files[name] == nil {
			t.Errorf("no %s", name)
		}
	}
}
