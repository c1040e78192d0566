package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"handbook/content/config"
	"handbook/content/file"
	"handbook/content/labfiles"
	"handbook/content/record"
)

// A Loader reads the same site repeatedly. It reads only the pages that have
// changed since its last Load. The zero value is ready to use. Load must not be
// called by several goroutines at once.
type Loader struct {
	// Store keeps the front matter and titles of pages from one run of the
	// program to the next; may be nil.
	Store Store
	// Light makes pages without their trees, which take ten times the memory
	// of the text. Page.Tree then parses the page on each call.
	Light bool
	// Visit is called with each page that Load parses, while it has its tree,
	// by several goroutines at once; may be nil. Pages that the Store or an
	// earlier Load knows are not parsed.
	Visit func(*Page)

	cloned []labfiles.Clone      // Site.Clones of the last Load
	config string                // what pages were read with: see config.Config.ForPages
	known  map[string]*knownPage // of the last Load, by path
}

// A knownPage is a page as an earlier Load has read it.
type knownPage struct {
	page   *Page // never changed
	source file.Stamp
	record file.Stamp
}

// Load reads the site like the function Load.
func (l *Loader) Load(fsys fs.FS, name string) (*Site, error) {
	site := &Site{FS: fsys, Name: name, finder: labfiles.NewFinder(fsys)}
	var errs Errors
	src, err := file.Read(fsys, config.File, maxConfig)
	switch {
	case err == nil:
		site.Config, errs = config.Read(src, path.Join(name, config.File))
	case errors.Is(err, fs.ErrNotExist):
		site.Config = config.Default()
	default:
		return nil, err
	}
	if forPages := site.Config.ForPages(); forPages != l.config {
		l.config, l.known = forPages, nil
	}
	paths, leads, err := site.list()
	if err != nil {
		return nil, err
	}
	var gone Errors
	site.Clones, gone = site.finder.Clones(site.Config.Clones, l.cloned)
	l.cloned = site.Clones
	errs = append(errs, gone...)
	return site, append(append(errs, leads...), l.loadPages(site, paths)...).Sorted()
}

// loadPages reads pages in parallel.
func (l *Loader) loadPages(s *Site, paths []string) Errors {
	known := make([]*knownPage, len(paths))
	found := make([]Errors, len(paths))
	s.Pages = make([]*Page, len(paths))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range paths {
		g.Go(func() error {
			known[i], found[i] = l.loadPage(s, p)
			s.Pages[i] = known[i].page.copy()
			return nil
		})
	}
	_ = g.Wait()
	l.known = make(map[string]*knownPage, len(paths))
	for i, p := range paths {
		if len(found[i]) == 0 {
			l.known[p] = known[i]
		}
	}
	errs := slices.Concat(found...)
	s.sort()
	s.byPath = make(map[string]*Page, len(s.Pages))
	for _, p := range s.Pages {
		s.byPath[p.Path] = p
	}
	return append(errs, s.checkAfter()...)
}

// copy returns a copy of the page with settings of its own for the lab, which
// checkAfter changes. The tree is shared.
func (p *Page) copy() *Page {
	q := *p
	if p.Lab != nil {
		lab := *p.Lab
		q.Lab = &lab
	}
	return &q
}

func (l *Loader) loadPage(s *Site, name string) (*knownPage, Errors) {
	old := l.known[name]
	k := &knownPage{source: file.StampOf(s.FS, name)}
	var errs Errors
	if old != nil && k.source.Is(old.source) && old.page.includesSame(s.FS) {
		k.page, errs = old.page.again(s)
	} else {
		k.page, errs = l.readPage(s, name, old)
	}
	p := k.page
	if p.Lab == nil {
		return k, errs
	}
	k.record = file.StampOf(s.FS, record.Path(name))
	if old != nil && k.record.Is(old.record) {
		p.Record, p.Unusable = old.page.Record, old.page.Unusable
	} else {
		p.Record, p.Unusable = record.Read(s.FS, name)
	}
	return k, errs
}

// readPage reads a page's file, and parses it unless the text is known.
func (l *Loader) readPage(s *Site, name string, old *knownPage) (*Page, Errors) {
	p := &Page{Path: name, URL: urlOf(name), pos: path.Join(s.Name, name)}
	if old != nil {
		p.Files = old.page.Files
	}
	src, err := file.Read(s.FS, name, maxPage)
	if err != nil {
		return p, Errors{{Pos: Pos{File: p.pos}, Msg: file.Reason(err)}}
	}
	var errs Errors
	p.Source, errs = normalize(src, p.pos)
	if len(errs) == 0 && old != nil && bytes.Equal(p.Source, old.page.Source) && old.page.includesSame(s.FS) {
		return old.page.again(s)
	}
	key := KeyOf("includes", s.Name, name, l.config, string(p.Source))
	if len(errs) == 0 && l.Light && l.recall(p, s, key) {
		return p, nil
	}
	errs = append(errs, p.parse(s)...)
	p.Key = p.key()
	if l.Visit != nil && len(errs) == 0 {
		l.Visit(p)
	}
	if len(errs) == 0 {
		l.remember(p, key)
		if l.Light {
			p.tree = nil
		}
	}
	return p, errs
}

// parse parses a page whose Source is set.
func (p *Page) parse(s *Site) Errors {
	var errs Errors
	p.Front, p.Lab, errs = config.ReadFront(p.Source, p.pos, s.Config)
	if p.Lab == nil && s.single {
		p.Lab = s.Config.DefaultLab()
		p.Lab.Pos = Pos{File: p.pos, Line: 1, Col: 1}
	}
	errs = append(errs, p.bring(s)...)
	t := newTreeReader(p, s.FS)
	t.read()
	p.tree, p.included = t.tree, t.included
	p.Title = p.title()
	return append(errs, t.errs...)
}

// key returns a digest of everything that the author wrote.
func (p *Page) key() Key {
	lab := ""
	if p.Lab != nil {
		l := *p.Lab
		l.Pos = Pos{}
		lab = string(mustJSON(l))
	}
	parts := []string{p.Path, string(p.Source), lab, string(mustJSON(p.included))}
	if len(p.Files)+len(p.named) > 0 {
		parts = append(parts, string(mustJSON(p.Files)), string(mustJSON(p.named)))
	}
	return KeyOf("page", parts...)
}

// includesSame reports whether the files that the page includes are unchanged.
func (p *Page) includesSame(fsys fs.FS) bool {
	for name, text := range p.included {
		now := readText(fsys, name)
		if (now == nil) != (text == nil) || now != nil && *now != *text {
			return false
		}
	}
	return true
}

// facts are what is known of a page without its tree. The store has two
// entries for each page: under a digest of its text, the names of the files
// that it includes, and under a digest that covers these files too, the facts.
type facts struct {
	Front config.FrontMatter
	Title string
	Lab   *config.Lab
}

// factsKey returns the key of the page's facts.
func (p *Page) factsKey(key Key) Key {
	return KeyOf("facts", string(key[:]), string(mustJSON(p.included)))
}

// remember puts a page's facts into the store.
func (l *Loader) remember(p *Page, key Key) {
	if l.Store == nil || !l.Light {
		return
	}
	l.Store.Put(key, mustJSON(slices.Sorted(maps.Keys(p.included))))
	l.Store.Put(p.factsKey(key), mustJSON(facts{p.Front, p.Title, p.Lab}))
}

// recall fills in a page from the store, and reports whether it could.
func (l *Loader) recall(p *Page, s *Site, key Key) bool {
	if l.Store == nil {
		return false
	}
	var names []string
	if b := l.Store.Get(key); b == nil || json.Unmarshal(b, &names) != nil {
		return false
	}
	for _, name := range names {
		if p.included == nil {
			p.included = make(map[string]*string)
		}
		p.included[name] = readText(s.FS, name)
	}
	var f facts
	if b := l.Store.Get(p.factsKey(key)); b == nil || json.Unmarshal(b, &f) != nil {
		return false
	}
	p.Front, p.Title, p.Lab = f.Front, f.Title, f.Lab
	if p.bring(s) != nil { // parse the page, to report its other mistakes too
		return false
	}
	p.Key = p.key()
	return true
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("content: " + err.Error()) // only plain values go in
	}
	return b
}
