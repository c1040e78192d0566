//go:build !unix || solaris || aix

package sweep

import (
	"errors"
	"os"
)

// lockFile can not lock a file on this system. What is left behind is then
// recognized by its age.
func lockFile(*os.File) error { return errors.ErrUnsupported }
