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
	items  []item        // what it holds, in reading order
	subs   []*section
	parent *section
}

// An item is a page of a section or a section below it.
type item struct {
	page *content.Page
	sub  *section
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
			s.items = append(s.items, item{page: p})
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
	parent.items = append(parent.items, item{sub: s})
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
	Path        string // of a page, relative to the content root
	Description string
	Current     bool
	External    bool
	State       string // of a lab: fresh, stale, failed, none; "" for other pages
	Links       []Link // below it
	More        string // key in the site's tree (treeName) of links that could stand below it
	Rest        bool   // stands for the rest of a long list; More is the key of all of it
}

// sidebarReach is how many items of a section the sidebar shows before and
// after the current one: what a page weighs must not grow with the site.
const sidebarReach = 15

// sidebar shows a page's surroundings: the top sections, and within the
// current one its items and the sections on the way to the current page. p is
// nil on the page of a section that has none.
func (r *Renderer) sidebar(out string, s *section, p *content.Page) []Link {
	at := place{out, s, p, s.path()}
	return r.level(at, r.tree)
}

// A place is where the sidebar is shown.
type place struct {
	out  string
	s    *section
	page *content.Page
	way  map[*section]bool // the section and those above it
}

// level lists a section's items; those on the way to the current page are open.
func (r *Renderer) level(at place, s *section) []Link {
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
			l := r.pageLink(at.out, it.page)
			l.Current = it.page == at.page
			links = append(links, l)
			continue
		}
		l := r.sectionLink(at.out, it.sub)
		l.Current = it.sub == at.s && (at.page == nil || at.page == it.sub.page)
		switch {
		case at.way[it.sub]:
			l.Links = r.level(at, it.sub)
		case len(it.sub.items) > 0:
			l.More = outNameOf(it.sub.url())
		}
		links = append(links, l)
	}
	if left := len(s.items) - (last - first); left > 0 {
		out := outNameOf(s.url())
		links = append(links, Link{Title: plural(left, "more page"), URL: relative(at.out, out), More: out, Rest: true})
	}
	return links
}

// treeName is the file that holds all that the sidebar could show: loaded when
// a reader unfolds what is not near the page, once for all pages. Like the
// search's it is a script, and has no digest in its name.
const treeName = "tree.js"

// treeFile writes the sections as a call of the theme's script:
// hbTree({section: [[title, url, state, section's key], …], …}).
func (r *Renderer) treeFile(files Files) error {
	sections := make(map[string][][]string)
	for _, s := range r.tree.all() {
		rows := [][]string{}
		for _, it := range s.items {
			rows = append(rows, treeRow(it))
		}
		if len(rows) > 0 {
			sections[outNameOf(s.url())] = rows
		}
	}
	return writeCall(files, treeName, "hbTree", sections)
}

// treeRow is a link of the tree; what it lacks at its end is left out.
func treeRow(it item) []string {
	if it.page == nil {
		out := outNameOf(it.sub.url())
		row := []string{it.sub.title(), escapePath(out)}
		if len(it.sub.items) > 0 {
			row = append(row, "", out)
		}
		return row
	}
	row := []string{it.page.Title, escapePath(outName(it.page))}
	if it.page.Lab != nil {
		row = append(row, stateName(it.page.State))
	}
	return row
}

// path is the section and all above it.
func (s *section) path() map[*section]bool {
	way := make(map[*section]bool)
	for ; s != nil; s = s.parent {
		way[s] = true
	}
	return way
}

func (r *Renderer) pageLink(out string, p *content.Page) Link {
	l := Link{Title: p.Title, URL: relative(out, outName(p)), Path: p.Path, Description: p.Front.Description}
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
	for _, it := range s.items {
		if it.page != nil {
			links = append(links, r.pageLink(out, it.page))
		} else {
			links = append(links, r.sectionLink(out, it.sub))
		}
	}
	return links
}
