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
	mark := sibling(name, newMark)
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

// Sweep removes what a call of Dir that was killed has left beside the
// folder.
func Sweep(dir string) error {
	target, err := follow(dir)
	if err != nil {
		return err
	}
	olds, err := leftovers(sibling(target, oldMark))
	if err != nil {
		return err
	}
	news, err := leftovers(sibling(target, newMark))
	if err != nil || len(olds)+len(news) == 0 {
		return err
	}
	unlock, err := tryLock(target)
	if err != nil || unlock == nil {
		return err
	}
	defer unlock()
	return sweep(target)
}

// sweepUnlocked removes files of a folder, unless somebody is writing there
// just now: then they may be that one's, who sweeps too.
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

// removeAll removes what leftovers has found. Another one may be at it, too.
func removeAll(names []string, err error) error {
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// syncFolder brings a rename to the disk, where the system can.
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
