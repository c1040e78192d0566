package labfiles

import (
	"errors"
	"io"
	"io/fs"

	"handbook/content/file"
)

// Limits on the files of a lab, or of the stand-in for a repository.
const (
	maxFiles = 2000
	maxBytes = 16 << 20

	maxLooks = 5_000_000 // comparisons of a page's patterns with the names of files and folders
)

// A File is a file of the repository that is put on a lab's machine before the
// lab's first command.
type File struct {
	Path   string // on the machine: relative to the lab's directory
	Exec   bool   // it may be executed
	Size   int64
	Digest string // "sha256:…"

	source string // its path in the repository
	from   Repository
	stamp  file.Stamp
}

// Bytes reads the file. It is an error if the file has changed since the page
// was read.
func (f *File) Bytes() ([]byte, error) {
	b, err := readKept(f.from, f.source)
	if err == nil && file.Digest(b) != f.Digest {
		err = &fs.PathError{Op: "read", Path: f.source, Err: errors.New("it has changed since the page was read")}
	}
	return b, err
}

// Mode returns the permissions of the file on the machine.
func (f *File) Mode() fs.FileMode {
	if f.Exec {
		return 0o755
	}
	return 0o644
}

// readKept reads a file of a repository.
func readKept(r Repository, name string) ([]byte, error) {
	f, err := r.OpenKept(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxBytes {
		return nil, file.TooLarge(name, info.Size(), maxBytes)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err == nil && len(b) > maxBytes {
		err = file.TooLarge(name, int64(len(b)), maxBytes)
	}
	return b, err
}
