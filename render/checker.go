package render

import (
	"cmp"
	"reflect"
	"slices"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/html"
	"handbook/render/link"
	"handbook/render/outline"
	"handbook/render/theme"
)

// A Checker checks pages repeatedly while a site is edited. It renders the
// document of a page again only if something that the document depends on has
// changed: the page, its record, or where its links lead. The zero value is
// ready to use, by one goroutine at a time.
type Checker struct {
	theme   *theme.Theme
	config  *config.Config
	files   []string
	wants   content.Key         // digest of the settings of documents
	known   map[string]*checked // by the page's path
	targets *link.Targets
}

// A checked is the result of checking a page's document, with what it depends
// on.
type checked struct {
	page    *content.Page
	status  content.Status
	asked   questions
	answers []answer
	outline outline.Outline
	notes   content.Errors
	err     error
}

// An answer is what html.Site.Link has returned.
type answer struct {
	href    string
	problem string
}

// ThemeChanged makes the next call of Check read the theme again. It must be
// called if files of the theme, or files of the content other than pages, may
// have changed.
func (c *Checker) ThemeChanged() { c.theme = nil }

// Targets returns what links of the site can lead to, as of the last call of
// Check.
func (c *Checker) Targets() *link.Targets { return c.targets }

// Check returns the problems of the documents of pages, and the notes on them.
// It does not check what concerns more than one page: names that two pages
// have, files that are published as they are, the links of the header.
func (c *Checker) Check(site *content.Site, fresh content.Freshness, o Options) (notes content.Errors, err error) {
	cache := o.Cache
	if cache == nil {
		cache = new(Cache)
	}
	t := newTargets(site, o, func(p *content.Page) outline.Outline { return c.outline(p, cache) })
	if c.theme == nil || !slices.Equal(c.files, site.Files) || !reflect.DeepEqual(c.config, site.Config) {
		c.theme = nil
		theme, err := loadTheme(site, t, o.Theme, true, nil)
		if err != nil {
			return nil, err
		}
		c.theme, c.config, c.files = theme, site.Config, site.Files
	}
	settings := settingsOf(site.Config, cmp.Or(o.BaseURL, site.Config.URL), c.theme)
	if wants := wantsOf(settings); wants != c.wants {
		c.wants, c.known = wants, nil
	}
	docs := &documents{t, fresh, settings, nil}
	found := make([]*checked, len(t.Pages))
	each(o.Workers, len(t.Pages), func(i int) { found[i] = c.page(docs, t.Pages[i]) })
	c.known, c.targets = make(map[string]*checked, len(found)), t
	var problems problems
	for _, f := range found {
		f.outline = t.Outline(f.page)
		c.known[f.page.Path] = f
		notes = append(notes, f.notes...)
		problems.add(f.err)
	}
	return notes, problems.err()
}

// wantsOf returns a digest of the settings of documents.
func wantsOf(s html.Settings) content.Key {
	words := s.Words.Digest()
	s.Words = nil
	return content.KeyOf("settings", words, string(toJSON(s)))
}

// outline returns the outline of a page.
func (c *Checker) outline(p *content.Page, cache *Cache) outline.Outline {
	if old := c.known[p.Path]; old != nil && old.page.Key == p.Key && p.Key != (content.Key{}) {
		return old.outline
	}
	return cache.outline(p)
}

// page checks one page.
func (c *Checker) page(docs *documents, p *content.Page) *checked {
	status := docs.fresh.Of(p)
	if old := c.known[p.Path]; old != nil && old.is(p, status) && slices.Equal(old.answers, answersOf(docs.site, p, old.asked)) {
		return old
	}
	asked := &asker{Site: docs.site}
	doc, err := html.Write(p, status, asked, docs.settings)
	f := &checked{page: p, status: status, asked: asked.questions, err: err}
	f.answers = answersOf(docs.site, p, f.asked)
	if doc != nil {
		f.notes = doc.Notes
	}
	return f
}

// is reports whether the document was made from the same page.
func (f *checked) is(p *content.Page, status content.Status) bool {
	q := f.page
	return p.Key != (content.Key{}) && q.Key == p.Key && q.Title == p.Title && q.Record == p.Record && f.status == status && slices.Equal(q.Next, p.Next)
}

func answersOf(site html.Site, p *content.Page, q questions) []answer {
	all := make([]answer, len(q.Links))
	for i, l := range q.Links {
		href, problem := site.Link(p, l.Dest, l.Image)
		all[i].href = href
		if problem != nil {
			all[i].problem = problem.Msg
		}
	}
	return all
}
