package publish

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"
)

// tempMark starts the name of a file that is being written in place.
const tempMark = ".handbook-"

// replaceInPlace changes a folder file by file. Everything goes through a
// root: a link within the folder does not lead out of it.
func replaceInPlace(dir string, files map[string][]byte, d difference) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range pagesLast(d.changed) {
		if err := makeRoom(root, name); err != nil {
			return err
		}
		if err := writeFile(root, name, files[name]); err != nil {
			return err
		}
	}
	for _, name := range d.gone {
		if err := remove(root, name); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom makes the folder of a file, and removes what stands in the way of
// it: a file where a folder has to be, or a folder where a file has to be.
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

func writeFile(root *os.Root, name string, b []byte) error {
	temp := path.Join(path.Dir(name), tempMark+path.Base(name))
	err := root.WriteFile(temp, b, 0o666)
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		root.Remove(temp)
	}
	return err
}

// remove removes a file, and the folders that it leaves empty. By now a
// folder of the new site may stand in its place, or its own folder may have
// become a file.
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
