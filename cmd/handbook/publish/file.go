package publish

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// File replaces a single file in one step: a crash leaves the old one or the
// new one, and what it leaves beside it is removed by the next call, or by
// SweepFiles.
func File(name string, b []byte) error {
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
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(name))
}

// SweepFiles removes what calls of File that were killed have left in a
// folder, beside files whose names end with suffix.
func SweepFiles(dir, suffix string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var found []string
	for _, e := range entries {
		base, _, ok := strings.Cut(e.Name(), newMark)
		if ok && strings.HasPrefix(base, ".") && strings.HasSuffix(base, suffix) {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	return sweepUnlocked(dir, found)
}

// Sweep removes what a stage has left, beside the folder or within it, whose
// process was killed.
func Sweep(dir string) error {
	target, err := follow(dir)
	if err != nil {
		return err
	}
	found, err := leftovers(sibling(target))
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(target, stageDir)); err == nil {
		found = append(found, filepath.Join(target, stageDir))
	}
	return sweepUnlocked(filepath.Dir(target), found)
}

// sweepUnlocked removes what is in a folder, unless another process is writing
// there: then they may belong to it, and it sweeps too.
func sweepUnlocked(dir string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	unlock, err := tryLock(filepath.Join(dir, "."+newMark))
	if err != nil || unlock == nil {
		return err
	}
	defer unlock()
	return removeAll(names, nil)
}

// removeAll removes what leftovers has found. Another process may do so, too.
func removeAll(names []string, err error) error {
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// syncFolder writes a rename to the disk, where the system can do that.
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
