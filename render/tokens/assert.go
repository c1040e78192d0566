package tokens

// An undo lists the groups inside something that is matched as a whole.
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

// An anchor matches no text, at the positions where it holds.
type anchor struct {
	holds func(m *machine, p int) bool
	next  node
}

func (n *anchor) match(m *machine, p int) int {
	if !n.holds(m, p) {
		return -1
	}
	return n.next.match(m, p)
}

func lineStart(m *machine, p int) bool  { return p == 0 || m.text[p-1] == '\n' }
func lineStop(m *machine, p int) bool   { return p == len(m.text) || m.text[p] == '\n' }
func textStart(_ *machine, p int) bool  { return p == 0 }
func textStop(m *machine, p int) bool   { return p == len(m.text) }
func began(m *machine, p int) bool      { return p == m.start } // \G
func wordEdge(m *machine, p int) bool   { return boundary(m.text, p) }
func noWordEdge(m *machine, p int) bool { return !boundary(m.text, p) }

// lastLine is \Z.
func lastLine(m *machine, p int) bool {
	return p == len(m.text) || p == len(m.text)-1 && m.text[p] == '\n'
}
