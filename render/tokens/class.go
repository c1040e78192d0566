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
	set  *syntax.CharSet // decides what lead leaves open
	one  rune            // or, without a set, the one that is in; below zero, the one that is not
	all  firsts          // of lead
}

// classOf makes a set of regexp2's a class.
func classOf(set *syntax.CharSet) *class {
	c := &class{set: set}
	for r := range rune(utf8.RuneSelf) {
		if set.CharIn(r) {
			c.lead[r] = inside
		}
	}
	c.fillWide(beyondASCII(set))
	c.all = c.firsts()
	return c
}

// beyondASCII tells whether all, none or some runes outside ASCII are in set.
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
func only(r rune, negate bool) *class {
	c := &class{one: r}
	if negate {
		for i := range utf8.RuneSelf {
			c.lead[i] = inside
		}
		c.fillWide(wide)
	}
	switch {
	case r < utf8.RuneSelf:
		c.lead[r] = inside
		if negate {
			c.lead[r] = outside
		}
	case utf8.ValidRune(r):
		// Runes of the same lead byte are told apart by decoding.
		if negate {
			c.fillWide(unsure)
			c.one = -r
		} else {
			c.lead[string(r)[0]] = unsure
		}
	}
	c.all = c.firsts()
	return c
}

func (c *class) fillWide(what uint8) {
	for i := utf8.RuneSelf; i < len(c.lead); i++ {
		c.lead[i] = what
	}
}

// decoded tells whether a rune outside ASCII is in the class.
func (c *class) decoded(r rune) bool {
	if c.set != nil {
		return c.set.CharIn(r)
	}
	if c.one < 0 {
		return r != -c.one
	}
	return r == c.one
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
		if c.decoded(r) {
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

// firsts are the bytes that something can start with: a condition that has to
// hold for it to match, not one that is enough.
type firsts struct {
	bits [4]uint64
	end  bool // it can match at the end of the text
}

var anyFirst = firsts{bits: [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, end: true}

func (f *firsts) add(b byte)      { f.bits[b>>6] |= 1 << (b & 63) }
func (f *firsts) has(b byte) bool { return f.bits[b>>6]&(1<<(b&63)) != 0 }

// at tells whether what starts with f can match at p.
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

// apart tells whether f and g have nothing in common.
func (f firsts) apart(g firsts) bool { return f.and(g) == firsts{} }

func (c *class) firsts() firsts {
	var f firsts
	for b := range c.lead {
		if c.lead[b] != outside {
			f.add(byte(b))
		}
	}
	return f
}

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
