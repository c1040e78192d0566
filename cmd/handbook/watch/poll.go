package watch

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"time"
)

// Poll is Folders for file systems that tell of no changes, such as those that
// are shared over a network or with a virtual machine: it looks at all files at
// every interval. A change is reported once the next look finds no other one, as
// editors save in several steps.
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
				default: // one is waiting already
				}
			}
			last = now
		}
	}()
	return changes
}

// A fileState is what tells of a change of a file.
type fileState struct {
	mode  fs.FileMode
	bytes int64
	time  int64 // when it was changed last, in nanoseconds since 1970
}

// stateOf looks at the files in folders and below them, but for those that do
// not matter.
func stateOf(folders []string) map[string]fileState {
	all := map[string]fileState{}
	for _, dir := range folders {
		// What can't be read is as if it were not there.
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
