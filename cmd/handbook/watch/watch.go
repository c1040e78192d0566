// Package watch reports changes of files.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"handbook/content"

	"github.com/fsnotify/fsnotify"
)

// Editors save in several steps: a new file, its rename, its times. A change
// is reported when nothing has happened for the time quiet, but after tooLong
// at the latest.
const (
	quiet   = 4 * time.Millisecond
	tooLong = 100 * time.Millisecond
)

// Folders reports changes of files in folders and all below them, until the
// context ends; then the channel is closed. A folder that does not exist yet
// is watched when it is created. Changes while the receiver is busy are
// reported as one.
func Folders(ctx context.Context, folders ...string) (<-chan struct{}, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, watchError(err)
	}
	for _, dir := range folders {
		// The parent folder reports when the folder is created, or created
		// again.
		err := w.Add(filepath.Dir(dir))
		if err == nil {
			err = watchBelow(w, dir)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.Close()
			return nil, watchError(err)
		}
	}
	changes := make(chan struct{}, 1)
	go func() {
		defer close(changes)
		defer w.Close()
		collect(ctx, w, folders, changes)
	}()
	return changes, nil
}

func collect(ctx context.Context, w *fsnotify.Watcher, folders []string, changes chan<- struct{}) {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	var first time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-w.Events:
			if !matters(e) || !within(folders, e.Name) {
				continue
			}
			if e.Has(fsnotify.Create) {
				watchBelow(w, e.Name) // no effect for a file
			}
			if first.IsZero() {
				first = time.Now()
			}
			timer.Reset(min(quiet, max(0, time.Until(first.Add(tooLong)))))
		case <-w.Errors: // an overflow of events: something has changed
			first = time.Now()
			timer.Reset(quiet)
		case <-timer.C:
			first = time.Time{}
			select {
			case changes <- struct{}{}:
			default: // a notification is pending already
			}
		}
	}
}

// matters ignores other files that editors write: hidden files, backups, and
// the file with which vim tests whether it can write.
func matters(e fsnotify.Event) bool {
	return e.Op != fsnotify.Chmod && !isBeside(filepath.Base(e.Name))
}

// isBeside reports whether a name is that of a file that editors write beside
// the saved one.
func isBeside(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasPrefix(base, "#") || base == "4913"
}

// within reports whether a file is one of the folders or in one of them, and
// not beside them.
func within(folders []string, name string) bool {
	return slices.ContainsFunc(folders, func(dir string) bool {
		return name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
	})
}

// watchBelow watches a folder and all folders in it one by one, since the
// system does not watch trees.
func watchBelow(w *fsnotify.Watcher, dir string) error {
	return filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && p == dir:
			return err
		case err != nil, !e.IsDir():
			return nil // it may be gone by now
		case p != dir && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"):
			return fs.SkipDir
		}
		if err := w.Add(p); err != nil && (p == dir || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
		return nil
	})
}

// ReasonLimit is the reason of a LimitError.
const ReasonLimit content.Reason = "too many watched files"

// A LimitError says that the system watches no more files.
type LimitError struct{ Err error }

func (e *LimitError) Error() string { return "can't watch the site's files: " + e.Err.Error() }
func (e *LimitError) Unwrap() error { return e.Err }

func watchError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, os.ErrPermission) {
		return &LimitError{err}
	}
	return fmt.Errorf("can't watch the site's files: %w", err)
}
