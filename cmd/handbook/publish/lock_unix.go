//go:build unix && !solaris && !aix

package publish

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lock keeps two calls from writing the same folder or file at a time, or
// from taking the other one's work for a leftover. It is the lock of the
// parent folder, which needs no file of its own and goes away with the
// process.
func lock(name string) (unlock func(), err error) { return flock(name, unix.LOCK_EX) }

// tryLock is lock, or nil if another one has it.
func tryLock(name string) (unlock func(), err error) {
	unlock, err = flock(name, unix.LOCK_EX|unix.LOCK_NB)
	if pathErr, ok := err.(*os.PathError); ok && pathErr.Err == unix.EWOULDBLOCK {
		return nil, nil
	}
	return unlock, err
}

func flock(name string, how int) (unlock func(), err error) {
	f, err := os.Open(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	for err = unix.EINTR; err == unix.EINTR; {
		err = unix.Flock(int(f.Fd()), how)
	}
	if err != nil && err != unix.ENOTSUP && err != unix.ENOLCK { // network file systems may not have it
		f.Close()
		return nil, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return func() { f.Close() }, nil
}
