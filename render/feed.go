package render

import (
	"cmp"
	"encoding/xml"
	"slices"
	"time"

	"handbook/content"
)

// feedName is the Atom feed of what was changed (RFC 4287). It needs to know
// where the site is, and when its pages were changed.
const feedName = "feed.xml"

// feedLength is how many pages the feed tells of: those that were changed last.
const feedLength = 30

type atomFeed struct {
	XMLName   xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
	Language  string     `xml:"xml:lang,attr"`
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Subtitle  string     `xml:"subtitle,omitempty"`
	Updated   string     `xml:"updated"`
	Author    string     `xml:"author>name"`
	Links     []atomLink `xml:"link"`
	Generator string     `xml:"generator"`
	Entries   []atomItem `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomItem struct {
	ID       string     `xml:"id"`
	Title    string     `xml:"title"`
	Updated  string     `xml:"updated"`
	Links    []atomLink `xml:"link"`
	Summary  string     `xml:"summary,omitempty"`
	Category []atomTerm `xml:"category"`
}

type atomTerm struct {
	Term string `xml:"term,attr"`
}

// hasFeed tells whether there is a feed: every page links to it.
func (r *Renderer) hasFeed() bool {
	return r.base != "" && slices.ContainsFunc(r.pages, func(p *content.Page) bool { _, ok := r.o.Updated[p.Path]; return ok })
}

// lately are the pages whose time of change is known, the last one first.
func (r *Renderer) lately() []*content.Page {
	var pages []*content.Page
	for _, p := range r.pages {
		if _, ok := r.o.Updated[p.Path]; ok {
			pages = append(pages, p)
		}
	}
	slices.SortStableFunc(pages, func(a, b *content.Page) int {
		return cmp.Or(r.o.Updated[b.Path].Compare(r.o.Updated[a.Path]), cmp.Compare(a.Path, b.Path))
	})
	return pages[:min(len(pages), feedLength)]
}

func (r *Renderer) feed(files Files) error {
	if !r.feeds {
		return nil
	}
	c, pages := r.site.Config, r.lately()
	title := firstOf(c.Title, "Handbook")
	f := &atomFeed{
		Language: firstOf(c.Language, "en"), ID: r.absolute("/"), Title: title, Subtitle: c.Description, Author: title,
		Generator: "handbook", Updated: stamp(r.o.Updated[pages[0].Path]),
		Links: []atomLink{{"self", "application/atom+xml", r.absolute(feedName)}, {"alternate", "text/html", r.absolute("/")}},
	}
	for _, p := range pages {
		item := atomItem{ID: r.absolute(p.URL), Title: p.Title, Updated: stamp(r.o.Updated[p.Path]), Summary: p.Front.Description,
			Links: []atomLink{{"alternate", "text/html", r.absolute(p.URL)}}}
		for _, tag := range p.Front.Tags {
			item.Category = append(item.Category, atomTerm{tag})
		}
		f.Entries = append(f.Entries, item)
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	files[feedName] = []byte(xml.Header + string(b) + "\n")
	return nil
}

// stamp is a time as programs read it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
