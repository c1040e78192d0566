package file

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"handbook/content/wording"
)

// Read reads a file of at most most bytes.
func Read(fsys fs.FS, name string, most int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, TooLarge(name, info.Size(), most)
	}
	b, err := fs.ReadFile(fsys, name)
	if err == nil && int64(len(b)) > most {
		err = TooLarge(name, int64(len(b)), most)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// TooLarge returns the error of reading a file of more than most bytes.
func TooLarge(name string, size, most int64) error {
	return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%s, which is more than %s", wording.BinarySize(size), wording.BinarySize(most))}
}

// Digest returns the SHA-256 digest of the bytes of a file, in the form of
// records, "sha256:…".
func Digest(b []byte) string {
	h := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(h[:])
}

// Kind names what is neither a regular file nor a folder.
func Kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	}
	return "device"
}

// Reason returns the text of a file system's error without the path.
func Reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
