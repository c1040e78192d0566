package content

import (
	"crypto/sha256"
	"encoding/binary"
)

// A Key is a digest of all that something was made from.
type Key [sha256.Size]byte

// KeyOf is the key of what a program makes of these parts; kind says what that
// is. Parts are told apart: "ab", "c" is not "a", "bc".
func KeyOf(kind string, parts ...string) Key {
	h := sha256.New()
	var size [8]byte
	write := func(s string) {
		binary.LittleEndian.PutUint64(size[:], uint64(len(s)))
		h.Write(size[:])
		h.Write([]byte(s))
	}
	write(kind)
	for _, p := range parts {
		write(p)
	}
	return Key(h.Sum(nil))
}

// A Store keeps what was made, from one run of the program to the next. It is
// used by several goroutines at once.
type Store interface {
	// Get returns what was put under a key, whole and unchanged, or nil if
	// the store does not have it (any more). Callers don't change it.
	Get(Key) []byte
	// Put keeps a value that is not empty. It can't fail: what was not kept is
	// made again.
	Put(Key, []byte)
}

// Keep returns what the store has under the key, else what is made now, which
// it keeps unless there is an error. A nil store keeps nothing. What is made
// may depend on nothing but what the key is of.
func Keep(s Store, key Key, make func() ([]byte, error)) ([]byte, error) {
	if s != nil {
		if b := s.Get(key); b != nil {
			return b, nil
		}
	}
	b, err := make()
	if err == nil && s != nil && len(b) > 0 {
		s.Put(key, b)
	}
	return b, err
}
