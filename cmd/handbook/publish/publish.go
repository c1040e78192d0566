// Package publish puts a rendered site into a folder, and single files beside
// others, each in one step.
//
// The new site is written beside the folder, each file when it is made (see Stage),
// and then the two change places in one step of the file system. Whoever reads the folder sees the old site
// or the new one, never a part of each; a crash at any moment leaves one of
// them, and what it leaves behind is removed by the next call. Files whose
// bytes are the same keep their inode and their times.
//
// Where a folder can't be exchanged (it is a mount point, its parent can't be
// written to, the system can't do it) the files are replaced in place,
// each in one step: first what pages refer to, then the pages, and what is gone
// last of all, so that every page finds its assets at any moment.
//
// A folder is written to only if it is empty or has the Marker of an earlier call.
// What is not part of the site is removed from it, except hidden files at its top
// (.gitignore, .git, .nojekyll).
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"handbook/content"
)

// Marker is the file that tells that a folder was written by handbook, and
// may be written again.
const Marker = ".handbook"

const markerText = "Written by handbook build: whatever else is put into this folder is removed by the next one.\n"

// ReasonForeign is the reason of a ForeignError.
const ReasonForeign content.Reason = "files that handbook did not write"

// A ForeignError is a folder with files in it that handbook did not write.
type ForeignError struct {
	Dir   string
	Found string // one of the files
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s holds files that handbook did not write: %q", e.Dir, e.Found)
}

// A Result tells what a call has changed.
type Result struct {
	Written int // files that are new or different
	Removed int // files that are gone
	Same    int // files that were left untouched
	// InPlace tells that the folder could not be exchanged as a whole.
	InPlace bool
}

// Ours tells whether Begin would write into dir, without writing anything: nil
// or the error that Begin would return.
func Ours(dir string) error {
	target, err := follow(dir)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(target, Marker)); err == nil {
		return nil
	}
	found, err := look(target)
	if err != nil {
		return err
	}
	if found.foreign != "" {
		return &ForeignError{target, found.foreign}
	}
	return nil
}

func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q can't be the name of a published file", name)
	}
	return nil
}

// follow resolves symbolic links, so that a link stays and the folder it points
// at is replaced. The folder itself need not exist yet.
func follow(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if to, err := os.Readlink(dir); err == nil {
		return "", fmt.Errorf("%s is a link to %s, which does not exist", dir, to)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return "", err
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(dir))
	if err != nil {
		return "", err
	}
	return filepath.Join(parent, filepath.Base(dir)), nil
}

// newMark is in the names of files and folders that get another one's place.
const newMark = ".new-"

// sibling returns how the names of those that get the place of dir begin.
func sibling(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+strings.TrimPrefix(filepath.Base(dir), ".")+newMark)
}
