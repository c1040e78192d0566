package render

import (
	"image"
	"reflect"
	"sync"

	"handbook/content"
)

// A Cache is for rendering a site again and again: what is the same is not
// made again, and what comes out is the same to the byte. Its zero value is
// ready to use. It serves one site, and one rendering at a time.
//
// What is made of a page is kept in the store under digests of all that it is
// made from, so nothing in the store is ever out of date:
//
//	essence   the page
//	passages  the page
//	ways      the page, its record, the settings
//	document  the same, and where its ways lead to now
//	HTML      all that the templates see, and the theme
type Cache struct {
	Store content.Store // may be nil; it must be empty for another build of the program

	mu       sync.Mutex
	now, old map[content.Key]*essence // of this rendering and the one before
}

// An essence is what the site as a whole needs to know of a page.
type essence struct {
	anchors anchors
	skipped []SkippedView
}

// turn starts a new rendering.
func (c *Cache) turn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.now) > 0 {
		c.old, c.now = c.now, nil
	}
}

// Visit makes what it can of a page while it is parsed: see content.Loader.
func (c *Cache) Visit(p *content.Page) {
	c.essence(p)
	if c.Store != nil {
		c.passages(p)
	}
}

// essence returns what the site needs to know of a page.
func (c *Cache) essence(p *content.Page) *essence {
	c.mu.Lock()
	e := c.now[p.Key]
	if e == nil {
		e = c.old[p.Key]
	}
	c.mu.Unlock()
	if e == nil {
		e = kept(c.Store, content.KeyOf("essence", string(p.Key[:])), func() *essence {
			p := p.Parsed()
			return &essence{findAnchors(p), skipped(p)}
		})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		c.now = make(map[content.Key]*essence)
	}
	c.now[p.Key] = e
	return e
}

// passages are what readers search in on a page.
func (c *Cache) passages(p *content.Page) []passage {
	return *kept(c.Store, content.KeyOf("passages", string(p.Key[:])), func() *[]passage {
		list := passages(p.Parsed(), 0)
		return &list
	})
}

// kept returns what the store has under the key, else what is made now.
func kept[T any](s content.Store, key content.Key, make func() *T) *T {
	if s != nil {
		if b := s.Get(key); b != nil {
			return valueOf[T](b)
		}
	}
	v := make()
	if s != nil {
		bytesOf(v, func(b []byte) { s.Put(key, b) })
	}
	return v
}

// ways are what a page asks of the rest of the site: where its links lead,
// and how large its images are.
type ways struct {
	links  []way
	images []string // paths
}

// A way is a destination as its author wrote it.
type way struct {
	dest  string
	image bool
}

// An arrival is where the ways of a page lead to now.
type arrival struct {
	hrefs []string
	sizes []image.Point
}

// follow goes the ways of a page; ok is false if one leads nowhere.
func (r *Renderer) follow(p *content.Page, to *ways) (a arrival, ok bool) {
	w := &writer{r: r, page: p, out: outName(p), source: p.Source}
	for _, l := range to.links {
		href, _ := w.href(l.dest, -1, l.image)
		a.hrefs = append(a.hrefs, href)
	}
	for _, name := range to.images {
		size, _ := r.images.of(name)
		a.sizes = append(a.sizes, size)
	}
	return a, w.problems == nil
}

// document is what a page's Markdown becomes, or all that is wrong in it.
func (r *Renderer) document(p *content.Page) (*document, error) {
	store := r.cache.Store
	if store == nil {
		d, _, err := r.write(p)
		return d, err
	}
	key := r.documentKey(p)
	if b := store.Get(key); b != nil {
		if a, ok := r.follow(p, valueOf[ways](b)); ok {
			if b := store.Get(arrivedKey(key, a)); b != nil {
				return valueOf[document](b), nil
			}
		}
	}
	d, to, err := r.write(p)
	if err != nil {
		return nil, err
	}
	if a, ok := r.follow(p, to); ok {
		bytesOf(to, func(b []byte) { store.Put(key, b) })
		bytesOf(d, func(b []byte) { store.Put(arrivedKey(key, a), b) })
	}
	return d, nil
}

// documentKey digests what a page's document is made from, but for where its
// ways lead.
func (r *Renderer) documentKey(p *content.Page) (key content.Key) {
	of := struct {
		Key     content.Key
		Title   string
		State   content.State
		Problem string
		Record  *content.Record
	}{p.Key, p.Title, p.State, p.Problem, p.Record}
	bytesOf(of, func(b []byte) { key = content.KeyOf("ways", r.settings, string(b)) })
	return key
}

func arrivedKey(key content.Key, a arrival) (arrived content.Key) {
	bytesOf(a, func(b []byte) { arrived = content.KeyOf("document", string(key[:]), string(b)) })
	return arrived
}

// settings are the bytes of all options and settings but those that are known
// to say nothing to a page's document.
func settings(o Options, c content.Config) string {
	o.BaseURL, o.Theme, o.Version, o.Workers, o.Updated, o.Cache = "", nil, "", 0, nil, nil
	c.Title, c.Description, c.URL, c.Repository, c.Nav = "", "", "", "", nil
	return string(encode(encode(nil, reflect.ValueOf(o)), reflect.ValueOf(c)))
}
