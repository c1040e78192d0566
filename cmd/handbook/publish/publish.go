// Package publish atomically replaces folders with rendered sites, and single
// files.
//
// The new site is written beside the folder, each file when it is made (see
// Stage), and then both are swapped in one step of the file system. Readers of
// the folder see either the old site or the new one; a crash at any moment
// leaves one of them, and its temporary files are removed by the next call.
// Unchanged files keep their inode and their times.
//
// If a folder can't be swapped (it is a mount point, its parent is not
// writable, the system does not support it), the files are replaced in place,
// each atomically: first the files that pages refer to, then the pages; old
// files are removed last. So every page finds its assets at any moment.
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

// Marker is the file that marks a folder as written by handbook, so that it
// may be overwritten.
const Marker = ".handbook"

const markerText = "Written by handbook build: whatever else is put into this folder is removed by the next one.\n"

// ReasonForeign is the reason of a ForeignError.
const ReasonForeign content.Reason = "files that handbook did not write"

// A ForeignError says that a folder has files that handbook did not write.
type ForeignError struct {
	Dir   string
	Found string // one of the files
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s holds files that handbook did not write: %q", e.Dir, e.Found)
}

// A Result says what a call has changed.
type Result struct {
	Written int // files that are new or different
	Removed int // files that are gone
	Same    int // files that were left untouched
	// InPlace says that the folder could not be swapped as a whole.
	InPlace bool
}

// Ours checks whether Begin would accept dir, without writing anything. It
// returns the error that Begin would return.
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

// follow resolves symbolic links, so that a link stays and its target is
// replaced. The folder itself need not exist yet.
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

// newMark is part of the names of files and folders that will replace another
// one.
const newMark = ".new-"

// sibling returns the prefix of the names of folders that will replace dir.
func sibling(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+strings.TrimPrefix(filepath.Base(dir), ".")+newMark)
}
