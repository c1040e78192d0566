// Package render turns a site into the files that are published.
//
//	files, err := render.Site(site, fresh, render.Options{})
//
// It reads the site and the theme and does not touch the disk: Write passes
// each file to a function. The same site and options give the same bytes,
// whatever the number of workers. A preview, which shows single pages first,
// calls New, then Page and All.
//
// Package html writes the text of a page, package highlight colours its code.
// This package adds what surrounds the text, and the other files of the site:
//
//   - site.go: Site and Renderer; page.go: all files of one page; archive.go: its
//     download
//   - package link: where links lead. Package imagesize has the sizes of images,
//     package place the names and URLs of published files
//   - view.go: what templates see of a page. Package theme has the templates,
//     assets and strings
//   - home.go: what the home page offers; menu.go: sidebar, trail and lists of pages
//   - generated.go, tags.go, print.go: pages without a source file
//   - packages indexes and search: files that list the pages, for programs and for
//     the search
//   - documents.go, cache.go: documents and HTML of earlier renderings
//   - output.go: what becomes of a file that is made
//
// The HTML of a page depends on the page and its record, the titles, URLs and
// anchors of the pages it links to, its neighbours in reading order, and the
// theme. Links are relative and name index.html: this form works below any base
// URL, on servers without an index of directories, and from file:// URLs. Over
// HTTP the theme's script removes "index.html". Canonical links, the sitemap and
// redirects use the short form.
package render

import (
	"cmp"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/html"
	"handbook/render/indexes"
	"handbook/render/link"
	"handbook/render/look"
	"handbook/render/outline"
	"handbook/render/place"
	"handbook/render/sandbox"
	"handbook/render/search"
	"handbook/render/theme"
)

// Options say how a site is rendered. The zero value publishes.
type Options struct {
	BaseURL string // where the site will be, instead of the settings' url
	Drafts  bool   // render drafts too
	Preview bool   // for authors: says more about what is not verified
	Theme   fs.FS  // files that replace those of the theme; may be nil
	Version string // of handbook, for <meta name="generator">
	Workers int    // pages rendered at once; 0: one for each CPU that Go may use

	// Folder is the path of the content root in the site's repository, with a
	// slash at its end unless it is "". Edit links need it.
	Folder string
	// Updated are the times at which pages were last changed, by path. Pages
	// that are missing here show no time.
	Updated map[string]time.Time

	Cache *Cache // of the renderings before this one; may be nil

	// Notes receives notes on what is not published as written, such as code
	// that is not coloured because that would take too long, in the order of
	// pages; may be nil.
	Notes *content.Errors
}

// Site renders the whole site; fresh says which of its records are up to date.
// The error lists all problems: content.Errors, or those joined with errors
// without a place.
func Site(site *content.Site, fresh content.Freshness, o Options) (Files, error) {
	r, err := New(site, fresh, o)
	if err != nil {
		return nil, err
	}
	return r.All(never)
}

// Write renders the whole site as Site does, and puts each file as soon as it
// is made, so that a large site takes little memory. If there is an error, the
// files that were put must not be published.
func Write(site *content.Site, fresh content.Freshness, o Options, put Put) error {
	r, err := New(site, fresh, o)
	if err != nil {
		return err
	}
	return r.Write(put, never)
}

func never() bool { return false }

// A Renderer renders the pages of one site. It may be used by several
// goroutines at once.
type Renderer struct {
	site    *content.Site
	o       Options
	cache   *Cache
	targets *link.Targets
	docs    *documents
	frame   *frame
}

// New prepares to render a site: it reads the theme, orders the pages, and
// collects what can be linked to.
func New(site *content.Site, fresh content.Freshness, o Options) (*Renderer, error) {
	cache := o.Cache
	if cache == nil {
		cache = new(Cache)
	}
	t := newTargets(site, o, cache.outline)
	theme, err := loadTheme(site, t, o.Theme, o.Preview, cache.Store)
	if err != nil {
		return nil, err
	}
	c := site.Config
	return &Renderer{
		site: site, o: o, cache: cache, targets: t,
		docs:  &documents{t, fresh, settingsOf(c, cmp.Or(o.BaseURL, c.URL), theme), cache.Store},
		frame: newFrame(site, fresh, o, t, theme),
	}, nil
}

// newTargets returns the targets of the pages and files that are published.
func newTargets(site *content.Site, o Options, outlineOf func(*content.Page) outline.Outline) *link.Targets {
	var pages []*content.Page
	for _, p := range site.Pages {
		if !p.Front.Draft || o.Drafts {
			pages = append(pages, p)
		}
	}
	outlines := make([]outline.Outline, len(pages))
	each(o.Workers, len(pages), func(i int) { outlines[i] = outlineOf(pages[i]) })
	var files []string
	for _, f := range site.Files {
		if publishable(f) {
			files = append(files, f)
		}
	}
	return link.New(site, pages, outlines, files)
}

// loadTheme loads the theme of a site, with its own files in place of others.
func loadTheme(site *content.Site, t *link.Targets, own fs.FS, asIs bool, store content.Store) (*theme.Theme, error) {
	c := site.Config
	lang := theme.Language{Code: "en", At: posOf(site, config.File)}
	if c.Language != "" {
		lang = theme.Language{Code: c.Language, At: c.LanguagePos}
	}
	return theme.Load(theme.Options{Own: own, AsIs: asIs, Store: store, Language: lang,
		Look: func(css string) (*look.Look, error) { return look.New(site, link.Rooted{Targets: t}, css) }})
}

// Speak adds the strings of the site's language to a script that is not part
// of the site but is used on its pages.
func (r *Renderer) Speak(script []byte) ([]byte, error) { return r.frame.theme.Speak(script) }

// settingsOf returns the settings that documents of a site at a URL depend on.
func settingsOf(c *config.Config, at string, theme *theme.Theme) html.Settings {
	s := html.Settings{Unsafe: c.HTML == "unsafe", Placeholders: c.Placeholders, Patterns: c.Patterns, Words: theme.Words,
		Contents: c.Look.Contents, Diagrams: c.Look.Mermaid.Text != ""}
	if u, err := url.Parse(at); err == nil {
		s.Host = u.Host
	}
	return s
}

// ErrStopped is returned by a rendering that was stopped.
var ErrStopped = errors.New("the rendering was stopped")

// At returns the page that is published under a name, or nil.
func (r *Renderer) At(name string) *content.Page {
	for _, p := range r.targets.Pages {
		if place.Of(p) == name {
			return p
		}
	}
	return nil
}

// All renders every file of the site. It returns ErrStopped if stop becomes
// true.
func (r *Renderer) All(stop func() bool) (Files, error) {
	all := make(Files)
	if err := r.Write(all.collect(), stop); err != nil {
		return nil, err
	}
	return all, nil
}

// Write is All, except that it puts each file as soon as it is made.
func (r *Renderer) Write(put Put, stop func() bool) error {
	pages := r.targets.Pages
	out := &output{to: put}
	paths := make([]string, len(pages))
	for i, p := range pages {
		paths[i] = p.Path
	}
	index := search.New(paths, out.put)
	order := index.Order()
	names := make([][]string, len(pages))
	notes := make([]content.Errors, len(pages))
	errs := make([]error, len(pages))
	each(r.o.Workers, len(pages), func(n int) {
		i := order[n]
		if stop() {
			return
		}
		doc, err := r.docs.of(pages[i])
		if err != nil {
			errs[i] = err
			return
		}
		notes[i] = doc.Notes
		files, err := r.files(pages[i], doc)
		if err != nil {
			errs[i] = err
			return
		}
		names[i] = files.Names()
		for _, name := range names[i] {
			out.put(name, files[name])
		}
		index.Add(i, doc.Found)
	})
	if stop() {
		return ErrStopped
	}
	if r.o.Notes != nil {
		*r.o.Notes = slices.Concat(notes...)
	}
	var problems problems
	taken := place.NewNames(problems.add)
	for i, p := range pages {
		problems.add(errs[i])
		taken.TakeAll(names[i], p.File(), content.Pos{File: p.File()})
	}
	if problems.err() == nil {
		index.Close()
		taken.TakeAll(index.Names(), "", content.Pos{})
	}
	r.rest(out, taken, &problems)
	if err := problems.err(); err != nil {
		return err
	}
	return out.failed()
}

// rest renders the files that belong to no single page: assets, images and other
// files of the site, generated pages, indexes, redirects.
func (r *Renderer) rest(out *output, taken *place.Names, problems *problems) {
	for _, name := range r.targets.Files() {
		at := posOf(r.site, name)
		b, err := fs.ReadFile(r.site.FS, name)
		if err != nil {
			problems.add(&content.Error{Pos: at, Msg: plainError(err)})
			continue
		}
		if b, err = sandbox.File(r.site.Config.Scripts, name, b, at); err != nil {
			problems.add(err)
			continue
		}
		taken.Take(place.Published{Name: name, What: at.File, At: at, File: true})
		out.put(name, b)
	}
	made := &generated{r.frame, &named{output: out}}
	made.out.putAll(r.frame.theme.Files())
	for _, s := range r.targets.Root.All() {
		if s.Page == nil {
			problems.add(made.section(s))
		}
	}
	problems.add(made.notFound())
	index, err := r.frame.indexes().Files()
	problems.add(err)
	if r.targets.Has(indexes.RobotsName) { // the site has its own
		delete(index, indexes.RobotsName)
	}
	made.out.putAll(index)
	r.frame.menu.index(made.out)
	problems.add(made.tags())
	problems.add(made.labs())
	problems.add(r.print(made))
	taken.TakeAll(made.out.taken(), "", content.Pos{})
	problems.add(r.targets.CheckNav(r.site.Config.Nav, taken.Has).Sorted())
	made.redirects(taken, problems)
}

// each calls f with every number below n, from the given number of goroutines,
// or if that is 0, from one for each CPU.
func each(workers, n int, f func(i int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// posOf returns the place of a file of the site.
func posOf(site *content.Site, name string) content.Pos {
	return content.Pos{File: path.Join(site.Name, name)}
}

// publishable reports whether a file beside the pages is published as it is.
// Records are published below the URL of their page. Go files at the top
// belong to package content, in the repository of handbook itself.
func publishable(name string) bool {
	return !strings.HasSuffix(name, ".record.json") && (strings.Contains(name, "/") || !strings.HasSuffix(name, ".go"))
}
