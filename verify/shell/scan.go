package shell

import (
	"bytes"
	"strings"
)

// A scanner takes apart what a terminal prints: text, our marks, and
// readline's switches of the bracketed paste mode, with which it says that it
// begins and ends to read a line.
type scanner struct {
	key  string
	held []byte // the start of a control sequence
}

// A token is a part of what a terminal prints.
type token struct {
	kind tokenKind
	text []byte // of textToken; of markToken what stands behind the key
}

type tokenKind int

const (
	textToken tokenKind = iota
	markToken
	pasteOn  // ESC [ ? 2004 h: readline begins to read a line
	pasteOff // ESC [ ? 2004 l: it has read one
)

const (
	pasteOnSequence  = "\x1b[?2004h"
	pasteOffSequence = "\x1b[?2004l"
)

// raw returns the bytes of a token that is not a mark.
func (t token) raw() []byte {
	switch t.kind {
	case pasteOn:
		return []byte(pasteOnSequence)
	case pasteOff:
		return []byte(pasteOffSequence)
	}
	return t.text
}

// maxMark bounds the bytes of a mark.
const maxMark = 4 << 10

// scan calls each with the tokens of data. The start of a sequence that is not
// whole is kept for the next call.
func (s *scanner) scan(data []byte, each func(token)) {
	if len(s.held) > 0 {
		data = append(s.held, data...)
		s.held = nil
	}
	for len(data) > 0 {
		i := bytes.IndexByte(data, 0x1b)
		if i < 0 {
			i = len(data)
		}
		if i > 0 {
			each(token{textToken, data[:i]})
			data = data[i:]
			continue
		}
		tok, n := s.sequence(data)
		if n == 0 {
			s.held = bytes.Clone(data)
			return
		}
		each(tok)
		data = data[n:]
	}
}

// sequence reads what starts with ESC; n is 0 if it may be one of ours and is
// not whole.
func (s *scanner) sequence(data []byte) (tok token, n int) {
	mark := "\x1b]7777;" + s.key + ";"
	for _, known := range []struct {
		text string
		kind tokenKind
	}{{pasteOnSequence, pasteOn}, {pasteOffSequence, pasteOff}, {mark, markToken}} {
		switch {
		case len(data) < len(known.text) && strings.HasPrefix(known.text, string(data)):
			return token{}, 0
		case !bytes.HasPrefix(data, []byte(known.text)):
		case known.kind != markToken:
			return token{kind: known.kind}, len(known.text)
		default:
			end := bytes.IndexByte(data, 0x07)
			if end < 0 && len(data) < maxMark {
				return token{}, 0
			}
			if end > 0 {
				return token{markToken, data[len(mark):end]}, end + 1
			}
		}
	}
	return token{textToken, data[:1]}, 1
}

// flush returns what is held, where nothing will follow.
func (s *scanner) flush() []byte {
	held := s.held
	s.held = nil
	return held
}
