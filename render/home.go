package render

import (
	"handbook/content"
	"handbook/render/tree"
)

// homeLabs is the largest number of labs in a section that the home page lists
// one by one.
const homeLabs = 12

// home fills in the first lab to start with, and what the site covers.
func (f *frame) home(v *View) {
	for _, p := range f.targets.Pages {
		if p.Lab != nil {
			l := f.menu.pageLink(v.out, p)
			v.Start = &l
			break
		}
	}
	for _, it := range f.targets.Root.Items {
		if it.Page != nil {
			v.Children = append(v.Children, f.menu.pageLink(v.out, it.Page))
			continue
		}
		labs, only := labsOf(it.Sub)
		if !only || len(labs) == 0 || len(labs) > homeLabs {
			v.Children = append(v.Children, f.menu.sectionLink(v.out, it.Sub))
			continue
		}
		for _, p := range labs {
			v.Children = append(v.Children, f.menu.pageLink(v.out, p))
		}
	}
}

// labsOf returns the labs of a section and of those below it, in reading order. only
// reports whether it has no other pages.
func labsOf(s *tree.Section) (labs []*content.Page, only bool) {
	only = true
	for _, it := range s.Items {
		switch {
		case it.Sub != nil:
			below, o := labsOf(it.Sub)
			labs, only = append(labs, below...), only && o
		case it.Page.Lab != nil:
			labs = append(labs, it.Page)
		default:
			only = false
		}
	}
	return labs, only
}
