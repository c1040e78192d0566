package draft

import (
	"sync"

	"handbook/content"
)

// Limits of what is kept in memory, in bytes.
const (
	mostKept   = 32 << 20
	mostOfEach = 16 << 10
)

// A store keeps values for edited texts, most of which are never used again,
// in memory, and values for saved files on the disk.
type store struct {
	mu    sync.Mutex
	disk  content.Store // nil: memory only
	keeps bool          // Put writes to the disk too
	kept  map[content.Key][]byte
	order []content.Key // the oldest first
	size  int
}

// Get implements content.Store.
func (s *store) Get(key content.Key) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.kept[key]; ok {
		return b
	}
	if s.disk == nil {
		return nil
	}
	b := s.disk.Get(key)
	if b != nil && len(b) <= mostOfEach {
		s.keep(key, b)
	}
	return b
}

// Put implements content.Store.
func (s *store) Put(key content.Key, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keeps && s.disk != nil {
		s.disk.Put(key, b)
	}
	if len(b) <= mostOfEach {
		s.keep(key, b)
	}
}

func (s *store) keep(key content.Key, b []byte) {
	if s.kept == nil {
		s.kept = map[content.Key][]byte{}
	}
	if _, had := s.kept[key]; !had {
		s.order = append(s.order, key)
		s.size += len(b)
	}
	s.kept[key] = b
	for s.size > mostKept && len(s.order) > 1 {
		s.size -= len(s.kept[s.order[0]])
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
}
