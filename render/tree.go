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
	items  []item        // in reading order
	subs   []*section
	parent *section
}

// An item is a page of a section or a section below it.
type item struct {
	page *content.Page
	sub  *section
}

// newTree sorts pages into sections. They must be in reading order.
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

// sectionAt returns the section of a folder. It makes the section and its parents
// if necessary.
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

// title returns the title of the section's page, or the name of its folder.
func (s *section) title() string {
	if s.page != nil {
		return s.page.Title
	}
	name := strings.NewReplacer("-", " ", "_", " ").Replace(path.Base(s.dir))
	return strings.ToUpper(name[:1]) + name[1:]
}

// url returns the section's site-relative URL.
func (s *section) url() string {
	switch {
	case s.page != nil:
		return s.page.URL
	case s.dir == ".":
		return "/"
	}
	return "/" + s.dir + "/"
}

// path returns the section and the sections above it.
func (s *section) path() map[*section]bool {
	way := make(map[*section]bool)
	for ; s != nil; s = s.parent {
		way[s] = true
	}
	return way
}
