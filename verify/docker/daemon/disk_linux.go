package daemon

import "syscall"

// FreeDisk returns how many bytes are free in a directory's file system.
func freeDisk(dir string) (int64, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return int64(fs.Bavail) * int64(fs.Bsize), true
}
