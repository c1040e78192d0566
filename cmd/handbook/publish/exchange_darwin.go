package publish

import "golang.org/x/sys/unix"

// exchange lets two folders change places in one step. File systems other than
// APFS can't.
func exchange(fresh, dir string) error { return unix.RenamexNp(fresh, dir, unix.RENAME_SWAP) }
