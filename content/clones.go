package content

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"handbook/content/config"
)

// A Clone is a Git repository whose files machines have from elsewhere than the
// address that a lab clones.
type Clone struct {
	config.Clone
	Files []LabFile // of a Folder: relative to the repository's root
}

// keptOnce asks a repository for its files once.
type keptOnce struct {
	once sync.Once
	kept *Kept
	err  error
}

// keptFiles returns the files of the site's repository.
func (s *Site) keptFiles() (*Kept, error) {
	s.kept.once.Do(func() { s.kept.kept, s.kept.err = s.repository().Kept() })
	return s.kept.kept, s.kept.err
}

// Elsewhere reports whether the site is made from files of its repository, too, of
// which the content root says nothing.
func (s *Site) Elsewhere() bool {
	return len(s.Clones) > 0 || slices.ContainsFunc(s.Pages, func(p *Page) bool { return p.Lab != nil && len(p.Lab.Files) > 0 })
}

// clones finds the files of the repositories that labs clone. Those that have the
// site itself come without its pages and settings, or each edit would change them
// all.
func (l *Loader) clones(s *Site) (errs Errors) {
	known := l.cloned
	l.cloned = nil
	for _, c := range s.Config.Clones {
		clone := Clone{Clone: c}
		if c.Folder != "" {
			var err error
			if clone.Files, err = s.filesOf(c, known); err != nil {
				errs = append(errs, &Error{Pos: c.Pos, Msg: "clones: " + err.Error()})
				continue
			}
			l.cloned = append(l.cloned, clone.Files...)
		}
		s.Clones = append(s.Clones, clone)
	}
	return errs
}

func (s *Site) filesOf(c config.Clone, known []LabFile) ([]LabFile, error) {
	kept, err := s.keptFiles()
	if err != nil {
		return nil, err
	}
	folder := path.Join(kept.Content, c.Folder)
	if folder == ".." || strings.HasPrefix(folder, "../") {
		return nil, fmt.Errorf("%q is outside the repository", c.Folder)
	}
	own := within(kept.Content, folder)
	all := &Kept{Content: kept.Content}
	for _, f := range kept.Files {
		if own && within(f.Path, kept.Content) && (strings.HasSuffix(f.Path, ".md") || f.Path == path.Join(kept.Content, config.File)) {
			continue
		}
		all.Files = append(all.Files, KeptFile{f.Path, true})
	}
	p := newPicker(s.repository(), all, known)
	err = p.pick(folder, config.FileName{Path: "."})
	if len(p.files) == 0 && err != nil {
		err = p.nothing(folder, config.FileName{Path: c.Folder})
	}
	return p.files, err
}

// within reports whether a path leads to a folder, or into it.
func within(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
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
	if len(p.Lab.Files) == 0 {
		return nil
	}
	fail := func(name config.FileName, err error) {
		errs = append(errs, &Error{Pos: name.Pos, Msg: "files: " + err.Error()})
	}
	kept, err := s.keptFiles()
	if err != nil {
		fail(p.Lab.Files[0], err)
		return errs
	}
	picker := newPicker(s.repository(), kept, known)
	for _, name := range p.Lab.Files {
		if err := picker.pick(path.Join(kept.Content, path.Dir(p.Path)), name); err != nil {
			fail(name, err)
		}
	}
	p.Files = picker.files
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
func (p *Page) Cloned(t *Tree) (all []Clone) {
	if len(p.named) == 0 {
		return nil
	}
	if t == nil {
		t = p.Tree()
	}
	bind := p.Lab.Placeholders.Binder()
	for _, c := range p.named {
		if slices.ContainsFunc(t.Snippets, func(s *Snippet) bool {
			return s.Runs() && (names(bind(s.Code), c.URL) || names(bind(s.Options.Run), c.URL))
		}) {
			all = append(all, c)
		}
	}
	return all
}

// names reports whether a text has the address of a repository, and not only that
// of one with a longer name.
func names(text, address string) bool {
	if !strings.Contains(text, address) {
		return false
	}
	return regexp.MustCompile(regexp.QuoteMeta(address) + `(?:\.git)?/*(?:[^\w./-]|$)`).MatchString(text)
}
