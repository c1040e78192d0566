package publish

import (
	"os"

	"golang.org/x/sys/unix"
)

// flush brings a new tree to the disk before its name does get there. One
// call for the file system: a sync for each of some thousand files takes
// longer than all the rest of a build.
func flush(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}

func flushDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
