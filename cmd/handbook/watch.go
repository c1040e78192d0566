package main

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

	"github.com/fsnotify/fsnotify"
)

// Editors save in several steps: a new file, its rename, its times. A change
// is reported when nothing has happened for quiet, or at last after tooLong.
const (
	quiet   = 4 * time.Millisecond
	tooLong = 100 * time.Millisecond
)

// watch reports changes of files in folders and all below them, until the
// context ends and the channel is closed. A folder that is not there is
// waited for. Changes that happen while one is being dealt with are reported as one.
func watch(ctx context.Context, folders ...string) (<-chan struct{}, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, watchError(err)
	}
	for _, dir := range folders {
		// What holds the folder tells when it comes, and comes again.
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
				watchBelow(w, e.Name) // of a file it does nothing
			}
			if first.IsZero() {
				first = time.Now()
			}
			timer.Reset(min(quiet, max(0, time.Until(first.Add(tooLong)))))
		case <-w.Errors: // too many events at once: something has changed
			first = time.Now()
			timer.Reset(quiet)
		case <-timer.C:
			first = time.Time{}
			select {
			case changes <- struct{}{}:
			default: // one is waiting already
			}
		}
	}
}

// matters leaves out what editors do around a file: their own hidden and
// backup files, vim's test whether it can write.
func matters(e fsnotify.Event) bool {
	base := filepath.Base(e.Name)
	switch {
	case e.Op == fsnotify.Chmod, strings.HasPrefix(base, "."), strings.HasSuffix(base, "~"),
		strings.HasPrefix(base, "#"), base == "4913":
		return false
	}
	return true
}

// within tells whether a file is one of the folders, or in one of them, rather
// than beside them.
func within(folders []string, name string) bool {
	return slices.ContainsFunc(folders, func(dir string) bool {
		return name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
	})
}

// watchBelow watches a folder and all in it; the system has no such thing.
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
		return w.Add(p)
	})
}

func watchError(err error) error {
	err = fmt.Errorf("can't watch the site's files: %w", err)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, os.ErrPermission) {
		return withHint(err, "the system's limit of watched files is reached: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512")
	}
	return err
}
