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
	"time"

	"golang.org/x/sync/errgroup"
)

// A Loader reads a site again and again: the pages that have not changed are
// not read again. Its zero value reads all there is to read. It reads one site
// at a time.
type Loader struct {
	// Store keeps what pages say of themselves; may be nil.
	Store Store
	// Light lets pages go of what is parsed of them: it takes ten times the
	// memory of their text. Page.Parsed has it back.
	Light bool
	// Visit is called with each page while it is parsed, by several goroutines
	// at once; may be nil. A page that the store or the Loader knows is not
	// parsed.
	Visit func(*Page)

	config []byte
	known  map[string]*knownPage // of the last Load, by path
}

// A knownPage is a page as it was read, and when.
type knownPage struct {
	page   *Page // as it was before anything was done with its site; never changed
	source stamp
	record stamp
}

// A stamp tells whether a file is the same without reading it.
type stamp struct {
	size int64
	time time.Time
	read time.Time // when the file was looked at, before it was read
}

// unsure is how long after its last change a file may change once more without
// showing it: file systems count time in ticks of up to two seconds.
const unsure = 2 * time.Second

func stampOf(fsys fs.FS, name string) stamp {
	now := time.Now()
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime(), now}
}

// is tells whether a file is surely the one that it was.
func (s stamp) is(old stamp) bool {
	return !s.time.IsZero() && s.size == old.size && s.time.Equal(old.time) && old.time.Before(old.read.Add(-unsure))
}

// Load is Load for a site that may have been read before.
func (l *Loader) Load(fsys fs.FS, name string) (*Site, error) {
	site := &Site{FS: fsys, Name: name}
	var errs Errors
	src, err := fs.ReadFile(fsys, ConfigFile)
	switch {
	case err == nil:
		site.Config, errs = parseConfig(src, path.Join(name, ConfigFile))
	case errors.Is(err, fs.ErrNotExist):
		site.Config = defaultConfig()
	default:
		return nil, err
	}
	if !bytes.Equal(src, l.config) {
		l.config, l.known = src, nil
	}
	paths, err := site.list()
	if err != nil {
		return nil, err
	}
	return site, append(errs, l.loadPages(site, paths)...).Sorted()
}

// loadPages reads pages side by side.
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

// copy is a page that can be changed: its state, its lab's settings. What is
// parsed of it is shared.
func (p *Page) copy() *Page {
	q := *p
	if p.Lab != nil {
		lab := *p.Lab
		q.Lab = &lab
	}
	return &q
}

func (l *Loader) loadPage(s *Site, file string) (*knownPage, Errors) {
	old := l.known[file]
	k := &knownPage{source: stampOf(s.FS, file)}
	var errs Errors
	if old != nil && k.source.is(old.source) && old.page.includesSame(s.FS) {
		k.page = old.page.copy()
	} else {
		k.page, errs = l.readPage(s, file, old)
	}
	p := k.page
	if p.Lab == nil {
		return k, errs
	}
	p.State = None
	k.record = stampOf(s.FS, RecordPath(file))
	if old != nil && k.record.is(old.record) {
		p.Record, p.Problem = old.page.Record, old.page.Problem
	} else {
		p.Record, p.Problem = readRecord(s.FS, file)
	}
	return k, errs
}

// readPage reads a page's file, and parses it if it has not been seen before.
func (l *Loader) readPage(s *Site, file string, old *knownPage) (*Page, Errors) {
	p := &Page{Path: file, URL: urlOf(file), pos: path.Join(s.Name, file)}
	src, err := fs.ReadFile(s.FS, file)
	if err != nil {
		return p, Errors{{Pos: Pos{File: p.pos}, Msg: reason(err)}}
	}
	var errs Errors
	p.Source, errs = normalize(src, p.pos)
	if len(errs) == 0 && old != nil && bytes.Equal(p.Source, old.page.Source) && old.page.includesSame(s.FS) {
		return old.page.copy(), nil
	}
	key := KeyOf("includes", s.Name, file, string(l.config), string(p.Source))
	if len(errs) == 0 && l.Light && l.recall(p, s.FS, key) {
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
			p.Doc, p.Snippets, p.Measures = nil, nil, nil
		}
	}
	return p, errs
}

// parse finds out all that a page says.
func (p *Page) parse(s *Site) Errors {
	offset, errs := p.parseFront(s.Config)
	if p.Lab == nil && s.single {
		p.Lab = defaultLab(s.Config)
		p.Lab.Pos = Pos{p.pos, 1, 1}
	}
	p.Doc = parseMarkdown(p.Source, offset)
	p.Title = p.title()
	return append(errs, p.findSnippets(s.FS)...)
}

// Parsed returns the page with all that is parsed of it: the page itself, if
// it has that. Equal pages give equal trees.
func (p *Page) Parsed() *Page {
	if p.Doc != nil {
		return p
	}
	q := *p
	q.included = maps.Clone(p.included)
	_, _, offset, _ := splitFront(q.Source)
	q.Doc = parseMarkdown(q.Source, offset)
	q.findSnippets(noFiles{}) // nothing is wrong with it, or it would not have been read light
	return &q
}

// noFiles is a file system that is never asked: a page keeps what it includes.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// key digests the page as its author wrote it.
func (p *Page) key() Key {
	lab := ""
	if p.Lab != nil {
		l := *p.Lab
		l.Pos = Pos{}
		lab = string(mustJSON(l))
	}
	return KeyOf("page", p.Path, string(p.Source), lab, string(mustJSON(p.included)))
}

// includesSame tells whether the files that a page includes are as they were.
func (p *Page) includesSame(fsys fs.FS) bool {
	for name, text := range p.included {
		if b, err := fs.ReadFile(fsys, name); err != nil || string(b) != text {
			return false
		}
	}
	return true
}

// facts are what a light page knows of itself. The store has, under a digest
// of the page's own text, the names of the files that it includes, and under
// one of these files too, the facts.
type facts struct {
	Front FrontMatter
	Title string
	Lab   *Lab
}

// factsKey is the key of a page's facts, with what it includes as it is now.
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

// recall fills in a page from the store.
func (l *Loader) recall(p *Page, fsys fs.FS, key Key) bool {
	if l.Store == nil {
		return false
	}
	var names []string
	if b := l.Store.Get(key); b == nil || json.Unmarshal(b, &names) != nil {
		return false
	}
	for _, name := range names {
		if _, err := p.read(fsys, name); err != nil {
			return false
		}
	}
	var f facts
	if b := l.Store.Get(p.factsKey(key)); b == nil || json.Unmarshal(b, &f) != nil {
		return false
	}
	p.Front, p.Title, p.Lab = f.Front, f.Title, f.Lab
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
