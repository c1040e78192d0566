package live

import (
	"errors"
	"fmt"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/preview"
)

// pages answers the pages of labs.
type pages struct{ site *Site }

// Follow implements preview.Labs.
func (p pages) Follow(file string) preview.Follower { return p.site.Board.Follow(file) }

// errNoLab says that what a page asks for is about a lab that there is no more.
var errNoLab = errors.New("this page is no lab any more")

// Act implements preview.Labs.
func (p pages) Act(file string, what preview.Action) (answer any, err error) {
	if what.Do == "run" {
		if err := p.site.look(); err != nil {
			return nil, err
		}
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
		return nil, p.site.accepted.accept(path, what.What)
	case "undo":
		return nil, p.site.accepted.undo(path)
	}
	return nil, fmt.Errorf("no action is called %q", what.Do)
}

// look reads the site as it is on the disk, which may not have been told of yet: who
// asks for a lab means what was saved last.
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

// read reads the site and checks its records. The caller holds the lock.
func (s *Site) read() (*labs.Site, error) {
	site, err := s.loader.Load(s.Here.FS(), s.Here.Name)
	if err != nil {
		return nil, s.Here.Readable(err)
	}
	return labs.Check(site, s.Here.Content, s.store)
}
