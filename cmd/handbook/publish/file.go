package publish

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// File atomically replaces a single file. A crash leaves the old one or the
// new one; temporary files that it leaves are removed by the next call, or by
// SweepFiles.
func File(name string, b []byte) error {
	return file(name, b, 0o644, func() error { return nil })
}

// ErrChanged says that a file does not have the expected bytes.
var ErrChanged = errors.New("the file was changed meanwhile")

// Replace replaces a file as File does and keeps its permissions, but only if
// it still has the bytes old right before. Otherwise it returns ErrChanged. A
// nil old means that the file must not exist, and a nil b removes it.
func Replace(name string, old, b []byte) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	same := func() error {
		now, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			now = nil
		case err != nil:
			return err
		}
		if (now == nil) != (old == nil) || !bytes.Equal(now, old) {
			return ErrChanged
		}
		return nil
	}
	if err := same(); err != nil {
		return err
	}
	if b == nil {
		return os.Remove(name)
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	return file(name, b, mode, same)
}

// file is File with a check right before the rename.
func file(name string, b []byte, mode fs.FileMode, check func() error) error {
	unlock, err := lock(name)
	if err != nil {
		return err
	}
	defer unlock()
	mark := sibling(name)
	if err := removeAll(leftovers(mark)); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(mark))
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = check()
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		if gone := os.Remove(f.Name()); gone != nil {
			return errors.Join(err, gone)
		}
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// syncFolder writes a rename to the disk, if the system supports that.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
