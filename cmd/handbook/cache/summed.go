package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
)

// WriteSummed atomically writes a file with a checksum before the text.
func WriteSummed(name string, text []byte) error {
	return File(name, append(checksum(text), text...))
}

// ReadSummed reads the text of a file that WriteSummed has written. It treats
// a damaged file like a missing one.
func ReadSummed(name string) (text []byte, ok bool) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, false
	}
	_, text, _ = bytes.Cut(b, []byte("\n"))
	return text, bytes.Equal(b, append(checksum(text), text...))
}

// checksum returns a line with the checksum of a text.
func checksum(text []byte) []byte {
	sum := sha256.Sum256(text)
	return append(hex.AppendEncode(nil, sum[:]), '\n')
}
