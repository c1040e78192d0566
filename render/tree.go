package render

import (
	"path"
	"strings"

	"handbook/content"
)

// A section is a folder of pages.
type section struct {
	dir    string        // relative to the content root, "." for the root
	page   *content.Page // its index.md, or nil
	pages  []*content.Page
	subs   []*section
	parent *section
}

// newTree sorts pages, which are in reading order, into sections.
func newTree(pages []*content.Page) *section {
	root := &section{dir: "."}
	byDir := map[string]*section{".": root}
	for _, p := range pages {
		s := sectionAt(byDir, path.Dir(p.Path))
		if p.IsSection() {
			s.page = p
		} else {
			s.pages = append(s.pages, p)
		}
	}
	return root
}

// sectionAt returns the section of a folder, made with its parents if needed.
func sectionAt(byDir map[string]*section, dir string) *section {
	if s := byDir[dir]; s != nil {
		return s
	}
	parent := sectionAt(byDir, path.Dir(dir))
	s := &section{dir: dir, parent: parent}
	parent.subs = append(parent.subs, s)
	byDir[dir] = s
	return s
}

// all returns the section and all below it.
func (s *section) all() []*section {
	list := []*section{s}
	for _, sub := range s.subs {
		list = append(list, sub.all()...)
	}
	return list
}

// find returns the section of a folder.
func (s *section) find(dir string) *section {
	for _, sub := range s.subs {
		if dir == sub.dir {
			return sub
		}
		if strings.HasPrefix(dir, sub.dir+"/") {
			return sub.find(dir)
		}
	}
	return s
}

// title is what readers call the section.
func (s *section) title() string {
	if s.page != nil {
		return s.page.Title
	}
	name := strings.NewReplacer("-", " ", "_", " ").Replace(path.Base(s.dir))
	return strings.ToUpper(name[:1]) + name[1:]
}

// url is the section's site-relative URL.
func (s *section) url() string {
	switch {
	case s.page != nil:
		return s.page.URL
	case s.dir == ".":
		return "/"
	}
	return "/" + s.dir + "/"
}

// A Link is a link of the theme: in a menu, a list, a trail.
type Link struct {
	Title       string
	URL         string
	Description string
	Current     bool
	External    bool
	State       string // of a lab: fresh, stale, failed, none; "" for other pages
	Links       []Link // below it
}

// sidebarReach is how many pages of a section the sidebar shows before and
// after the current one: what a page weighs must not grow with the site.
const sidebarReach = 15

// sidebar shows a page's surroundings: the top sections, and within the
// current one its pages and the sections on the way to the current page.
func (r *Renderer) sidebar(out string, s *section, p *content.Page) []Link {
	var links []Link
	if s == r.tree {
		links = r.neighbours(out, s, p)
	}
	for _, sub := range r.tree.subs {
		links = append(links, r.branch(out, sub, s, p))
	}
	return links
}

// branch is a section in the sidebar, opened if the current page lies in it.
func (r *Renderer) branch(out string, s, current *section, p *content.Page) Link {
	l := r.sectionLink(out, s)
	l.Current = s == current && (p == nil || p == s.page)
	if current == s || strings.HasPrefix(current.dir, s.dir+"/") {
		if current == s {
			l.Links = r.neighbours(out, s, p)
		}
		for _, sub := range s.subs {
			l.Links = append(l.Links, r.branch(out, sub, current, p))
		}
	}
	return l
}

// neighbours are the pages of the current section around the current page.
func (r *Renderer) neighbours(out string, s *section, p *content.Page) []Link {
	at := 0
	for i, q := range s.pages {
		if q == p {
			at = i
		}
	}
	first, last := max(0, at-sidebarReach), min(len(s.pages), at+sidebarReach+1)
	var links []Link
	for _, q := range s.pages[first:last] {
		l := r.pageLink(out, q)
		l.Current = q == p
		links = append(links, l)
	}
	if left := len(s.pages) - (last - first); left > 0 {
		links = append(links, Link{Title: plural(left, "more page"), URL: relative(out, outNameOf(s.url()))})
	}
	return links
}

func (r *Renderer) pageLink(out string, p *content.Page) Link {
	l := Link{Title: p.Title, URL: relative(out, outName(p)), Description: p.Front.Description}
	if p.Lab != nil {
		l.State = stateName(p.State)
	}
	return l
}

func (r *Renderer) sectionLink(out string, s *section) Link {
	if s.page != nil {
		return r.pageLink(out, s.page)
	}
	return Link{Title: s.title(), URL: relative(out, outNameOf(s.url()))}
}

// trail leads from the home page to the section above the page.
func (r *Renderer) trail(out string, s *section, p *content.Page) []Link {
	if p == s.page {
		s = s.parent
	}
	var links []Link
	for ; s != nil; s = s.parent {
		l := r.sectionLink(out, s)
		if s.dir == "." {
			l.Title = "Home"
		}
		links = append([]Link{l}, links...)
	}
	return links
}

// children lists what a section holds, for its own page.
func (r *Renderer) children(out string, s *section) []Link {
	var links []Link
	for _, p := range s.pages {
		links = append(links, r.pageLink(out, p))
	}
	for _, sub := range s.subs {
		links = append(links, r.sectionLink(out, sub))
	}
	return links
}
