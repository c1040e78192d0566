package live

import (
	"errors"
	"fmt"
	"path/filepath"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/edit"
	"handbook/cmd/handbook/preview"
	"handbook/content"
)

// pages handles the requests of lab pages.
type pages struct{ site *Site }

// Follow implements preview.Labs.
func (p pages) Follow(file string) preview.Follower { return p.site.Board.Follow(file) }

// errNoLab says that a page's lab no longer exists.
var errNoLab = errors.New("this page is no lab any more")

// Act implements preview.Labs.
func (p pages) Act(file string, what preview.Action) (answer any, err error) {
	if what.Do == "run" {
		if err := p.site.look(); err != nil {
			return nil, err
		}
	}
	if what.Do == "edit" {
		return nil, p.site.edit(file, what.What)
	}
	if what.Do == "type" || what.Do == "resize" || what.Do == "close" {
		return nil, p.site.terminals.act(what)
	}
	path, ok := p.site.Board.Path(file)
	if !ok {
		return nil, errNoLab
	}
	switch what.Do {
	case "run":
		if !p.site.Labs.Ask(path) {
			return nil, errNoLab
		}
		return nil, nil
	case "stop":
		p.site.Labs.Stop(path)
		return nil, nil
	case "accept":
		return nil, p.site.change(path, func() error { return p.site.accepted.accept(path, what.What) })
	case "undo":
		return nil, p.site.change(path, func() error { return p.site.accepted.undo(path) })
	}
	return nil, fmt.Errorf("no action is called %q", what.Do)
}

// edit opens a snippet of a page in the author's editor.
func (s *Site) edit(file string, ids []string) error {
	page := s.Board.Page(file)
	if s.Editor == nil || page == nil || len(ids) != 1 {
		return errors.New("there is nothing to edit")
	}
	line, ok := edit.LineOf(page, ids[0])
	if !ok {
		return fmt.Errorf("the page has no snippet %q any more", ids[0])
	}
	return s.Editor.Open(filepath.Join(s.Here.Content, filepath.FromSlash(page.Path)), line)
}

// edited returns the page that was edited, if only one was, and its first line
// that has changed. The page is nil if the preview does not follow edits.
func (s *Site) edited(now *labs.Site) (p *content.Page, line int) {
	if !s.Follows || s.last == nil {
		return nil, 0
	}
	var edited []*content.Page
	for _, p := range now.Pages {
		if was := s.last.Page(p.Path); was == nil || was.Key != p.Key {
			edited = append(edited, p)
		}
	}
	if len(edited) != 1 {
		return nil, 0
	}
	p, line = edited[0], 1
	if was := s.last.Page(p.Path); was != nil {
		line = edit.Edited(was.Source, p.Source)
	}
	return p, line
}

// look reads the site from the disk, where changes may not have been reported
// yet. A request to run a lab is about what was saved last.
func (s *Site) look() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	checked, err := s.read()
	if err != nil {
		return err
	}
	stale, fresh := s.Labs.Choose(checked)
	s.Labs.Want(checked, stale)
	s.Board.Show(checked, fresh)
	return nil
}

// change changes a page by outputs of its last run, and then reads the site.
// The lab is not run again because of that: if the page is still not fresh,
// other outputs that differ are known already. Problems of the site are
// reported when it is rendered.
func (s *Site) change(path string, do func() error) error {
	defer s.Labs.Spare(path)()
	if err := do(); err != nil {
		return err
	}
	_ = s.look()
	return nil
}

// read reads the site and checks its records, after writing the records of
// labs whose outputs were accepted. The caller holds the lock.
func (s *Site) read() (*labs.Site, error) {
	checked, err := s.check()
	if err != nil {
		return checked, err
	}
	settled := s.accepted.settle(checked)
	if len(settled) == 0 {
		return checked, nil
	}
	for _, path := range settled {
		fmt.Fprintf(s.Log, "%s: the page expects what its last run has printed: the record is written\n", checked.Page(path).File())
	}
	return s.check()
}

// check reads the site and checks its records.
func (s *Site) check() (*labs.Site, error) {
	site, err := s.loader.Load(s.Here.FS(), s.Here.Name)
	if err != nil {
		return nil, s.Here.Readable(err)
	}
	return labs.Check(site, s.Here.Content, s.store)
}
