package render

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/render/testsite"
)

// A mapStore keeps everything.
type mapStore struct {
	mu   sync.Mutex
	m    map[content.Key][]byte
	gets int // that found something
}

func (s *mapStore) Get(key content.Key) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.m[key]
	if b != nil {
		s.gets++
	}
	return b
}

func (s *mapStore) Put(key content.Key, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[content.Key][]byte{}
	}
	if old := s.m[key]; old != nil && !bytes.Equal(old, b) {
		panic("render: two values for one key")
	}
	s.m[key] = bytes.Clone(b)
}

var cacheSeed = flag.Uint64("cache.seed", 1, "of the edits of TestCacheChangesNothing")
var cacheSteps = flag.Int("cache.steps", 25, "edits of TestCacheChangesNothing")

// A drawer is a site that is edited at random.
type drawer struct {
	rand  *rand.Rand
	files fstest.MapFS // content
	theme fstest.MapFS
	o     Options
	verif int // changes the records
}

func newDrawer(t *testing.T, seed uint64) *drawer {
	d := &drawer{rand: rand.New(rand.NewPCG(seed, 1)), files: fstest.MapFS{}, theme: fstest.MapFS{}}
	err := fs.WalkDir(os.DirFS("testdata/site"), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			var b []byte
			b, err = os.ReadFile("testdata/site/" + name)
			d.put(name, string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d.put("guides/app.py", "import os\n# #region one\nprint(1)\n# #endregion\n")
	d.put("guides/include.md", "# Included\n\n```python include=app.py#one\n```\n\n![p](pic.png) [home](../index.md)\n")
	d.picture(3)
	for i := range 4 {
		name, text := testsite.Page(i, 4)
		d.put(name, text)
	}
	return d
}

func (d *drawer) put(name, text string) { d.files[name] = &fstest.MapFile{Data: []byte(text)} }

func (d *drawer) picture(width int) {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 2)))
	d.put("guides/pic.png", b.String())
}

func (d *drawer) text(name string) string { return string(d.files[name].Data) }

func (d *drawer) page() string {
	var names []string
	for name := range d.files {
		if strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[d.rand.IntN(len(names))]
}

// front sets a key of a page's front matter.
func (d *drawer) front(name, line string) {
	text := d.text(name)
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		key, _, _ := strings.Cut(line, ":")
		var kept []string
		for l := range strings.Lines(rest) {
			if !strings.HasPrefix(l, key+":") {
				kept = append(kept, l)
			}
		}
		d.put(name, "---\n"+line+"\n"+strings.Join(kept, ""))
		return
	}
	d.put(name, "---\n"+line+"\n---\n"+text)
}

// edit changes something, and says what.
func (d *drawer) edit() string {
	n := d.rand.IntN(1000)
	page := d.page()
	switch k := d.rand.IntN(22); k {
	case 0, 1, 2:
		d.put(page, d.text(page)+fmt.Sprintf("\nMore words %d.\n", n))
		return "words on " + page
	case 3, 4:
		to := d.page()
		d.put(page, d.text(page)+fmt.Sprintf("\n[a link](/%s) and [another](/%s#see-also)\n", to, to))
		return "links from " + page + " to " + to
	case 5:
		d.put(page, strings.Replace(d.text(page), "\n## ", fmt.Sprintf("\n## Once %d ", n), 1))
		return "a heading of " + page
	case 6:
		d.front(page, fmt.Sprintf("title: Title %d", n))
		return "the title of " + page
	case 7:
		d.front(page, fmt.Sprintf("weight: %d", n%7))
		return "the weight of " + page
	case 8:
		d.front(page, fmt.Sprintf("tags: [a, t%d]", n%3))
		return "tags of " + page
	case 9:
		d.front(page, fmt.Sprintf("aliases: [/old/%d/]", n%5))
		return "an alias of " + page
	case 10:
		d.front(page, fmt.Sprintf("draft: %t", n%2 == 0))
		return "draft of " + page
	case 11:
		delete(d.files, page)
		if len(d.files) < 8 {
			d.put("index.md", "# Home\n")
		}
		return "no more " + page
	case 12:
		name := fmt.Sprintf("new-%d/page-%d.md", n%3, n)
		d.put(name, fmt.Sprintf("# New %d\n\nText.\n\n```bash\necho %d\n```\n", n, n))
		return "new " + name
	case 13:
		name := fmt.Sprintf("guides/moved-%d.md", n)
		d.files[name] = d.files[page]
		delete(d.files, page)
		return page + " moved to " + name
	case 14:
		d.put("guides/app.py", fmt.Sprintf("# #region one\nprint(%d)\n# #endregion\n", n))
		return "an included file"
	case 15:
		d.picture(1 + n%50)
		return "an image"
	case 16:
		d.put("handbook.yaml", fmt.Sprintf("title: Site %d\nplaceholders: {YOUR_NAME: n%d}\nnav:\n  - {title: Home, url: index.md}\nhtml: %s\nurl: https://example.org/%d\n",
			n, n%2, []string{"github", "unsafe"}[n%2], n%4))
		return "the settings"
	case 17:
		d.theme["footer.html"] = &fstest.MapFile{Data: fmt.Appendf(nil, "<footer>%d</footer>", n)}
		return "a template"
	case 18:
		d.theme = fstest.MapFS{"assets/handbook.css": {Data: fmt.Appendf(nil, "p { margin: %dpx }", n)}}
		return "a style sheet"
	case 19:
		d.o = Options{Drafts: n%2 == 0, Preview: n%3 == 0, BaseURL: []string{"", "http://127.0.0.1:1314/"}[n%2]}
		return "options"
	case 20:
		d.o.Updated = map[string]time.Time{page: time.Unix(int64(n)*100_000, 0).UTC()}
		return "a commit"
	default:
		d.verif = n
		return "records"
	}
}

// load reads the site, and gives labs the states that they would have.
func (d *drawer) load(t *testing.T, l *content.Loader) (*content.Site, content.Freshness, error) {
	files := maps.Clone(d.files)
	site, err := l.Load(files, "content")
	if err != nil {
		return nil, nil, err
	}
	fresh := content.Freshness{}
	for i, p := range site.Pages {
		if p.Lab == nil {
			continue
		}
		switch (d.verif + i) % 4 {
		case 0:
			p.Record = shortRecord(p)
			fresh[p.Path] = content.Status{State: content.Stale, Cause: content.RecordUnusable, Detail: fmt.Sprint("stale ", d.verif)}
		case 1:
			p.Record = shortRecord(p)
			fresh[p.Path] = content.Status{State: content.Fresh}
			p.Record.Seconds = float64(d.verif)
		case 2:
			fresh[p.Path] = content.Status{State: content.None, Cause: content.NeverVerified}
		}
		if b, _ := os.ReadFile("testdata/site/" + p.Path); p.Path == "labs/04-flask.md" && bytes.Equal(b, p.Source) {
			p.Record = flaskRecord(t, p)
			fresh[p.Path] = content.Status{State: content.Fresh}
			p.Record.Seconds = float64(d.verif)
		}
	}
	return site, fresh, nil
}

func (d *drawer) render(t *testing.T, l *content.Loader, c *Cache) (Files, string) {
	site, fresh, err := d.load(t, l)
	if err != nil {
		return nil, err.Error()
	}
	o := d.o
	o.Theme, o.Cache = d.theme, c
	files, err := Site(site, fresh, o)
	if err != nil {
		return nil, err.Error()
	}
	return files, ""
}

// Whatever is edited, what comes out with a cache is what comes out without:
// in one process (a preview), and in many that share a store (builds).
func TestCacheChangesNothing(t *testing.T) {
	t.Logf("-cache.seed %d -cache.steps %d", *cacheSeed, *cacheSteps)
	d := newDrawer(t, *cacheSeed)
	store, memory := &mapStore{}, &mapStore{}
	preview := &Cache{Store: memory}
	previewer := &content.Loader{Light: true, Visit: preview.Visit, Store: memory}
	good := 0
	var files, theme fstest.MapFS // the last ones that were good
	for i := range *cacheSteps {
		did := "nothing"
		if i > 0 {
			did = d.edit()
		}
		want, wrong := d.render(t, new(content.Loader), nil)
		build := &Cache{Store: store}
		for what, got := range map[string]func() (Files, string){
			"build": func() (Files, string) {
				return d.render(t, &content.Loader{Light: true, Visit: build.Visit, Store: store}, build)
			},
			"preview": func() (Files, string) { return d.render(t, previewer, preview) },
		} {
			files, err := got()
			if err != wrong {
				t.Fatalf("%d, %s: %s\nwith a cache:\n%s\nwithout:\n%s", i, did, what, err, wrong)
			}
			if diff := cmp.Diff(sums(want), sums(files)); diff != "" {
				t.Fatalf("%d, %s: %s (-without +with a cache)\n%s", i, did, what, diff)
			}
		}
		if wrong == "" {
			good++
			files, theme = maps.Clone(d.files), maps.Clone(d.theme)
		} else if d.rand.IntN(4) > 0 { // the author mends it
			d.files, d.theme = maps.Clone(files), maps.Clone(theme)
		}
	}
	if good < *cacheSteps/2 {
		t.Errorf("only %d of %d sites were good", good, *cacheSteps)
	}
	if store.gets == 0 || memory.gets == 0 {
		t.Error("nothing was ever had from the stores")
	}
}

func sums(files Files) map[string]string {
	m := make(map[string]string)
	for name, b := range files {
		m[name] = string(b)
	}
	return m
}

// What a page with everything on it becomes is the same when it is read back.
func TestPackedDocuments(t *testing.T) {
	site := sampleSite(t)
	r, err := New(site, sampleFresh, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range site.Pages {
		d, err := r.docs.of(p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, unpackDocument(packDocument(d))); diff != "" {
			t.Errorf("%s: -written +read back\n%s", p.Path, diff)
		}
	}
}

func TestPack(t *testing.T) {
	for _, texts := range [][]string{nil, {""}, {"", "a", ""}, {strings.Repeat("x", 1000), "\x00\xff"}} {
		if got := unpack(pack(texts...)); !slices.EqualFunc(got, texts, func(a []byte, b string) bool { return string(a) == b }) {
			t.Errorf("%q, want %q", got, texts)
		}
	}
}
