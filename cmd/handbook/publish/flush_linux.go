package publish

import (
	"os"

	"golang.org/x/sys/unix"
)

// flush writes a new tree to the disk before it gets its name. It is one call for
// the whole file system: a sync for each of some thousand files takes longer than
// all the rest of a build.
func flush(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
