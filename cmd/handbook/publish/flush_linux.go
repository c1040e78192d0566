package publish

import (
	"os"

	"golang.org/x/sys/unix"
)

// flush writes a new tree to the disk before it is renamed. It is one call for
// the whole file system, since a sync of each of some thousand files would
// take longer than the rest of a build.
func flush(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
