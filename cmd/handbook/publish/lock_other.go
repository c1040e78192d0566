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

// lock keeps two calls from writing the same folder or file at a time, or
// from taking the other one's work for a leftover.
func lock(name string) (unlock func(), err error) {
	sum := sha256.Sum256([]byte(strings.ToLower(filepath.Dir(name))))
	file := fmt.Sprintf("handbook-%x.lock", sum[:8])
	return lockedfile.MutexAt(filepath.Join(os.TempDir(), file)).Lock()
}

// tryLock is lock: there is no trying here.
func tryLock(name string) (unlock func(), err error) { return lock(name) }
