package publish

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A spareSite is the content of a stage's folder at its beginning: nothing, or
// the files and folders of an earlier site, by name. These files may have been
// changed: one becomes part of the new site only if it is the same file as
// that of the published site, which is compared byte for byte.
type spareSite struct {
	files, folders map[string]bool
}

// makeSibling makes a folder beside dir, from the spare site if there is one.
// It does not use os.MkdirTemp, whose folders only their owner can read.
func makeSibling(dir, spare string) (string, spareSite, error) {
	name := fmt.Sprint(sibling(dir), time.Now().UnixNano())
	if spare != "" && os.Rename(spare, name) == nil {
		if o, ok := readSpare(name); ok {
			return name, o, nil
		}
		if err := os.RemoveAll(name); err != nil {
			return name, spareSite{}, err
		}
	}
	return name, spareSite{}, os.Mkdir(name, 0o777)
}

// readSpare lists a spare site. The site can't be used if it has anything but
// files and folders, since a link in it might redirect a write.
func readSpare(dir string) (o spareSite, ok bool) {
	o = spareSite{map[string]bool{}, map[string]bool{}}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		switch name := filepath.ToSlash(rel); {
		case e.IsDir():
			o.folders[name] = true
		case e.Type().IsRegular():
			o.files[name] = true
		default:
			return fs.ErrInvalid
		}
		return nil
	})
	return o, err == nil
}

// leaveOut removes files in the stage that are not part of the new site. It
// lists the folder again, since an old name may refer to a new file if the
// file system ignores case.
func (s *Stage) leaveOut() error {
	if s.reused.files == nil {
		return nil
	}
	there, ok := readSpare(s.fresh)
	if !ok {
		return fmt.Errorf("%s has changed while the site was written", s.fresh)
	}
	for name := range there.folders {
		if name != "." && !s.made[name] {
			if err := os.RemoveAll(s.placeOf(name)); err != nil {
				return err
			}
		}
	}
	for name := range there.files {
		if _, put := s.files[name]; !put {
			if err := os.RemoveAll(s.placeOf(name)); err != nil {
				return err
			}
		}
	}
	return nil
}
