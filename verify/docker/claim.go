package docker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A claim tells other handbooks on this computer that a run lives: a file in
// CacheDir, named for the engine and the run, that is locked as long as its
// process does. What carries the label of a run whose claim nobody holds was
// left behind by a process that was killed, however young it is.
type claim struct {
	file *os.File
}

const claimPrefix = "run-"

func (e *Engine) claimPrefix() string {
	id := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, e.info.ID)
	return filepath.Join(e.opts.CacheDir, claimPrefix+id+"-")
}

// takeClaim claims the run. Without one, others go by the age of what they
// find; so that it can't is no error.
func (e *Engine) takeClaim() {
	if e.opts.CacheDir == "" || strings.ContainsAny(e.opts.Run, `/\`) {
		return
	}
	if err := os.MkdirAll(e.opts.CacheDir, 0o755); err != nil {
		return
	}
	name := e.claimPrefix() + e.opts.Run
	for range 25 {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return
		}
		switch err := lockFile(f); {
		case errors.Is(err, errors.ErrUnsupported):
			f.Close()
			os.Remove(name)
			return
		case err == nil && isNamed(f, name):
			e.claim.file = f
			return
		}
		// Another handbook has just found the file, not locked yet, and
		// takes it for abandoned; it will not be long.
		f.Close()
		time.Sleep(20 * time.Millisecond)
	}
}

func isNamed(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(name)
	return err == nil && os.SameFile(opened, named)
}

// dropClaim ends the run. The file goes first: unlocked and still there it
// would be an abandoned one.
func (e *Engine) dropClaim() error {
	if e.claim.file == nil {
		return nil
	}
	err := errors.Join(os.Remove(e.claim.file.Name()), e.claim.file.Close())
	e.claim.file = nil
	return err
}

// abandoned returns the runs on this engine whose process is gone, each with
// its claim, which is held meanwhile.
func (e *Engine) abandoned() map[string]claim {
	runs := map[string]claim{}
	if e.opts.CacheDir == "" {
		return runs
	}
	entries, err := os.ReadDir(e.opts.CacheDir)
	if err != nil {
		return runs
	}
	prefix := filepath.Base(e.claimPrefix())
	for _, entry := range entries {
		run, ok := strings.CutPrefix(entry.Name(), prefix)
		if !ok {
			continue
		}
		f, err := os.OpenFile(filepath.Join(e.opts.CacheDir, entry.Name()), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if lockFile(f) == nil && isNamed(f, f.Name()) {
			runs[run] = claim{f}
		} else {
			f.Close()
		}
	}
	return runs
}

// end gives up the claim of an abandoned run, for good if nothing of it is
// left.
func (c claim) end(clean bool) {
	if clean {
		os.Remove(c.file.Name())
	}
	c.file.Close()
}

// Abandoned tells whether a handbook of this computer was killed and nothing
// has been swept up since: whether Sweep, on some engine, has work to do.
// After a day its leftovers go by their age, and the claim is forgotten.
func Abandoned(cacheDir string) bool {
	files, err := filepath.Glob(filepath.Join(cacheDir, claimPrefix+"*"))
	if err != nil {
		return false
	}
	found := false
	for _, name := range files {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		info, err := f.Stat()
		if lockFile(f) == nil && err == nil {
			if time.Since(info.ModTime()) > 24*time.Hour {
				os.Remove(name)
			} else {
				found = true
			}
		}
		f.Close()
	}
	return found
}
