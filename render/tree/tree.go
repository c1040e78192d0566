// Package tree sorts the pages of a site into sections, which are its folders.
package tree

import (
	"path"
	"strings"

	"handbook/content"
)

// A Section is a folder of pages.
type Section struct {
	Dir    string        // relative to the content root, "." for the root
	Page   *content.Page // its index.md, or nil
	Items  []Item        // in reading order
	Subs   []*Section
	Parent *Section
}

// An Item is a page of a section or a section below it.
type Item struct {
	Page *content.Page
	Sub  *Section
}

// New sorts pages into sections. They must be in reading order.
func New(pages []*content.Page) *Section {
	root := &Section{Dir: "."}
	byDir := map[string]*Section{".": root}
	for _, p := range pages {
		s := sectionAt(byDir, path.Dir(p.Path))
		if p.IsSection() {
			s.Page = p
		} else {
			s.Items = append(s.Items, Item{Page: p})
		}
	}
	return root
}

// sectionAt returns the section of a folder. It makes the section and its parents
// if necessary.
func sectionAt(byDir map[string]*Section, dir string) *Section {
	if s := byDir[dir]; s != nil {
		return s
	}
	parent := sectionAt(byDir, path.Dir(dir))
	s := &Section{Dir: dir, Parent: parent}
	parent.Subs = append(parent.Subs, s)
	parent.Items = append(parent.Items, Item{Sub: s})
	byDir[dir] = s
	return s
}

// All returns the section and all below it.
func (s *Section) All() []*Section {
	list := []*Section{s}
	for _, sub := range s.Subs {
		list = append(list, sub.All()...)
	}
	return list
}

// Find returns the section of a folder.
func (s *Section) Find(dir string) *Section {
	for _, sub := range s.Subs {
		if dir == sub.Dir {
			return sub
		}
		if strings.HasPrefix(dir, sub.Dir+"/") {
			return sub.Find(dir)
		}
	}
	return s
}

// Title returns the title of the section's page, or the name of its folder.
func (s *Section) Title() string {
	if s.Page != nil {
		return s.Page.Title
	}
	name := spaced.Replace(path.Base(s.Dir))
	return strings.ToUpper(name[:1]) + name[1:]
}

var spaced = strings.NewReplacer("-", " ", "_", " ")

// URL returns the section's site-relative URL.
func (s *Section) URL() string {
	switch {
	case s.Page != nil:
		return s.Page.URL
	case s.Dir == ".":
		return "/"
	}
	return "/" + s.Dir + "/"
}

// Path returns the section and the sections above it.
func (s *Section) Path() map[*Section]bool {
	way := make(map[*Section]bool)
	for ; s != nil; s = s.Parent {
		way[s] = true
	}
	return way
}
