// Package render turns a site into the files that are published.
//
//	files, err := render.Site(site, render.Options{})
//
// Nothing is read but the site and the theme, nothing is written: the same
// site and options give the same bytes, in whatever order the workers finish.
// Whoever shows single pages (a preview) keeps a Renderer and asks it for
// them; New does what concerns the site as a whole, Page what concerns one.
//
// What a page's HTML depends on: the page and its record, the titles, URLs
// and anchors of the pages it links to, its neighbours in reading order, and
// the theme. Links are relative and name index.html, because that is the one
// form that works below any base URL, on servers that serve no index of a
// directory, and from file:// where nobody serves anything; the theme's script
// takes "index.html" off again where the page came over HTTP, and canonical
// links, the sitemap and redirects use the short form.
package render

import (
	"errors"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"handbook/content"
)

// Files are published files by name: "labs/04-flask/index.html". Names use
// slashes and never start with one.
type Files map[string][]byte

// Names returns the names in order.
func (f Files) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Options say how a site is rendered. The zero value publishes.
type Options struct {
	BaseURL string // where the site will be, instead of the settings' url
	Drafts  bool   // render drafts too
	Preview bool   // for an author's eyes: says more about what is not verified
	Theme   fs.FS  // files that take the place of the theme's own; may be nil
	Version string // of handbook, for <meta name="generator">
	Workers int    // pages rendered at once; 0: one for each CPU that Go may use

	// Folder is the way from the root of the site's repository to its content
	// root, with a slash at its end unless "": edit links need it.
	Folder string
	// Updated tells when pages were last changed, by path. Pages that are not
	// in it say nothing of it.
	Updated map[string]time.Time

	Cache *Cache // of the renderings before this one; may be nil
}

// Site renders the whole site. The error holds all that is wrong with it, as
// content.Errors where a place can be named.
func Site(site *content.Site, o Options) (Files, error) {
	r, err := New(site, o)
	if err != nil {
		return nil, err
	}
	return r.All(func() bool { return false })
}

// A Renderer renders the pages of one site. It may be used by several
// goroutines at once.
type Renderer struct {
	site    *content.Site
	o       Options
	base    string // base URL without a trailing slash, "" if it is not known
	theme   *theme
	pages   []*content.Page // what is published, in reading order
	index   map[string]int  // path of a page → its index in pages
	drafts  map[string]bool // paths of pages that are left out
	anchors []anchors       // of each page
	tree    *section
	files   map[string]bool // paths of images and other files
	images  *imageSizes
	feeds   bool // there is a feed
	prints  bool // there is a page to print everything

	cache    *Cache
	settings string // those that a page's document depends on
}

// New prepares to render a site: reads the theme, orders the pages, collects
// what can be linked to.
func New(site *content.Site, o Options) (*Renderer, error) {
	r := &Renderer{
		site:   site,
		o:      o,
		base:   cleanBase(firstOf(o.BaseURL, site.Config.URL)),
		index:  make(map[string]int),
		drafts: make(map[string]bool),
		files:  make(map[string]bool),
		images: newImageSizes(site.FS),
	}
	if r.cache = o.Cache; r.cache == nil {
		r.cache = new(Cache)
	}
	r.cache.turn()
	r.settings = settings(o, *site.Config)
	var err error
	if r.theme, err = loadTheme(o.Theme, o.Preview); err != nil {
		return nil, err
	}
	r.theme.store = r.cache.Store
	for _, p := range site.Pages {
		if p.Front.Draft && !o.Drafts {
			r.drafts[p.Path] = true
			continue
		}
		r.index[p.Path] = len(r.pages)
		r.pages = append(r.pages, p)
	}
	for _, f := range site.Files {
		if publishable(f) {
			r.files[f] = true
		}
	}
	r.anchors = make([]anchors, len(r.pages))
	r.each(func(i int) { r.anchors[i] = r.cache.essence(r.pages[i]).anchors })
	r.tree = newTree(r.pages)
	r.feeds, r.prints = r.hasFeed(), r.hasPrint()
	return r, nil
}

// ErrStopped is that of a rendering that nobody wants any more.
var ErrStopped = errors.New("the rendering was stopped")

// At returns the page that is published under a name, or nil.
func (r *Renderer) At(name string) *content.Page {
	for _, p := range r.pages {
		if outName(p) == name {
			return p
		}
	}
	return nil
}

// All renders every file of the site, or gives up once stop says so.
func (r *Renderer) All(stop func() bool) (Files, error) {
	parts := make([]Files, len(r.pages)+1)
	errs := make([]error, len(r.pages)+1)
	r.each(func(i int) {
		if !stop() {
			parts[i], errs[i] = r.Page(r.pages[i])
		}
	})
	if stop() {
		return nil, ErrStopped
	}
	parts[len(r.pages)], errs[len(r.pages)] = r.Rest()

	all := make(Files)
	var problems problems
	for i, part := range parts {
		problems.add(errs[i])
		for name, b := range part {
			if _, twice := all[name]; twice {
				problems.add(r.collision(i, name))
			}
			all[name] = b
		}
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	return all, nil
}

// Rest renders what belongs to no single page: assets, images and other files
// of the site, sections without a page of their own, redirects, the sitemap.
func (r *Renderer) Rest() (Files, error) {
	files := make(Files)
	var problems problems
	r.theme.publish(files)
	for name := range r.files {
		b, err := fs.ReadFile(r.site.FS, name)
		if err != nil {
			problems.add(&content.Error{Pos: r.pos(name), Msg: plainError(err)})
			continue
		}
		files[name] = b
	}
	for _, s := range r.tree.all() {
		if s.page == nil {
			problems.add(r.sectionPage(files, s))
		}
	}
	problems.add(r.notFound(files))
	r.sitemap(files)
	problems.add(r.feed(files))
	r.llms(files)
	problems.add(r.search(files))
	problems.add(r.treeFile(files))
	problems.add(r.tags(files))
	problems.add(r.labs(files))
	problems.add(r.print(files))
	r.checkNav(files, &problems)
	r.redirects(files, &problems) // last, as they must take no other's place
	return files, problems.err()
}

// each calls f for every page, several at once.
func (r *Renderer) each(f func(i int)) {
	workers := r.o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, len(r.pages)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range r.pages {
		next <- i
	}
	close(next)
	wg.Wait()
}

// collision says that two parts of the site want the same name.
func (r *Renderer) collision(part int, name string) error {
	if part < len(r.pages) {
		return &content.Error{Pos: content.Pos{File: r.pages[part].File()},
			Msg: "another page is published as " + quote(name) + " too"}
	}
	return &content.Error{Pos: r.pos(name), Msg: "a page is published under the name of this file"}
}

// pos is a file of the site as messages call it.
func (r *Renderer) pos(name string) content.Pos {
	if r.site.Name == "" {
		return content.Pos{File: name}
	}
	return content.Pos{File: r.site.Name + "/" + name}
}

// publishable tells whether a file beside the pages is for readers: records
// are published under their page's own URL.
// Go files at the content's own top are no part of a site: in handbook's own
// repository its package content lies there.
func publishable(name string) bool {
	return !strings.HasSuffix(name, ".record.json") && (strings.Contains(name, "/") || !strings.HasSuffix(name, ".go"))
}
