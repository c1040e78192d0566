package cache

import (
	"io/fs"
	"syscall"
	"time"
)

// lastChange is when anything of a file was last changed, its times too, which
// nobody can set; and what file it is.
func lastChange(info fs.FileInfo) (time.Time, uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec)), s.Ino
	}
	return info.ModTime(), 0
}
