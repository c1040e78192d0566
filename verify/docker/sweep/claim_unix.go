//go:build unix && !solaris && !aix

package sweep

import (
	"os"
	"syscall"
)

// lockFile locks a file without waiting.
func lockFile(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			return err
		}
	}
}
