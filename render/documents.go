package render

import (
	"html/template"
	"image"

	"handbook/content"
	"handbook/render/html"
	"handbook/render/place"
	"handbook/render/search"
)

// A document is a page's document with its entry in the search index.
type document struct {
	*html.Document
	Found *search.Entry
}

// documents makes the documents of a site's pages, or takes them from the
// cache.
type documents struct {
	site     html.Site
	fresh    content.Freshness
	settings html.Settings
	store    content.Store // may be nil
}

// of returns a page's document. The error lists all problems of the page.
func (d *documents) of(p *content.Page) (*document, error) {
	if d.store == nil {
		return d.write(p, d.site)
	}
	key := d.key(p)
	if b := d.store.Get(key); b != nil {
		var asked questions
		fromJSON(b, &asked)
		if a, ok := d.ask(p, asked); ok {
			if b := d.store.Get(a.key(key)); b != nil {
				return unpackDocument(b), nil
			}
		}
	}
	asked := &asker{Site: d.site}
	doc, err := d.write(p, asked)
	if err != nil {
		return nil, err
	}
	if a, ok := d.ask(p, asked.questions); ok {
		d.store.Put(key, toJSON(asked.questions))
		d.store.Put(a.key(key), packDocument(doc))
	}
	return doc, nil
}

// write makes a page's document.
func (d *documents) write(p *content.Page, site html.Site) (*document, error) {
	doc, err := html.Write(p, d.fresh.Of(p), site, d.settings)
	if err != nil {
		return nil, err
	}
	found := search.NewEntry(place.Escape(place.Of(p)), p.Title, doc.Passages)
	doc.Passages = nil // they are in found
	return &document{doc, found}, nil
}

// key returns a digest of what a page's document depends on, except for the
// answers to its questions.
func (d *documents) key(p *content.Page) content.Key {
	return content.KeyOf("questions", string(toJSON(struct {
		Key      content.Key
		Title    string
		Status   content.Status
		Record   *content.Record
		Next     []content.Next
		Settings html.Settings
	}{p.Key, p.Title, d.fresh.Of(p), p.Record, p.Next, d.settings})))
}

// questions are the calls of html.Site that a document makes, in order.
type questions struct {
	Links []question
	Sizes []string // destinations
}

// A question is the destination of a link or an image as its author wrote it.
type question struct {
	Dest  string
	Image bool
}

// answers are the results of these calls on the site as it is now.
type answers struct {
	Hrefs []string
	Sizes []image.Point
}

// key returns the key of a document with these answers.
func (a answers) key(asked content.Key) content.Key {
	return content.KeyOf("document", string(asked[:]), string(toJSON(a)))
}

// ask asks the questions of a page's document again. ok is false if a link leads
// nowhere.
func (d *documents) ask(p *content.Page, q questions) (a answers, ok bool) {
	ok = true
	for _, l := range q.Links {
		href, problem := d.site.Link(p, l.Dest, l.Image)
		a.Hrefs = append(a.Hrefs, href)
		ok = ok && problem == nil
	}
	for _, dest := range q.Sizes {
		size, _ := d.site.Size(p, dest)
		a.Sizes = append(a.Sizes, size)
	}
	return a, ok
}

// An asker records the calls of a site.
type asker struct {
	html.Site
	questions questions
}

func (a *asker) Link(from *content.Page, dest string, image bool) (string, *content.Error) {
	a.questions.Links = append(a.questions.Links, question{dest, image})
	return a.Site.Link(from, dest, image)
}

func (a *asker) Size(from *content.Page, dest string) (image.Point, bool) {
	a.questions.Sizes = append(a.questions.Sizes, dest)
	return a.Site.Size(from, dest)
}

func packDocument(d *document) []byte {
	rest := *d.Document
	rest.Body, rest.Twin, rest.Script = "", nil, nil
	return pack(toJSON(rest), []byte(d.Body), d.Twin, d.Script, d.Found.Text, d.Found.Terms)
}

func unpackDocument(b []byte) *document {
	d, texts := new(html.Document), unpack(b)
	fromJSON(texts[0], d)
	d.Body, d.Twin = template.HTML(texts[1]), texts[2]
	if len(texts[3]) > 0 {
		d.Script = texts[3]
	}
	return &document{d, &search.Entry{Text: texts[4], Terms: texts[5]}}
}
