package live

import (
	"errors"
	"fmt"

	"handbook/cmd/handbook/preview"
)

// pages is what the pages of labs are told and ask for.
type pages struct{ site *Site }

// IsLab implements preview.Labs.
func (p pages) IsLab(file string) bool { return p.site.Board.IsLab(file) }

// Follow implements preview.Labs.
func (p pages) Follow(file string) preview.Follower { return p.site.Board.Follow(file) }

// errNoLab says that what a page asks for is about a lab that there is no more.
var errNoLab = errors.New("this page is no lab any more")

// Act implements preview.Labs.
func (p pages) Act(file string, what preview.Action) (answer any, err error) {
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
	}
	return nil, fmt.Errorf("no action is called %q", what.Do)
}
