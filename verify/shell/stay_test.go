package shell

import (
	"testing"
	"time"
)

// What a program has printed before it listens is part of its output, however late it
// comes.
func TestArrived(t *testing.T) {
	q := newQuestions(answers{"print 1": "marked\n"})
	defer q.close()
	start := func() *watch {
		w := newWatch(&terminal{pid: "1", key: "key", host: q, scanner: scanner{key: "key"}}, Command{Stay: true})
		w.ready.answer = true
		return w
	}
	at := func(w *watch) time.Time { return w.last.Add(promptPause) }

	w := start()
	if w.stays(t.Context(), at(w)) {
		t.Error("it is ready before the mark was asked for")
	}
	w.took(t.Context(), []byte("star"), true)
	if w.stays(t.Context(), at(w)) {
		t.Error("it is ready before its output has come")
	}
	w.took(t.Context(), []byte("ting\r\n\x1b]7777;key;"+w.ready.mark+"\a"), true)
	if !w.stays(t.Context(), at(w)) {
		t.Error("it is not ready when its output has come")
	}

	w = start()
	w.stays(t.Context(), at(w))
	if !w.stays(t.Context(), at(w).Add(surePause)) {
		t.Error("a mark that does not come is waited for without end")
	}
}
