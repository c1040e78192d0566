package render

import "handbook/content"

// homeLabs is the number of labs up to which the home page lists those of a
// section in place of the section.
const homeLabs = 12

// home fills in what the home page offers: the first lab to start with, and what
// the site covers.
func (f *frame) home(v *View) {
	for _, p := range f.targets.pages {
		if p.Lab != nil {
			l := f.menu.pageLink(v.out, p)
			v.Start = &l
			break
		}
	}
	for _, it := range f.targets.root.items {
		if it.page != nil {
			v.Children = append(v.Children, f.menu.pageLink(v.out, it.page))
			continue
		}
		labs, only := it.sub.labs()
		if !only || len(labs) == 0 || len(labs) > homeLabs {
			v.Children = append(v.Children, f.menu.sectionLink(v.out, it.sub))
			continue
		}
		for _, p := range labs {
			v.Children = append(v.Children, f.menu.pageLink(v.out, p))
		}
	}
}

// labs returns the labs of a section and of those below it, in reading order. only
// reports whether it has no other pages.
func (s *section) labs() (labs []*content.Page, only bool) {
	only = true
	for _, it := range s.items {
		switch {
		case it.sub != nil:
			below, o := it.sub.labs()
			labs, only = append(labs, below...), only && o
		case it.page.Lab != nil:
			labs = append(labs, it.page)
		default:
			only = false
		}
	}
	return labs, only
}
