package publish

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A killed process leaves no incomplete file in a published folder. What it
// leaves is beside the folder, or in its stageDir, until the next call.

// Sweep removes what killed processes have left, beside the folder and within
// it.
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

// SweepFiles removes what killed calls of File have left in a folder, for
// files whose names end with suffix.
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

// sweepUnlocked removes leftovers in a folder, unless another process is
// writing there: then they may belong to that process, which sweeps too.
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

// removeAll removes what leftovers has found. Another process may do so at the
// same time.
func removeAll(names []string, err error) error {
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// leftovers returns the names that start with prefix. It does not use
// filepath.Glob, since the folder's own name may contain wildcards.
func leftovers(prefix string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(prefix))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(prefix)) {
			names = append(names, filepath.Join(filepath.Dir(prefix), e.Name()))
		}
	}
	return names, nil
}
