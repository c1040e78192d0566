// Package keep reads old labs from the disk, writes the handbook made from
// them, and preserves later edits of its author.
package keep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"handbook/cmd/handbook/adopt"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/summary"
	"handbook/cmd/handbook/publish"
)

// Names of files in the new folder.
const (
	Guesses  = "adopted.md"    // every guess
	Drift    = "drift.md"      // what has drifted
	manifest = ".adopted.json" // digests of what was written, to detect edits
)

// A Result says what was written.
type Result struct {
	Written int
	Edited  []string // files that the author has edited
	Deleted []string // files that the author has removed
}

// A ForeignError says that a folder has files that adopt did not write.
type ForeignError struct{ Dir string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s has files that adopt did not write", e.Dir)
}

// A state is the content of the manifest: digests of files as they were
// written.
type state struct {
	Files   map[string]string  `json:"files"`
	Repairs map[string]repairs `json:"repairs,omitempty"` // by page of the source
}

// repairs are those found by runs for a page, with its digest.
type repairs struct {
	Digest string         `json:"digest"`
	Lines  repair.Repairs `json:"lines"`
}

// Repairs returns the repairs that earlier runs have found, for pages that
// have not changed since.
func Repairs(dir string, source fs.FS) (map[string]repair.Repairs, error) {
	all := map[string]repair.Repairs{}
	s, err := load(dir)
	if err != nil {
		return nil, err
	}
	for page, r := range s.Repairs {
		if b, err := fs.ReadFile(source, page); err == nil && sum(b) == r.Digest {
			all[page] = r.Lines
		}
	}
	return all, nil
}

// Write writes the book to a folder, and copies other files of the source.
func Write(dir string, source fs.FS, book *adopt.Book, found map[string]repair.Repairs) (Result, error) {
	var r Result
	was, err := load(dir)
	if err != nil {
		return r, err
	}
	now := state{Files: map[string]string{}}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return r, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return r, err
	}
	defer root.Close()
	w := &folder{dir: dir, root: root, was: was, now: &now, result: &r}
	for _, name := range slices.Sorted(maps.Keys(book.Files)) {
		if err := w.file("content/"+name, book.Files[name]); err != nil {
			return r, err
		}
	}
	for _, name := range book.Copies {
		if book.Files[name] != nil {
			continue
		}
		b, err := fs.ReadFile(source, name)
		if err != nil {
			continue // reported when the source is listed
		}
		if err := w.file("content/"+name, b); err != nil {
			return r, err
		}
	}
	if err := w.own(Guesses, summary.Guesses(book)); err != nil {
		return r, err
	}
	for name, digest := range was.Files { // pages that were removed from the source stay
		if _, ok := now.Files[name]; !ok {
			now.Files[name] = digest
		}
	}
	now.Repairs = map[string]repairs{}
	for page, lines := range found {
		if b, err := fs.ReadFile(source, page); err == nil && len(lines) > 0 {
			now.Repairs[page] = repairs{sum(b), lines}
		}
	}
	b, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return r, err
	}
	return r, publish.File(filepath.Join(dir, manifest), append(b, '\n'))
}

// WriteReport writes the drift report, as a file and as a page of the
// handbook.
func WriteReport(dir string, text summary.Report) error {
	return errors.Join(
		publish.File(filepath.Join(dir, Drift), text.Markdown),
		publish.File(filepath.Join(dir, "content", Drift), text.Page),
	)
}

func load(dir string) (state, error) {
	s := state{Files: map[string]string{}}
	b, err := os.ReadFile(filepath.Join(dir, manifest))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(dir)
		if err == nil && len(entries) > 0 {
			return s, &ForeignError{dir}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("%s: %w", filepath.Join(dir, manifest), err)
	}
	return s, nil
}

// A folder is the folder of the new handbook.
type folder struct {
	dir    string
	root   *os.Root
	was    state
	now    *state
	result *Result
}

// file writes a file unless the author has edited or deleted it.
func (f *folder) file(name string, b []byte) error {
	digest := sum(b)
	old, known := f.was.Files[name]
	have, err := read(f.root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if known {
			f.result.Deleted = append(f.result.Deleted, name)
			f.now.Files[name] = old
			return nil
		}
	case err != nil:
		return err
	case sum(have) == digest:
		f.now.Files[name] = digest
		return nil
	case !known || sum(have) != old:
		f.result.Edited = append(f.result.Edited, name)
		if known {
			f.now.Files[name] = old
		}
		return nil
	}
	f.now.Files[name] = digest
	f.result.Written++
	return f.own(name, b)
}

// own writes a file and replaces an existing one.
func (f *folder) own(name string, b []byte) error {
	if err := f.root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o777); err != nil {
		return err
	}
	if _, err := f.root.Lstat(filepath.FromSlash(name)); err == nil {
		if err := f.root.Remove(filepath.FromSlash(name)); err != nil { // a link is not followed
			return err
		}
	}
	mode := fs.FileMode(0o666)
	if bytes.HasPrefix(b, []byte("#!")) { // labs copy it to their machines with its mode
		mode = 0o777
	}
	return f.root.WriteFile(filepath.FromSlash(name), b, mode)
}

func read(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(h[:])
}
