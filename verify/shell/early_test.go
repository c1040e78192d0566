package shell

import (
	"bytes"
	"testing"
)

// Of what a job in the background prints without end, the last lines are kept.
func TestEarlyIsBounded(t *testing.T) {
	line := []byte("0123456789abcde\n")
	s := &terminal{chunks: make(chan []byte, 64)}
	most := 0
	for range 3 * mostEarly >> 16 {
		s.chunks <- bytes.Repeat(line, 1<<16/len(line))
		if !s.take() {
			t.Fatal("nothing was taken")
		}
		most = max(most, len(s.early))
	}
	if most > mostEarly || len(s.early) < mostEarly/4 || !bytes.HasPrefix(s.early, line) || !bytes.HasSuffix(s.early, line) {
		t.Errorf("at most %d bytes were kept, now %d: %q…", most, len(s.early), s.early[:20])
	}
	if s.take() {
		t.Error("something was taken where nothing was printed")
	}
}
