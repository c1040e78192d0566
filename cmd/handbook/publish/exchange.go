package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A fixedError says that a folder can't be exchanged for another one.
type fixedError struct{ err error }

func (e *fixedError) Error() string { return e.err.Error() }

// exchange swaps the new site and the folder.
func (s *Stage) exchange(d difference) error {
	if err := s.leaveOut(); err != nil {
		return err
	}
	for _, name := range d.hidden {
		if err := carry(s.publishedPlaceOf(name), s.placeOf(name)); err != nil {
			return err
		}
	}
	swap := exchange
	switch info, err := os.Stat(s.dir); {
	case err == nil:
		if err := os.Chmod(s.fresh, info.Mode().Perm()); err != nil {
			return err
		}
	case errors.Is(err, fs.ErrNotExist):
		swap = os.Rename
	default:
		return err
	}
	if err := flush(s.fresh); err != nil {
		return err
	}
	if err := swap(s.fresh, s.dir); err != nil {
		return &fixedError{err}
	}
	return syncFolder(filepath.Dir(s.dir))
}

// carry adds a file of the old site to the new site: as a hard link if the
// file system supports it, otherwise as a copy with the same times.
func carry(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, b, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}
