package cache

import (
	"io/fs"
	"syscall"
	"time"
)

// lastChange returns the time of the last change of a file's inode, which
// programs can't set, and the inode's number.
func lastChange(info fs.FileInfo) (time.Time, uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec)), s.Ino
	}
	return info.ModTime(), 0
}
