package tokens

// An undo is the groups inside something that is matched as a whole.
type undo []int

func (u undo) save(m *machine) []int {
	if len(u) == 0 {
		return nil
	}
	saved := make([]int, 0, 2*len(u))
	for _, g := range u {
		saved = append(saved, m.caps[2*g], m.caps[2*g+1])
	}
	return saved
}

func (u undo) restore(m *machine, saved []int) {
	for i, g := range u {
		m.caps[2*g], m.caps[2*g+1] = saved[2*i], saved[2*i+1]
	}
}

// whole matches its body in the first way that it can, and never goes back
// into it: an atomic group, or an assertion about what comes or came, behind
// which the match goes on where it was.
type whole struct {
	body, next node
	undo       undo
	assertion  bool
}

func (n *whole) match(m *machine, p int) int {
	saved := n.undo.save(m)
	q := n.body.match(m, p)
	if q < 0 {
		return -1
	}
	if n.assertion {
		q = p
	}
	r := n.next.match(m, q)
	if r < 0 {
		n.undo.restore(m, saved)
	}
	return r
}

// unless is an assertion that something does not come, or did not.
type unless struct {
	body, next node
	undo       undo
}

func (n *unless) match(m *machine, p int) int {
	saved := n.undo.save(m)
	if n.body.match(m, p) >= 0 {
		n.undo.restore(m, saved)
		return -1
	}
	return n.next.match(m, p)
}

// The anchors.
type (
	lineStart struct{ next node }
	lineStop  struct{ next node }
	textStart struct{ next node }
	textStop  struct{ next node }
	lastLine  struct{ next node } // \Z
	began     struct{ next node } // \G
)

func (n *lineStart) match(m *machine, p int) int {
	if p > 0 && m.text[p-1] != '\n' {
		return -1
	}
	return n.next.match(m, p)
}

func (n *lineStop) match(m *machine, p int) int {
	if p < len(m.text) && m.text[p] != '\n' {
		return -1
	}
	return n.next.match(m, p)
}

func (n *textStart) match(m *machine, p int) int {
	if p > 0 {
		return -1
	}
	return n.next.match(m, p)
}

func (n *textStop) match(m *machine, p int) int {
	if p < len(m.text) {
		return -1
	}
	return n.next.match(m, p)
}

func (n *lastLine) match(m *machine, p int) int {
	if p < len(m.text)-1 || p == len(m.text)-1 && m.text[p] != '\n' {
		return -1
	}
	return n.next.match(m, p)
}

func (n *began) match(m *machine, p int) int {
	if p != m.start {
		return -1
	}
	return n.next.match(m, p)
}

// wordEdge is \b, and \B where an edge is not wanted.
type wordEdge struct {
	wanted bool
	next   node
}

func (n *wordEdge) match(m *machine, p int) int {
	if boundary(m.text, p) != n.wanted {
		return -1
	}
	return n.next.match(m, p)
}

// ahead is an assertion about the next character: (?=[…]), and (?![…]) where
// it is not wanted.
type ahead struct {
	*class
	wanted bool
	next   node
}

func (n *ahead) match(m *machine, p int) int {
	if n.width(m.text, p) > 0 != n.wanted {
		return -1
	}
	return n.next.match(m, p)
}

// behind is the same about the character before: (?<=[…]) and (?<![…]).
type behind struct {
	*class
	wanted bool
	next   node
}

func (n *behind) match(m *machine, p int) int {
	if n.widthBefore(m.text, p) > 0 != n.wanted {
		return -1
	}
	return n.next.match(m, p)
}
