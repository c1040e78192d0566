package publish

import "golang.org/x/sys/unix"

// exchange atomically swaps two folders. Old kernels and some file systems,
// such as NFS, do not support it.
func exchange(fresh, dir string) error {
	return unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, dir, unix.RENAME_EXCHANGE)
}
