//go:build !linux

package cache

import (
	"io/fs"
	"time"
)

// lastChange returns the modification time of a file.
func lastChange(info fs.FileInfo) (time.Time, uint64) { return info.ModTime(), 0 }
