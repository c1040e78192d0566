//go:build unix && !solaris && !aix

package publish

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lock keeps two calls from writing the same folder or file at the same time,
// and from removing the other one's files as leftovers. It locks the parent
// folder, which needs no lock file, and the lock ends with the process.
func lock(name string) (unlock func(), err error) { return flock(name, unix.LOCK_EX) }

// tryLock is lock, but returns nil if another process holds the lock.
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
	if err != nil && err != unix.ENOTSUP && err != unix.ENOLCK { // network file systems may not support it
		f.Close()
		return nil, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return func() { f.Close() }, nil
}
