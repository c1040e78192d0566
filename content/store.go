package content

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// A Key is a digest of everything that a value was made from.
type Key [sha256.Size]byte

// KeyOf returns the key of a value that is made from these parts; kind names
// what is made. Where one part ends and the next begins matters: "ab", "c" is
// not "a", "bc".
func KeyOf(kind string, parts ...string) Key {
	b := keyTexts.Get().(*[]byte)
	defer keyTexts.Put(b)
	text := (*b)[:0]
	for _, s := range append([]string{kind}, parts...) {
		text = append(binary.LittleEndian.AppendUint64(text, uint64(len(s))), s...)
	}
	*b = text
	return sha256.Sum256(text)
}

// keyTexts are buffers for the joined parts of keys. Without them, a twentieth
// of the memory that a build allocates would be copies of pages.
var keyTexts = sync.Pool{New: func() any { return new([]byte) }}

// A Store is a cache that outlives the program. It is used by several goroutines
// at once.
type Store interface {
	// Get returns the value of a key, or nil if the store does not have it.
	// The caller must not change it.
	Get(Key) []byte
	// Put stores a value, which must not be empty. It returns no error, since
	// a value that could not be stored is made again.
	Put(Key, []byte)
}

// Cached returns the value of a key. If the store does not have it, it is made,
// and stored unless there is an error. The store may be nil. The value must
// depend on nothing but what the key was made from.
func Cached(s Store, key Key, make func() ([]byte, error)) ([]byte, error) {
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
