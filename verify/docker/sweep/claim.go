package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Claim shows the other handbooks on this computer that a run is alive. It
// is a file in a folder of handbook's, named for the engine and the run, that is locked as
// long as the run's process lives. If nobody holds the claim of a run, its
// process was killed, and what has the run's label was left behind.
type Claim struct{ file *os.File }

// claimPrefix begins the names of claims.
const claimPrefix = "run-"

// Claims are the claims of the runs on one engine.
type Claims struct{ dir, prefix string }

// NewClaims returns the claims in a folder, "" if there is none, of an engine
// with an id.
func NewClaims(dir, engine string) Claims {
	id := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, engine)
	return Claims{dir, claimPrefix + id + "-"}
}

// Take claims a run. It returns nil if it can't; other handbooks then decide
// by the age of what they find.
func (c Claims) Take(run string) *Claim {
	if c.dir == "" || strings.ContainsAny(run, `/\`) {
		return nil
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return nil
	}
	name := filepath.Join(c.dir, c.prefix+run)
	for range 25 {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return nil
		}
		switch err := lockFile(f); {
		case errors.Is(err, errors.ErrUnsupported):
			f.Close()
			os.Remove(name)
			return nil
		case err == nil && isNamed(f, name):
			return &Claim{f}
		}
		// Another handbook has found the file before it was locked, and has
		// it locked for the moment.
		f.Close()
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// abandoned takes over the claims of the runs whose process is gone, by run.
func (c Claims) abandoned() map[string]*Claim {
	runs := map[string]*Claim{}
	if c.dir == "" {
		return runs
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return runs
	}
	for _, entry := range entries {
		run, ok := strings.CutPrefix(entry.Name(), c.prefix)
		if !ok {
			continue
		}
		f, err := os.OpenFile(filepath.Join(c.dir, entry.Name()), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if lockFile(f) == nil && isNamed(f, f.Name()) {
			runs[run] = &Claim{f}
		} else {
			f.Close()
		}
	}
	return runs
}

// isNamed reports whether a file still has its name.
func isNamed(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(name)
	return err == nil && os.SameFile(opened, named)
}

// End ends the claim and removes its file.
func (c *Claim) End() error {
	if c == nil {
		return nil
	}
	// The file goes first: if it were unlocked but still there, the run would
	// seem to be abandoned.
	return errors.Join(os.Remove(c.file.Name()), c.file.Close())
}

// Release unlocks the claim of an abandoned run and keeps its file, for the
// next handbook to find.
func (c *Claim) Release() error { return c.file.Close() }

// Abandoned reports whether a handbook of this computer was killed and nothing
// was swept up since: whether Sweeper.Sweep, on some engine, has work to do.
// Claims older than a day are removed, as what their runs have left can then be
// told by its age.
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
