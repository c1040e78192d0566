package tokens

import (
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2/syntax"
)

// What a class knows of a rune by the first byte of its UTF-8.
const (
	outside = iota // not in the class
	inside         // in the class; an ASCII character, so one byte
	wide           // in the class, whatever bytes follow
	unsure         // has to be decoded
)

// A class is a set of characters.
type class struct {
	lead [256]uint8
	in   func(rune) bool // decides if lead is unsure
	all  firsts          // of lead
}

// newClass makes a class of the runes that are in; beyond is the value of lead
// for those outside ASCII.
func newClass(in func(rune) bool, beyond uint8) *class {
	c := &class{in: in}
	for b := range c.lead {
		switch {
		case b >= utf8.RuneSelf:
			c.lead[b] = beyond
		case in(rune(b)):
			c.lead[b] = inside
		}
		if c.lead[b] != outside {
			c.all.add(byte(b))
		}
	}
	return c
}

// classOf makes a set of regexp2's a class.
func classOf(set *syntax.CharSet) *class { return newClass(set.CharIn, beyondASCII(set)) }

// beyondASCII says whether all, none or some runes outside ASCII are in set.
func beyondASCII(set *syntax.CharSet) uint8 {
	for n := range 65 {
		ranges := set.GetIfNRanges(n)
		if ranges == nil {
			continue
		}
		for _, r := range ranges {
			if r.First < utf8.RuneSelf && r.Last >= unicode.MaxRune {
				return allBut(set.IsNegated())
			}
			if r.Last >= utf8.RuneSelf {
				return unsure
			}
		}
		return allBut(!set.IsNegated())
	}
	return unsure
}

func allBut(none bool) uint8 {
	if none {
		return outside
	}
	return wide
}

// only is the class of one character, or of all others.
func only(one rune, negate bool) *class {
	beyond := allBut(!negate)
	if utf8.ValidRune(one) && one >= utf8.RuneSelf {
		beyond = unsure
	}
	return newClass(func(r rune) bool { return (r == one) != negate }, beyond)
}

// width is the number of bytes of the character at p if it is in the class,
// else 0.
func (c *class) width(text string, p int) int {
	if p >= len(text) {
		return 0
	}
	switch c.lead[text[p]] {
	case inside:
		return 1
	case wide:
		return runeWidth(text[p])
	case unsure:
		r, n := utf8.DecodeRuneInString(text[p:])
		if c.in(r) {
			return n
		}
	}
	return 0
}

// widthBefore is like width, of the character that ends at p.
func (c *class) widthBefore(text string, p int) int {
	if p <= 0 {
		return 0
	}
	q := back(text, p)
	return c.width(text, q)
}

// runeWidth is the length of a rune by its first byte, in valid UTF-8.
func runeWidth(lead byte) int {
	switch {
	case lead < 0x80:
		return 1
	case lead < 0xE0:
		return 2
	case lead < 0xF0:
		return 3
	}
	return 4
}

// back is the start of the character that ends at p.
func back(text string, p int) int {
	p--
	for p > 0 && text[p]&0xC0 == 0x80 {
		p--
	}
	return p
}

// firsts are the bytes that something can start with. This is a necessary
// condition for a match, not a sufficient one.
type firsts struct {
	bits [4]uint64
	end  bool // it can match at the end of the text
}

var anyFirst = firsts{bits: [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, end: true}

func (f *firsts) add(b byte)      { f.bits[b>>6] |= 1 << (b & 63) }
func (f *firsts) has(b byte) bool { return f.bits[b>>6]&(1<<(b&63)) != 0 }

// at reports whether something that starts with f can match at p.
func (f *firsts) at(text string, p int) bool {
	if p >= len(text) {
		return f.end
	}
	return f.has(text[p])
}

func (f firsts) or(g firsts) firsts {
	for i := range f.bits {
		f.bits[i] |= g.bits[i]
	}
	f.end = f.end || g.end
	return f
}

func (f firsts) and(g firsts) firsts {
	for i := range f.bits {
		f.bits[i] &= g.bits[i]
	}
	f.end = f.end && g.end
	return f
}

// apart reports whether f and g have nothing in common.
func (f firsts) apart(g firsts) bool { return f.and(g) == firsts{} }

var (
	lineEnd = firsts{bits: [4]uint64{1 << '\n'}, end: true}
	textEnd = firsts{end: true}
)

var wordByte = func() (t [utf8.RuneSelf]bool) {
	for i := range t {
		t[i] = syntax.IsWordChar(rune(i))
	}
	return t
}()

func wordAt(text string, p int) bool {
	if p >= len(text) {
		return false
	}
	if b := text[p]; b < utf8.RuneSelf {
		return wordByte[b]
	}
	r, _ := utf8.DecodeRuneInString(text[p:])
	return syntax.IsWordChar(r)
}

// boundary is regexp2's \b.
func boundary(text string, p int) bool {
	return (p > 0 && wordAt(text, back(text, p))) != wordAt(text, p)
}
