//go:build !unix || solaris || aix

package docker

import (
	"errors"
	"os"
)

// lockFile locks a file without waiting. Where it can't, what is left behind
// goes by its age.
func lockFile(*os.File) error { return errors.ErrUnsupported }
