package render

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"
)

func TestPrint(t *testing.T) {
	files, err := Site(sampleSite(t), sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	linksLead(t, files) // unique ids, and links that lead somewhere
	b := files["print/index.html"]
	var titles []string
	level, deepest := 0, 0
	eachTag(b, func(tag string, attrs map[string]string) {
		if strings.Contains(attrs["class"], "printed") && tag == "section" {
			titles = append(titles, attrs["id"])
		}
		if len(tag) == 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '6' {
			if now := int(tag[1] - '0'); now > level+1 {
				t.Errorf("a heading of level %d after one of level %d", now, level)
			} else {
				level = now
			}
			deepest = max(deepest, level)
		}
		if tag == "img" && attrs["loading"] != "" {
			t.Error("an image is loaded when it is seen, which it may never be")
		}
	})
	site := sampleSite(t)
	if len(titles) != len(site.Pages) || titles[0] != "start" || deepest < 3 {
		t.Errorf("pages %q, levels to %d", titles, deepest)
	}
	if !strings.Contains(string(b), `<meta name="robots" content="noindex">`) {
		t.Error("search engines may list it")
	}
	for _, name := range []string{"index.html", "404.html", "labs/04-flask/index.html"} {
		if !strings.Contains(string(files[name]), "print/index.html") {
			t.Errorf("%s does not link to it", name)
		}
	}
}

func TestPrintLinks(t *testing.T) {
	site := load(t, map[string]string{
		"index.md":  "# Home\n\n[b](a-b.md#part) [c](a/b.md) [f](a/f.txt) [here](#end) [out](https://example.org/x#y)\n\n## End\n\n<img src='a/pic.svg'>",
		"a-b.md":    "# One\n\n### Part\n\n###### Deep\n\n[home](index.md) [top](#)\n\n[^1]\n\n[^1]: Note\n",
		"a/b.md":    "# `code` & more\n\n[up](../a-b.md) [f](f.txt?x)\n\n## Ünï\n\n[ü](#ünï)",
		"a/f.txt":   "f",
		"a/pic.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
	})
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	linksLead(t, files)
	body := string(files["print/index.html"])
	body = body[strings.Index(body, `<section`):]
	var got []string
	eachTag([]byte(body[:strings.Index(body, "</article>")]), func(tag string, attrs map[string]string) {
		if to := cmp.Or(attrs["href"], attrs["src"]); to != "" && attrs["class"] != "anchor" {
			to, _ = url.PathUnescape(to)
			got = append(got, to)
		}
	})
	want := "[#a-b-2--part #a-b ../a/f.txt #start--end https://example.org/x#y ../a/pic.svg " +
		"#a-b-2 ../a/f.txt?x #a-b--ünï #start #a-b-2 #a-b-2--fn:1 #a-b-2--fnref:1]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want\n%s", got, want)
	}
	if !strings.Contains(body, "<h2><code>code</code> &amp; more</h2>") || !strings.Contains(body, `<h6 id="a-b-2--deep">`) {
		t.Error(body)
	}
	if _, err := nethtml.Parse(strings.NewReader(body)); err != nil {
		t.Error(err)
	}
}

// TestPrintLimit: what would be too much for a browser has no such page.
func TestPrintLimit(t *testing.T) {
	for _, test := range []struct {
		size    int
		preview bool
		want    bool
	}{
		{printLimit / 2, false, true}, {printLimit + 100, false, false}, {printLimitPreview + 100, true, false}, {printLimitPreview / 2, true, true},
	} {
		site := load(t, map[string]string{"index.md": "# Home", "a.md": strings.Repeat("a word ", test.size/7)})
		r, err := New(site, verified(site), Options{Preview: test.preview})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.frame.prints; got != test.want {
			t.Errorf("%d bytes, preview %v: %v", test.size, test.preview, got)
		}
	}
}

func TestPrintImages(t *testing.T) {
	site := load(t, map[string]string{
		"handbook.yaml": "html: unsafe\n",
		"index.md":      "# Home\n",
		"a/b.md":        "# B\n\n<p><img src=\"p.svg\" srcset=\"p.svg 1x, q.svg 2x\" usemap=\"#m\"><map name=\"m\"></map></p>\n",
		"a/p.svg":       "<svg xmlns='http://www.w3.org/2000/svg'/>",
		"a/q.svg":       "<svg xmlns='http://www.w3.org/2000/svg'/>",
	})
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	eachTag(files["print/index.html"], func(tag string, attrs map[string]string) {
		if attrs["usemap"] == "" {
			return
		}
		found = true
		if want := "../a/p.svg 1x, ../a/q.svg 2x"; attrs["srcset"] != want {
			t.Errorf("srcset is %q, want %q", attrs["srcset"], want)
		}
		if name := strings.TrimPrefix(attrs["usemap"], "#"); !strings.Contains(string(files["print/index.html"]), `name="`+name+`"`) {
			t.Errorf("there is no map %q", name)
		}
	})
	if !found {
		t.Error("the image is gone")
	}
}
