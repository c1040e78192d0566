package indexes

import (
	"cmp"
	"encoding/xml"
	"slices"
	"time"

	"handbook/content"
)

// FeedName is the Atom feed of changed pages (RFC 4287). It needs the site's
// address and the times of changes.
const FeedName = "feed.xml"

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

// HasFeed reports whether there is a feed. Every page links to it.
func (x *Site) HasFeed() bool {
	return x.Address != "" && slices.ContainsFunc(x.Pages, func(p *content.Page) bool { _, ok := x.Updated[p.Path]; return ok })
}

// lately returns the pages with a known time of change, the last changed
// first.
func (x *Site) lately() []*content.Page {
	var pages []*content.Page
	for _, p := range x.Pages {
		if _, ok := x.Updated[p.Path]; ok {
			pages = append(pages, p)
		}
	}
	slices.SortStableFunc(pages, func(a, b *content.Page) int {
		return cmp.Or(x.Updated[b.Path].Compare(x.Updated[a.Path]), cmp.Compare(a.Path, b.Path))
	})
	return pages[:min(len(pages), feedLength)]
}

// feed returns the feed.
func (x *Site) feed() ([]byte, error) {
	c, pages := x.Config, x.lately()
	title := cmp.Or(c.Title, "Handbook")
	f := &atomFeed{
		Language: x.Words.Language, ID: x.Address.Of("/"), Title: title, Subtitle: c.Description, Author: title,
		Generator: "handbook", Updated: Stamp(x.Updated[pages[0].Path]),
		Links: []atomLink{{"self", "application/atom+xml", x.Address.Of(FeedName)}, {"alternate", "text/html", x.Address.Of("/")}},
	}
	for _, p := range pages {
		item := atomItem{ID: x.Address.Of(p.URL), Title: p.Title, Updated: Stamp(x.Updated[p.Path]), Summary: p.Front.Description,
			Links: []atomLink{{"alternate", "text/html", x.Address.Of(p.URL)}}}
		for _, tag := range p.Front.Tags {
			item.Category = append(item.Category, atomTerm{tag})
		}
		f.Entries = append(f.Entries, item)
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, err
	}
	return []byte(xml.Header + string(b) + "\n"), nil
}

// Stamp formats a time for programs.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
