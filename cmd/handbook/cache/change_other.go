//go:build !linux

package cache

import (
	"io/fs"
	"time"
)

// lastChange is when a file was last changed, as far as its times tell.
func lastChange(info fs.FileInfo) (time.Time, uint64) { return info.ModTime(), 0 }
