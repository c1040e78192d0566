//go:build !unix || solaris || aix

package publish

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lock keeps two calls from writing the same folder or file at the same time,
// and from removing the other one's files as leftovers.
func lock(name string) (unlock func(), err error) {
	sum := sha256.Sum256([]byte(strings.ToLower(filepath.Dir(name))))
	file := fmt.Sprintf("handbook-%x.lock", sum[:8])
	return lockedfile.MutexAt(filepath.Join(os.TempDir(), file)).Lock()
}

// tryLock is lock, since there is no non-blocking lock here.
func tryLock(name string) (unlock func(), err error) { return lock(name) }
