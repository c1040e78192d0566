//go:build unix && !solaris && !aix

package publish

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lock keeps two calls from writing the same folder at a time, or from taking
// the other one's work for a leftover. It is the lock of the parent folder,
// which needs no file of its own and goes away with the process.
func lock(dir string) (unlock func(), err error) {
	f, err := os.Open(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil && err != unix.ENOTSUP && err != unix.ENOLCK { // network file systems may not have it
		f.Close()
		return nil, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return func() { f.Close() }, nil
}
