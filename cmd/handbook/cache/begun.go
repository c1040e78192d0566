package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"handbook/cmd/handbook/publish"
)

// beginSuffix ends the names of files that are being written.
const beginSuffix = ".begun"

// begin makes a file that is to be called otherwise when it is whole, see end.
// Meanwhile it is locked, which goes with the process: without a lock it was
// left behind.
func begin(dir, name string) (*os.File, error) {
	for range 10 {
		f, err := os.CreateTemp(dir, name+".*"+beginSuffix)
		if err != nil {
			return nil, err
		}
		if err := publish.TryLock(f); err == nil && isNamed(f) || errors.Is(err, errors.ErrUnsupported) {
			return f, nil
		}
		f.Close() // somebody has found it before it was locked, and removes it
	}
	return nil, errors.New("cannot lock a file of the cache")
}

func isNamed(f *os.File) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(f.Name())
	return err == nil && os.SameFile(opened, named)
}

// end closes a file and gives it its name.
func end(f *os.File, name string) error {
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // what is open keeps its name there
		if err := f.Close(); err != nil {
			return err
		}
		return os.Rename(f.Name(), name)
	}
	return errors.Join(os.Rename(f.Name(), name), f.Close())
}

// abandon gives a file up.
func abandon(f *os.File) {
	f.Close()
	_ = os.Remove(f.Name())
}

// File replaces a file in the cache's folder, which is made if it is not there.
// Who reads it finds all of it. What calls that were killed have left goes with
// the next.
func File(name string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	sweepBegun(filepath.Dir(name), "*")
	f, err := begin(filepath.Split(name))
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = end(f, name)
	}
	if err != nil {
		abandon(f)
	}
	return err
}

// sweepBegun removes what runs that were killed have left in a folder, of the
// names that a pattern matches. Where files can't be locked, age has to tell.
func sweepBegun(dir, pattern string) {
	for _, name := range glob(dir, pattern+beginSuffix) {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		info, err := f.Stat()
		locked := publish.TryLock(f)
		if locked == nil {
			_ = os.Remove(name)
		}
		f.Close()
		if errors.Is(locked, errors.ErrUnsupported) && err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(name)
		}
	}
}

// glob is filepath.Glob below a folder, whose own name may hold wildcards.
func glob(dir, pattern string) []string {
	names, _ := fs.Glob(os.DirFS(dir), pattern)
	for i, name := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return names
}
