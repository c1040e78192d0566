package render

import (
	"cmp"
	"encoding/xml"
	"slices"
	"time"

	"handbook/content"
)

// feedName is the Atom feed of changed pages (RFC 4287). There is none without
// the site's address and the times of changes.
const feedName = "feed.xml"

// feedLength is the number of pages in the feed: those that were changed last.
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

// hasFeed reports whether there is a feed. Every page links to it.
func (f *frame) hasFeed() bool {
	return f.address != "" && slices.ContainsFunc(f.targets.pages, func(p *content.Page) bool { _, ok := f.o.Updated[p.Path]; return ok })
}

// lately returns the pages whose time of change is known, the last changed first.
func (x *indexes) lately() []*content.Page {
	var pages []*content.Page
	for _, p := range x.targets.pages {
		if _, ok := x.o.Updated[p.Path]; ok {
			pages = append(pages, p)
		}
	}
	slices.SortStableFunc(pages, func(a, b *content.Page) int {
		return cmp.Or(x.o.Updated[b.Path].Compare(x.o.Updated[a.Path]), cmp.Compare(a.Path, b.Path))
	})
	return pages[:min(len(pages), feedLength)]
}

func (x *indexes) feed() error {
	if !x.feeds {
		return nil
	}
	c, pages := x.site.Config, x.lately()
	title := cmp.Or(c.Title, "Handbook")
	f := &atomFeed{
		Language: x.theme.words.Language, ID: x.address.Of("/"), Title: title, Subtitle: c.Description, Author: title,
		Generator: "handbook", Updated: stamp(x.o.Updated[pages[0].Path]),
		Links: []atomLink{{"self", "application/atom+xml", x.address.Of(feedName)}, {"alternate", "text/html", x.address.Of("/")}},
	}
	for _, p := range pages {
		item := atomItem{ID: x.address.Of(p.URL), Title: p.Title, Updated: stamp(x.o.Updated[p.Path]), Summary: p.Front.Description,
			Links: []atomLink{{"alternate", "text/html", x.address.Of(p.URL)}}}
		for _, tag := range p.Front.Tags {
			item.Category = append(item.Category, atomTerm{tag})
		}
		f.Entries = append(f.Entries, item)
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	x.files[feedName] = []byte(xml.Header + string(b) + "\n")
	return nil
}

// stamp formats a time for programs.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
