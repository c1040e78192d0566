package render

import (
	"handbook/content"
	"handbook/render/calls"
	"handbook/render/locale"
	"handbook/render/place"
	"handbook/render/results"
)

// A Link is a link in the sidebar, a list or a trail.
type Link struct {
	Title       string
	URL         string
	Path        string // of a page, relative to the content root
	Description string
	Current     bool
	External    bool
	State       string // of a lab: "fresh", "stale", "failed" or "none"; else ""
	Links       []Link // below it
	More        string // key in treeName of the links below it, if they are left out
	Rest        bool   // stands for the rest of a long list; More is the key of the list
}

// A menu makes the lists of links to a site's pages.
type menu struct {
	root  *section
	fresh content.Freshness
	words *locale.Locale
}

// sidebarReach is the number of items that the sidebar shows before and after
// the current one. The size of a page must not grow with the site.
const sidebarReach = 15

// sidebar returns the top sections, and within the current one its items and the
// sections above the current page. p is nil if the page has no source file.
func (m *menu) sidebar(out string, s *section, p *content.Page) []Link {
	at := shownOn{out, s, p, s.path()}
	return m.level(at, m.root)
}

// A shownOn is the page on which the sidebar is shown.
type shownOn struct {
	out  string
	s    *section
	page *content.Page
	way  map[*section]bool // s and the sections above it
}

// level lists a section's items. Sections above the current page list theirs.
func (m *menu) level(at shownOn, s *section) []Link {
	current := 0
	for i, it := range s.items {
		if it.page != nil && it.page == at.page || it.sub != nil && at.way[it.sub] {
			current = i
		}
	}
	first, last := max(0, current-sidebarReach), min(len(s.items), current+sidebarReach+1)
	var links []Link
	for _, it := range s.items[first:last] {
		if it.page != nil {
			l := m.pageLink(at.out, it.page)
			l.Current = it.page == at.page
			links = append(links, l)
			continue
		}
		l := m.sectionLink(at.out, it.sub)
		l.Current = it.sub == at.s && (at.page == nil || at.page == it.sub.page)
		switch {
		case at.way[it.sub]:
			l.Links = m.level(at, it.sub)
		case len(it.sub.items) > 0:
			l.More = place.At(it.sub.url())
		}
		links = append(links, l)
	}
	if left := len(s.items) - (last - first); left > 0 {
		out := place.At(s.url())
		links = append(links, Link{Title: m.words.Text("more-pages", "n", left), URL: place.Relative(at.out, out), More: out, Rest: true})
	}
	return links
}

// treeName is the file with all links of the sidebar. It is loaded when a reader
// unfolds a section that is not near the page. It has no digest in its name,
// because then each title that changes would change all pages.
const treeName = "tree.js"

// index writes treeName, a call of a function of the theme's script:
// hbTree({section: [[title, url, state, section's key], …], …}).
func (m *menu) index(files Files) {
	sections := make(map[string][][]string)
	for _, s := range m.root.all() {
		rows := [][]string{}
		for _, it := range s.items {
			rows = append(rows, m.row(it))
		}
		if len(rows) > 0 {
			sections[place.At(s.url())] = rows
		}
	}
	files[treeName] = calls.Write("hbTree", sections)
}

// row returns a link of the tree. Empty values at its end are left out.
func (m *menu) row(it item) []string {
	if it.page == nil {
		out := place.At(it.sub.url())
		row := []string{it.sub.title(), place.Escape(out)}
		if len(it.sub.items) > 0 {
			row = append(row, "", out)
		}
		return row
	}
	row := []string{it.page.Title, place.Escape(place.Of(it.page))}
	if it.page.Lab != nil {
		row = append(row, results.StateName(m.fresh.Of(it.page).State))
	}
	return row
}

func (m *menu) pageLink(out string, p *content.Page) Link {
	l := Link{Title: p.Title, URL: place.Relative(out, place.Of(p)), Path: p.Path, Description: p.Front.Description}
	if p.Lab != nil {
		l.State = results.StateName(m.fresh.Of(p).State)
	}
	return l
}

func (m *menu) sectionLink(out string, s *section) Link {
	if s.page != nil {
		return m.pageLink(out, s.page)
	}
	return Link{Title: s.title(), URL: place.Relative(out, place.At(s.url()))}
}

// trail returns the links from the home page to the section above a page.
func (m *menu) trail(out string, s *section, p *content.Page) []Link {
	if p == s.page {
		s = s.parent
	}
	var links []Link
	for ; s != nil; s = s.parent {
		l := m.sectionLink(out, s)
		if s.dir == "." {
			l.Title = m.words.Text("home")
		}
		links = append([]Link{l}, links...)
	}
	return links
}

// children lists the items of a section, for the section's page.
func (m *menu) children(out string, s *section) []Link {
	var links []Link
	for _, it := range s.items {
		if it.page != nil {
			links = append(links, m.pageLink(out, it.page))
		} else {
			links = append(links, m.sectionLink(out, it.sub))
		}
	}
	return links
}
