package rights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/docker/docker/api/types/system"
)

// Probe is a script for bash that does what has to work on a machine: importing
// an image, running it with a network, a published port and limits, building from
// it, and running a command in a container that is not root's. The image is two
// programs with their libraries.
const Probe = `set -e
true=$(type -P true) sleep=$(type -P sleep)
tar -chf - "$true" "$sleep" $({ ldd "$true"; ldd "$sleep"; } | grep -o '/[^ ]*' | sort -u) 2>/dev/null | docker import - handbook-probe
docker run --rm --memory 64m --pids-limit 16 --publish 127.0.0.1::80 handbook-probe "$true"
printf 'FROM handbook-probe\nRUN ["%s"]\n' "$true" | docker build --quiet -
docker run --detach --name handbook-probe --user 1 handbook-probe "$sleep" 60
docker exec handbook-probe "$true"
docker rm --force handbook-probe`

// A Finder finds the least rights with which machines work on an engine. It
// remembers them in the process and in a folder.
type Finder struct {
	Engine    system.Info
	Scripts   []string // which the answer depends on, besides those of this package
	Dir       string   // the folder; "" for none
	Strangers bool     // machines have to hold against an attacker
	Log       *slog.Logger

	mu    sync.Mutex
	found *Rights
}

// A NoneError means that no candidate has passed.
type NoneError struct{ Reasons string } // a line for each candidate, after a line break

func (e *NoneError) Error() string { return "no rights are enough" + e.Reasons }

// Find returns the first candidate that passes. try returns why a candidate
// does not, or "" if it does; an error of it ends the search. If none passes, the
// error is a *NoneError. Callers wait for each other; after an error, the next call
// tries again.
func (f *Finder) Find(image, runtime string, try func(Rights) (why string, err error)) (Rights, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.found == nil {
		r, err := f.find(image, runtime, try)
		if err != nil {
			return Rights{}, err
		}
		f.found = &r
	}
	return *f.found, nil
}

func (f *Finder) find(image, runtime string, try func(Rights) (why string, err error)) (Rights, error) {
	all := f.candidates(runtime)
	file := f.file(image, runtime)
	if name, err := os.ReadFile(file); err == nil {
		for _, r := range all {
			if r.Name == string(name) {
				return r, nil
			}
		}
	}
	var reasons strings.Builder
	for _, r := range all {
		why, err := try(r)
		if err != nil {
			return Rights{}, err
		}
		if why == "" {
			f.Log.Info("rights of machines", "rights", r.Name)
			if !f.Strangers || r.Strong() {
				f.remember(file, r)
			}
			return r, nil
		}
		f.Log.Info("machines need more rights", "rights", r.Name, "why", why)
		fmt.Fprintf(&reasons, "\n    with %s rights: %s", r.Name, why)
	}
	return Rights{}, &NoneError{reasons.String()}
}

// Found returns the rights that were found, if there are any.
func (f *Finder) Found() (r Rights, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.found == nil {
		return Rights{}, false
	}
	return *f.found, true
}

func (f *Finder) candidates(runtime string) []Rights {
	if f.Strangers && runtime == "" {
		return strongCandidates(func(name string) bool {
			_, has := f.Engine.Runtimes[name]
			return has
		})
	}
	return Candidates(runtime)
}

// Forget lets the next Find try all candidates again, because a machine could
// not be made with the rights that were found.
func (f *Finder) Forget(image, runtime string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found = nil
	os.Remove(f.file(image, runtime))
}

func (f *Finder) remember(file string, r Rights) {
	if file == "" {
		return
	}
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(r.Name), 0o644)
	}
	if err != nil { // the next run tries again
		f.Log.Warn("cannot remember the machines' rights", "error", err)
	}
}

// file returns a path that names all that the choice of rights depends on. It
// is "" if nothing is kept.
func (f *Finder) file(image, runtime string) string {
	if f.Dir == "" {
		return ""
	}
	info := f.Engine
	known := append([]string{info.ID, info.ServerVersion, info.KernelVersion, image, runtime, Probe}, f.Scripts...)
	if f.Strangers {
		known = append(known, escapes, fmt.Sprint(slices.Sorted(maps.Keys(info.Runtimes))))
	}
	sum := sha256.Sum256([]byte(strings.Join(known, "\n")))
	return filepath.Join(f.Dir, "rights-"+hex.EncodeToString(sum[:8]))
}
