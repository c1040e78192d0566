package publish

import "golang.org/x/sys/unix"

// exchange lets two folders change places in one step. Old kernels and some file
// systems, such as NFS, can't.
func exchange(fresh, dir string) error {
	return unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, dir, unix.RENAME_EXCHANGE)
}
