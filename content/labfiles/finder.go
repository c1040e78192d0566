package labfiles

import (
	"io/fs"
	"path"
	"sync"

	"handbook/content/config"
	"handbook/content/mistake"
)

// A Finder finds files in the repository around a site. It may be used by
// several goroutines at once. It lists the files of the repository once.
type Finder struct {
	repository Repository
	ask        func() (*Kept, error)
}

// NewFinder returns the Finder of a site with that content root. If the file
// system is not a Repository, only files of the content root are found.
func NewFinder(root fs.FS) *Finder {
	r, ok := root.(Repository)
	if !ok {
		r = alone{root}
	}
	return &Finder{r, sync.OnceValues(r.Kept)}
}

// Of returns the files that a page names, by the page's path from the content root.
// Those that an earlier call has returned, and that have not changed since, are not
// read again.
func (f *Finder) Of(page string, names []config.FileName, known []File) (found []File, errs mistake.Errors) {
	if len(names) == 0 {
		return nil, nil
	}
	fail := func(name config.FileName, err error) {
		errs = append(errs, &mistake.Error{Pos: name.Pos, Msg: "files: " + err.Error()})
	}
	kept, err := f.ask()
	if err != nil {
		fail(names[0], err)
		return nil, errs
	}
	picker := newPicker(f.repository, kept, known)
	for _, name := range names {
		if err := picker.pick(path.Join(kept.Content, path.Dir(page)), name); err != nil {
			fail(name, err)
		}
	}
	return picker.files, errs
}
