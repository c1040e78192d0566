package screen

import (
	"bytes"
	"strconv"
	"strings"
)

// maxSequence is how many bytes a control string may have.
const maxSequence = 128 << 10

// A parser tells the control sequences in what programs print from its text
// (ECMA-48).
type parser struct {
	state   parseState
	params  []byte // of a control sequence
	length  int    // of a control string
	partial []byte // start of a UTF-8 sequence that a write ended in
	printed rune   // the last character, for REP; 0 behind anything else
}

type parseState byte

const (
	ground parseState = iota
	escape
	escapeInter // ESC followed by an intermediate byte: one more follows
	csi
	control    // OSC, DCS, SOS, PM, APC: up to ST or BEL
	controlEsc // ESC within one
)

// A sequence is what a byte completes.
type sequence int

const (
	nothing  sequence = iota
	single            // a control character by itself
	escaped           // ESC and the byte
	extended          // ESC [, parameters, and the byte
)

// next takes a byte of ASCII, or any byte of a sequence.
func (p *parser) next(b byte) sequence {
	switch p.state {
	case ground:
		if b == 0x1b {
			p.state = escape
			return nothing
		}
		if b < 0x20 {
			p.printed = 0
		}
		return single
	case escape:
		return p.escaped(b)
	case escapeInter:
		p.state = ground
	case csi:
		return p.extended(b)
	case control:
		p.length++
		switch {
		case b == 0x07 || b == 0x18 || b == 0x1a || p.length > maxSequence:
			p.state = ground
		case b == 0x1b:
			p.state = controlEsc
		}
	case controlEsc:
		p.state = ground
		if b != '\\' {
			return p.escaped(b)
		}
	}
	return nothing
}

// escaped takes the byte behind ESC.
func (p *parser) escaped(b byte) sequence {
	p.state = ground
	if b == '[' {
		p.state, p.params = csi, p.params[:0]
		return nothing
	}
	p.printed = 0
	switch b {
	case ']', 'P', 'X', '^', '_':
		p.state, p.length = control, 0
		return nothing
	case '(', ')', '*', '+', '-', '.', '/', '#', '%', ' ':
		p.state = escapeInter
		return nothing
	}
	return escaped
}

// extended takes a byte behind ESC [.
func (p *parser) extended(b byte) sequence {
	switch {
	case b >= 0x40 && b <= 0x7e:
		p.state = ground
		return extended
	case b == 0x1b:
		p.state = escape
	case b == 0x18 || b == 0x1a:
		p.state = ground
	case b >= 0x20 && len(p.params) < 256:
		p.params = append(p.params, b)
	}
	return nothing
}

// private reports whether the sequence is one of a kind of terminal, none of the
// standard's.
func (p *parser) private() bool { return bytes.ContainsAny(p.params, "?>=!") }

// numbers splits the parameters of a control sequence; missing ones are -1.
func (p *parser) numbers() []int {
	text := strings.TrimLeft(string(p.params), "?>=!")
	var all []int
	for part := range strings.SplitSeq(text, ";") {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = -1
		}
		all = append(all, n)
	}
	return all
}
