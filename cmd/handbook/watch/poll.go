package watch

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"time"
)

// Poll is Folders for file systems that do not report changes, such as those
// shared over a network or with a virtual machine. It checks all files at
// every interval. It reports a change when the next check finds no further
// one, since editors save in several steps.
func Poll(ctx context.Context, interval time.Duration, folders ...string) <-chan struct{} {
	changes := make(chan struct{}, 1)
	go func() {
		defer close(changes)
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		reported := stateOf(folders)
		last := reported
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			now := stateOf(folders)
			if maps.Equal(now, last) && !maps.Equal(now, reported) {
				reported = now
				select {
				case changes <- struct{}{}:
				default: // a notification is pending already
				}
			}
			last = now
		}
	}()
	return changes
}

// A fileState shows whether a file has changed.
type fileState struct {
	mode  fs.FileMode
	bytes int64
	time  int64 // when it was changed last, in nanoseconds since 1970
}

// stateOf returns the states of the files in folders and below, except for
// those that do not matter.
func stateOf(folders []string) map[string]fileState {
	all := map[string]fileState{}
	for _, dir := range folders {
		// What can't be read counts as missing.
		_ = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if e.IsDir() {
				if name != dir && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules") {
					return fs.SkipDir
				}
				return nil
			}
			if info, err := e.Info(); err == nil && !isBeside(e.Name()) {
				all[name] = fileState{info.Mode(), info.Size(), info.ModTime().UnixNano()}
			}
			return nil
		})
	}
	return all
}
