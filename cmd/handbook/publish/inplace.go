package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// tempMark starts the name of a file that is being written in place.
const tempMark = ".handbook-"

// stageDir is a folder within the one that is changed. It has the new files
// before any of them is moved into place, and the old ones until all of them
// are.
const (
	stageDir = tempMark + "stage"
	newFiles = stageDir + "/new"
	oldFiles = stageDir + "/old"
)

// replaceInPlace changes a folder file by file. Everything that needs room on
// the disk is done before the first file is changed; if something fails after
// that, all changes are undone. It uses an os.Root, so that links within the
// folder do not lead out of it.
func (s *Stage) replaceInPlace(d difference) error {
	if !s.inside {
		if err := s.bringIn(d.changed); err != nil {
			return errors.Join(err, os.RemoveAll(filepath.Join(s.dir, stageDir)))
		}
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	defer root.RemoveAll(stageDir)
	for _, name := range append(d.changed[:len(d.changed):len(d.changed)], d.gone...) {
		keepOld(root, name)
	}
	done, err := exchangeFiles(root, d)
	if err == nil {
		return nil
	}
	if undone := changeBack(root, done, d.gone); undone != nil {
		return fmt.Errorf("%w; some files are new, others old: %w", err, undone)
	}
	return err
}

// exchangeFiles moves the new files into the places of the old ones, and
// returns those that it has moved.
func exchangeFiles(root *os.Root, d difference) (done []string, err error) {
	for _, name := range pagesLast(d.changed) {
		if err := makeRoom(root, name); err != nil {
			return done, err
		}
		err := root.Rename(newFiles+"/"+name, name)
		if errors.Is(err, syscall.EXDEV) { // its folder is a separate file system
			err = copyFile(root, newFiles+"/"+name, name)
		}
		if err != nil {
			return done, err
		}
		done = append(done, name)
	}
	put := map[string]string{}
	for _, name := range done {
		put[strings.ToLower(name)] = name
	}
	for _, name := range d.gone {
		if isOther(root, name, put[strings.ToLower(name)]) {
			continue
		}
		if err := remove(root, name); err != nil {
			return done, err
		}
	}
	return done, nil
}

// isOther reports whether a name refers to the same file as another name that
// was put, as Foo.html and foo.html do if the file system ignores case.
func isOther(root *os.Root, name, put string) bool {
	if put == "" || put == name {
		return false
	}
	a, errA := root.Lstat(name)
	b, errB := root.Lstat(put)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// changeBack undoes what exchangeFiles has done.
func changeBack(root *os.Root, done, gone []string) (err error) {
	for _, name := range done {
		if _, kept := root.Lstat(oldFiles + "/" + name); kept != nil {
			err = errors.Join(err, remove(root, name))
		}
	}
	for _, name := range append(done, gone...) {
		if _, kept := root.Lstat(oldFiles + "/" + name); kept != nil {
			continue
		}
		if broken := makeRoom(root, name); broken != nil {
			err = errors.Join(err, broken)
			continue
		}
		// Renaming a file that was not removed to itself has no effect.
		err = errors.Join(err, root.Rename(oldFiles+"/"+name, name))
	}
	return err
}

// keepOld makes a hard link to a file. If the file system does not support
// that, changes can't be undone.
func keepOld(root *os.Root, name string) {
	old := oldFiles + "/" + name
	if info, err := root.Lstat(name); err != nil || info.IsDir() || root.MkdirAll(path.Dir(old), 0o777) != nil {
		return
	}
	_ = root.Link(name, old)
}

// bringIn moves new files that were written beside the folder into it.
func (s *Stage) bringIn(names []string) error {
	inside, err := makeInside(s.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		to := filepath.Join(inside, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if os.Rename(s.placeOf(name), to) == nil {
			continue
		}
		b, err := os.ReadFile(s.placeOf(name)) // the folder is a file system of its own
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, b, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom makes the folder of a file, and removes what is in the way: a file
// in place of a folder, or a folder in place of the file.
func makeRoom(root *os.Root, name string) error {
	var parents []string
	for p := path.Dir(name); p != "."; p = path.Dir(p) {
		parents = append(parents, p)
	}
	for _, p := range slices.Backward(parents) {
		info, err := root.Lstat(p)
		if err == nil && !info.IsDir() {
			err = errors.Join(root.Remove(p), fs.ErrNotExist)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = root.Mkdir(p, 0o777)
		}
		if err != nil {
			return err
		}
	}
	if info, err := root.Lstat(name); err == nil && info.IsDir() {
		return root.RemoveAll(name)
	}
	return nil
}

// copyFile copies a file over another one.
func copyFile(root *os.Root, from, name string) error {
	b, err := root.ReadFile(from)
	if err != nil {
		return err
	}
	temp := path.Join(path.Dir(name), tempMark+path.Base(name))
	err = root.WriteFile(temp, b, 0o666)
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		root.Remove(temp)
	}
	return err
}

// remove removes a file, and the folders that it leaves empty. By now the name
// may be a folder of the new site, or its parent may have become a file.
func remove(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return nil
	}
	if err := root.Remove(name); err != nil {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if root.Remove(dir) != nil {
			return nil
		}
	}
	return nil
}
