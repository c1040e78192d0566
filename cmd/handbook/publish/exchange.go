package publish

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// A fixedError is a folder that can't be exchanged for another one.
type fixedError struct{ err error }

func (e *fixedError) Error() string { return e.err.Error() }

// exchangeSite writes the whole site beside the folder and lets the two
// change places.
func exchangeSite(dir string, files map[string][]byte, d difference) error {
	fresh, err := makeSibling(dir)
	if err != nil {
		return &fixedError{err}
	}
	defer os.RemoveAll(fresh) // holds the old site if all went well
	if err := stage(fresh, dir, files, d); err != nil {
		return err
	}
	swap := exchange
	if !d.exists {
		swap = os.Rename
	}
	if err := swap(fresh, dir); err != nil {
		return &fixedError{err}
	}
	return syncFolder(filepath.Dir(dir))
}

// stage writes the site into the empty folder fresh: folders first, then files,
// several at once.
func stage(fresh, dir string, files map[string][]byte, d difference) error {
	made := map[string]bool{fresh: true}
	placeOf := func(name string) string { return filepath.Join(fresh, filepath.FromSlash(name)) }
	carried := slices.Concat(d.same, d.hidden)
	for _, name := range slices.Concat(d.changed, carried) {
		folder := filepath.Dir(placeOf(name))
		if made[folder] {
			continue
		}
		made[folder] = true
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
	}
	var g errgroup.Group
	g.SetLimit(2 * runtime.GOMAXPROCS(0)) // they wait for the disk, too
	for part := range slices.Chunk(d.changed, 32) {
		g.Go(func() error {
			for _, name := range part {
				if err := os.WriteFile(placeOf(name), files[name], 0o666); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for part := range slices.Chunk(carried, 64) {
		g.Go(func() error {
			for _, name := range part {
				if err := carry(filepath.Join(dir, filepath.FromSlash(name)), placeOf(name)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if info, err := os.Stat(dir); err == nil {
		if err := os.Chmod(fresh, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return flush(fresh)
}

// carry makes a file of the old site one of the new site too: the same file
// where the file system has links, else a copy with its times.
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

// makeSibling makes an empty folder beside dir. (Not os.MkdirTemp: its
// folders are for their owner's eyes only.)
func makeSibling(dir string) (string, error) {
	name := fmt.Sprint(sibling(dir), time.Now().UnixNano())
	return name, os.Mkdir(name, 0o777)
}
