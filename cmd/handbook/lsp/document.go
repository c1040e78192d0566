package lsp

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// An encoding is what the character of a Position counts.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16"
	utf32Units encoding = "utf-32"
)

// negotiate returns the first encoding of the client's that the server has.
// Every client has UTF-16, even one that lists none.
func negotiate(offered []encoding) encoding {
	for _, e := range offered {
		if e == utf8Units || e == utf16Units || e == utf32Units {
			return e
		}
	}
	return utf16Units
}

// units counts the units that a rune takes.
func (e encoding) units(r rune, size int) int {
	switch {
	case e == utf8Units:
		return size
	case e == utf16Units && r >= 0x10000:
		return 2
	}
	return 1
}

// count counts the units of a text.
func (e encoding) count(text []byte) (n int) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		n += e.units(r, size)
		text = text[size:]
	}
	return n
}

// offset returns how many bytes of a line stand before a character. One beyond
// the line's end is its end, and one within a rune is the rune's beginning.
func (e encoding) offset(line []byte, character int) int {
	at := 0
	for at < len(line) {
		r, size := utf8.DecodeRune(line[at:])
		if character -= e.units(r, size); character < 0 {
			break
		}
		at += size
	}
	return at
}

// A document is a text that is open in the editor.
type document struct {
	uri     string
	version int
	text    []byte
	lines   []int // offset of each line
}

func newDocument(uri string, version int, text []byte) *document {
	d := &document{uri: uri, version: version}
	d.set(text)
	return d
}

// set replaces the text. Lines end with LF, CR LF or CR, as the protocol says.
func (d *document) set(text []byte) {
	d.text, d.lines = text, []int{0}
	for i, b := range text {
		if b == '\n' || b == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			d.lines = append(d.lines, i+1)
		}
	}
}

// line returns a line without its end; line numbers count from 0.
func (d *document) line(n int) []byte {
	if n < 0 || n >= len(d.lines) {
		return nil
	}
	end := len(d.text)
	if n+1 < len(d.lines) {
		end = d.lines[n+1]
	}
	line := d.text[d.lines[n]:end]
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

// offset returns the offset of a position. One behind the text is its end.
func (d *document) offset(p Position, e encoding) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(d.lines) {
		return len(d.text)
	}
	return d.lines[p.Line] + e.offset(d.line(p.Line), p.Character)
}

// change applies what the editor says that has changed.
func (d *document) change(c contentChange, e encoding) error {
	if c.Range == nil {
		d.set([]byte(c.Text))
		return nil
	}
	start, end := d.offset(c.Range.Start, e), d.offset(c.Range.End, e)
	if end < start {
		return fmt.Errorf("a range that ends before it begins")
	}
	d.set(slices.Concat(d.text[:start], []byte(c.Text), d.text[end:]))
	return nil
}

const byteOrderMark = "\ufeff"

// mark returns the length of the byte order mark in front of a line, which the check
// does not see.
func (d *document) mark(line int) int {
	if line == 0 && len(d.text) >= len(byteOrderMark) && string(d.text[:len(byteOrderMark)]) == byteOrderMark {
		return len(byteOrderMark)
	}
	return 0
}

// position returns the position of a byte of a line of the page, both from 0.
func (d *document) position(line, col int, e encoding) Position {
	text := d.line(line)
	at := min(max(col, 0)+d.mark(line), len(text))
	return Position{line, e.count(text[:at])}
}

// place is the reverse of position.
func (d *document) place(p Position, e encoding) (line, col int) {
	line = min(max(p.Line, 0), len(d.lines)-1)
	return line, max(e.offset(d.line(line), p.Character)-d.mark(line), 0)
}
