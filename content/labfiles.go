package content

import (
	"slices"
	"strings"

	"handbook/content/labfiles"
)

// Elsewhere reports whether the site also depends on files of its repository
// outside of the content root.
func (s *Site) Elsewhere() bool {
	return len(s.Clones) > 0 || slices.ContainsFunc(s.Pages, func(p *Page) bool { return p.Lab != nil && len(p.Lab.Files) > 0 })
}

// bring finds the files that the page's lab has on its machine, and the
// repositories that the page names.
func (p *Page) bring(s *Site) (errs Errors) {
	known := p.Files
	p.Files, p.named = nil, nil
	if p.Lab == nil {
		return nil
	}
	for _, c := range s.Clones {
		if strings.Contains(string(p.Source), c.URL) {
			p.named = append(p.named, c)
		}
	}
	p.Files, errs = s.finder.Of(p.Path, p.Lab.Files, known)
	return errs
}

// again returns a copy of a page whose text has not changed since it was read.
// The files around it may have.
func (p *Page) again(s *Site) (*Page, Errors) {
	q := p.copy()
	errs := q.bring(s)
	if len(p.Files)+len(p.named)+len(q.Files)+len(q.named) > 0 {
		q.Key = q.key()
	}
	return q, errs
}

// Cloned returns those of the site's clones that the commands and files of a lab
// name. The tree is that of the page; if it is nil, the page is parsed.
func (p *Page) Cloned(t *Tree) (all []labfiles.Clone) {
	if len(p.named) == 0 {
		return nil
	}
	if t == nil {
		t = p.Tree()
	}
	bind := p.Lab.Placeholders.Binder()
	for _, c := range p.named {
		if slices.ContainsFunc(t.Snippets, func(s *Snippet) bool {
			return s.Runs() && (c.In(bind(s.Code)) || c.In(bind(s.Options.Run)))
		}) {
			all = append(all, c)
		}
	}
	return all
}
