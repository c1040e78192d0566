package shell

import (
	"slices"
	"strings"
	"testing"

	"handbook/verify/screen"
)

// The host has no room for its mark in a pipe that is full, so what was printed is taken
// while the host is asked.
func TestPipeIsFull(t *testing.T) {
	t.Parallel()
	p := &pipe{name: "pipe", pid: "1", key: "key", chunks: make(chan []byte)}
	q := newQuestions(answering(func(question string) string {
		mark, _ := strings.CutPrefix(question, "pipe 1 pipe ")
		for _, chunk := range []string{"one\r\n", "two\r\n", "\x1b]7777;" + mark + "\a"} {
			select {
			case p.chunks <- []byte(chunk):
			case <-t.Context().Done():
			}
		}
		return "marked\n"
	}))
	defer q.close()
	s := screen.New(Columns, Rows)
	p.drain(t.Context(), q, s)
	if got := s.Output().Lines; !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("printed %q", got)
	}
}
