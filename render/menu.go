package render

import (
	"handbook/content"
	"handbook/render/calls"
	"handbook/render/locale"
	"handbook/render/place"
	"handbook/render/results"
	"handbook/render/tree"
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
	root  *tree.Section
	fresh content.Freshness
	words *locale.Locale
	small bool // the sidebar shows all items
}

func newMenu(root *tree.Section, fresh content.Freshness, words *locale.Locale) *menu {
	items := 0
	for _, s := range root.All() {
		items += len(s.Items)
	}
	return &menu{root, fresh, words, items <= sidebarAll}
}

// sidebarReach is the number of items that the sidebar shows before and after
// the current one. The size of a page must not grow with the site.
const sidebarReach = 15

// sidebarAll is the number of items up to which the sidebar shows all of them.
const sidebarAll = 30

// sidebar returns the top sections, and within the current one its items and the
// sections above the current page; of a small site, it returns everything. p is
// nil if the page has no source file.
func (m *menu) sidebar(out string, s *tree.Section, p *content.Page) []Link {
	at := shownOn{out, s, p, s.Path()}
	return m.level(at, m.root)
}

// A shownOn is the page on which the sidebar is shown.
type shownOn struct {
	out  string
	s    *tree.Section
	page *content.Page
	way  map[*tree.Section]bool // s and the sections above it
}

// level lists a section's items. Sections above the current page list theirs.
func (m *menu) level(at shownOn, s *tree.Section) []Link {
	current := 0
	for i, it := range s.Items {
		if it.Page != nil && it.Page == at.page || it.Sub != nil && at.way[it.Sub] {
			current = i
		}
	}
	first, last := max(0, current-sidebarReach), min(len(s.Items), current+sidebarReach+1)
	var links []Link
	for _, it := range s.Items[first:last] {
		if it.Page != nil {
			l := m.pageLink(at.out, it.Page)
			l.Current = it.Page == at.page
			links = append(links, l)
			continue
		}
		l := m.sectionLink(at.out, it.Sub)
		l.Current = it.Sub == at.s && (at.page == nil || at.page == it.Sub.Page)
		switch {
		case at.way[it.Sub] || m.small:
			l.Links = m.level(at, it.Sub)
		case len(it.Sub.Items) > 0:
			l.More = place.At(it.Sub.URL())
		}
		links = append(links, l)
	}
	if left := len(s.Items) - (last - first); left > 0 {
		out := place.At(s.URL())
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
func (m *menu) index(out *named) {
	sections := make(map[string][][]string)
	for _, s := range m.root.All() {
		rows := [][]string{}
		for _, it := range s.Items {
			rows = append(rows, m.row(it))
		}
		if len(rows) > 0 {
			sections[place.At(s.URL())] = rows
		}
	}
	out.put(treeName, calls.Write("hbTree", sections))
}

// row returns a link of the tree. Empty values at its end are left out.
func (m *menu) row(it tree.Item) []string {
	if it.Page == nil {
		out := place.At(it.Sub.URL())
		row := []string{it.Sub.Title(), place.Escape(out)}
		if len(it.Sub.Items) > 0 {
			row = append(row, "", out)
		}
		return row
	}
	row := []string{it.Page.Title, place.Escape(place.Of(it.Page))}
	if it.Page.Lab != nil {
		row = append(row, results.StateName(m.fresh.Of(it.Page).State))
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

func (m *menu) sectionLink(out string, s *tree.Section) Link {
	if s.Page != nil {
		return m.pageLink(out, s.Page)
	}
	return Link{Title: s.Title(), URL: place.Relative(out, place.At(s.URL()))}
}

// trail returns the links from the home page to the section above a page.
func (m *menu) trail(out string, s *tree.Section, p *content.Page) []Link {
	if p == s.Page {
		s = s.Parent
	}
	var links []Link
	for ; s != nil; s = s.Parent {
		l := m.sectionLink(out, s)
		if s.Dir == "." {
			l.Title = m.words.Text("home")
		}
		links = append([]Link{l}, links...)
	}
	return links
}

// children lists the items of a section, for the section's page.
func (m *menu) children(out string, s *tree.Section) []Link {
	var links []Link
	for _, it := range s.Items {
		if it.Page != nil {
			links = append(links, m.pageLink(out, it.Page))
		} else {
			links = append(links, m.sectionLink(out, it.Sub))
		}
	}
	return links
}
