package tokens

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// accept is the end of a pattern, or of an assertion.
type accept struct{}

func (accept) match(_ *machine, p int) int { return p }

// nothing never matches.
type nothing struct{}

func (nothing) match(*machine, int) int { return -1 }

// oneOf matches one character of a class.
type oneOf struct {
	*class
	next node
}

func (n *oneOf) match(m *machine, p int) int {
	if w := n.width(m.text, p); w > 0 {
		return n.next.match(m, p+w)
	}
	return -1
}

type oneOfBefore struct {
	*class
	next node
}

func (n *oneOfBefore) match(m *machine, p int) int {
	if w := n.widthBefore(m.text, p); w > 0 {
		return n.next.match(m, p-w)
	}
	return -1
}

// literal matches a string.
type literal struct {
	s    string
	next node
}

func (n *literal) match(m *machine, p int) int {
	if strings.HasPrefix(m.text[p:], n.s) {
		return n.next.match(m, p+len(n.s))
	}
	return -1
}

type literalBefore struct {
	s    string
	next node
}

func (n *literalBefore) match(m *machine, p int) int {
	if strings.HasSuffix(m.text[:p], n.s) {
		return n.next.match(m, p-len(n.s))
	}
	return -1
}

// either tries branches in order, those that can start with the byte at p.
type either struct {
	table    [257]uint8 // of first bytes and, last, the end of the text
	branches [][]node   // by table
}

func (n *either) match(m *machine, p int) int {
	i := n.table[256]
	if p < len(m.text) {
		i = n.table[m.text[p]]
	}
	branches := n.branches[i]
	if len(branches) == 0 {
		return -1
	}
	last := len(branches) - 1
	for _, branch := range branches[:last] {
		m.step()
		if r := branch.match(m, p); r >= 0 {
			return r
		}
	}
	return branches[last].match(m, p)
}

// ordered tries branches in order, if it is not known what they can start
// with.
type ordered struct{ branches []node }

func (n *ordered) match(m *machine, p int) int {
	for _, branch := range n.branches {
		m.step()
		if r := branch.match(m, p); r >= 0 {
			return r
		}
	}
	return -1
}

// open and shut are the two ends of a group.
type open struct {
	group int
	next  node
}

func (n *open) match(m *machine, p int) int {
	old := m.opens[n.group]
	m.opens[n.group] = p
	r := n.next.match(m, p)
	m.opens[n.group] = old
	return r
}

type shut struct {
	group int
	next  node
}

func (n *shut) match(m *machine, p int) int {
	g := m.caps[2*n.group : 2*n.group+2]
	a, b := g[0], g[1]
	g[0], g[1] = min(m.opens[n.group], p), max(m.opens[n.group], p)
	r := n.next.match(m, p)
	if r < 0 {
		g[0], g[1] = a, b
	}
	return r
}

// again matches what a group matched.
type again struct {
	group  int
	fold   bool // upper and lower case are the same
	before bool // in a lookbehind
	next   node
}

func (n *again) match(m *machine, p int) int {
	a, b := m.caps[2*n.group], m.caps[2*n.group+1]
	if a < 0 {
		return -1
	}
	s := m.text[a:b]
	m.spend(len(s))
	switch {
	case n.before:
		if !strings.HasSuffix(m.text[:p], s) {
			return -1
		}
		p -= len(s)
	case n.fold:
		for _, want := range s {
			if p >= len(m.text) {
				return -1
			}
			r, w := utf8.DecodeRuneInString(m.text[p:])
			if unicode.ToLower(r) != unicode.ToLower(want) {
				return -1
			}
			p += w
		}
	default:
		if !strings.HasPrefix(m.text[p:], s) {
			return -1
		}
		p += len(s)
	}
	return n.next.match(m, p)
}
