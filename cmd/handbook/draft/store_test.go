package draft

import (
	"fmt"
	"testing"

	"handbook/content"
)

// TestStore puts more than the memory may hold.
func TestStore(t *testing.T) {
	s := new(store)
	key := func(i int) content.Key { return content.KeyOf("test", fmt.Sprint(i)) }
	const n = 3 * mostKept / mostOfEach
	for i := range n {
		s.Put(key(i), make([]byte, mostOfEach))
		s.Put(key(i), make([]byte, mostOfEach)) // again, which counts once
	}
	s.Put(key(n), make([]byte, mostOfEach+1)) // too large to be kept
	size := 0
	for _, b := range s.kept {
		size += len(b)
	}
	if size > mostKept || size != s.size || len(s.order) != len(s.kept) {
		t.Errorf("%d bytes are kept, %d counted, %d of %d values in order", size, s.size, len(s.order), len(s.kept))
	}
	if s.Get(key(0)) != nil || s.Get(key(n)) != nil || s.Get(key(n-1)) == nil {
		t.Error("the oldest values and those that are too large are to go, the newest one is to stay")
	}
}
