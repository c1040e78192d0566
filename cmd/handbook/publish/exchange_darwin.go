package publish

import "golang.org/x/sys/unix"

// exchange atomically swaps two folders. Only APFS supports it.
func exchange(fresh, dir string) error { return unix.RenamexNp(fresh, dir, unix.RENAME_SWAP) }
