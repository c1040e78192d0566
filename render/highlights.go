package render

import (
	"crypto/sha256"
	"sync"
)

// Highlights keeps highlighted code by its digest. Whoever renders a site
// again and again keeps one and passes it in Options: what has not changed is
// not highlighted again. What two renderings in a row did not ask for is
// forgotten. The zero value is ready to use.
type Highlights struct {
	mu       sync.Mutex
	now, old map[[sha256.Size]byte][]string
}

// turn starts a new rendering.
func (h *Highlights) turn() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.old, h.now = h.now, make(map[[sha256.Size]byte][]string)
}

// lines returns the kept lines of a text, or makes them. Callers don't change
// them.
func (h *Highlights) lines(lang, text string, makeLines func(lang, text string) []string) []string {
	key := sha256.Sum256([]byte(lang + "\x00" + text))
	if lines, ok := h.get(key); ok {
		return lines
	}
	lines := makeLines(lang, text) // not under the lock: this is what takes time
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now[key] = lines
	return lines
}

func (h *Highlights) get(key [sha256.Size]byte) ([]string, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lines, ok := h.now[key]
	if !ok {
		if lines, ok = h.old[key]; ok {
			h.now[key] = lines
		}
	}
	return lines, ok
}
