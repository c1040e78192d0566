package tokens

// many are characters of a class, least to most of them.
type many struct {
	*class
	least, most int
	next        node
	follow      firsts // of next
}

// run is how far the characters go, and after how many least is reached.
func (n *many) run(text string, p int) (first, last int) {
	first = -1
	if n.least == 0 {
		first = p
	}
	if n.most == unbounded {
		if n.least <= 1 {
			return n.runFast(text, p, first)
		}
	}
	for count := 0; count < n.most; {
		w := n.width(text, p)
		if w == 0 {
			break
		}
		p += w
		count++
		if count == n.least {
			first = p
		}
	}
	return first, p
}

// runFast is run for * and +.
func (n *many) runFast(text string, p, first int) (int, int) {
	lead := &n.lead
	if first < 0 {
		w := n.width(text, p)
		if w == 0 {
			return -1, p
		}
		p += w
		first = p
	}
	for p < len(text) {
		if lead[text[p]] == inside {
			p++
			continue
		}
		w := n.width(text, p)
		if w == 0 {
			break
		}
		p += w
	}
	return first, p
}

// possessive takes all it can and gives nothing back.
type possessive struct{ many }

func (n *possessive) match(m *machine, p int) int {
	first, last := n.run(m.text, p)
	if first < 0 {
		return -1
	}
	return n.next.match(m, last)
}

// greedy takes all it can and gives back what is asked for.
type greedy struct {
	many
	place
}

func (n *greedy) match(m *machine, p int) int {
	if n.known(m, p) {
		return -1
	}
	first, last := n.run(m.text, p)
	if first < 0 {
		return -1
	}
	for q := last; ; q = back(m.text, q) {
		if n.follow.at(m.text, q) {
			m.step()
			if r := n.next.match(m, q); r >= 0 {
				return r
			}
		}
		if q <= first {
			return n.fail(m, p)
		}
	}
}

// lazy takes as little as it can.
type lazy struct {
	many
	place
}

func (n *lazy) match(m *machine, p int) int {
	if n.known(m, p) {
		return -1
	}
	q := p
	for count := 0; ; count++ {
		if count >= n.least && n.follow.at(m.text, q) {
			m.step()
			if r := n.next.match(m, q); r >= 0 {
				return r
			}
		}
		w := 0
		if count < n.most {
			w = n.width(m.text, q)
		}
		if w == 0 {
			return n.fail(m, p)
		}
		q += w
	}
}

// manyBefore is a loop over a class in a lookbehind, of any kind.
type manyBefore struct {
	*class
	least, most int
	kind        int
	next        node
}

const (
	isGreedy = iota
	isLazy
	isPossessive
)

func (n *manyBefore) match(m *machine, p int) int {
	count := 0
	for count < n.least {
		w := n.widthBefore(m.text, p)
		if w == 0 {
			return -1
		}
		p -= w
		count++
	}
	if n.kind == isLazy {
		for {
			m.step()
			if r := n.next.match(m, p); r >= 0 {
				return r
			}
			w := 0
			if count < n.most {
				w = n.widthBefore(m.text, p)
			}
			if w == 0 {
				return -1
			}
			p -= w
			count++
		}
	}
	last := p
	for count < n.most {
		w := n.widthBefore(m.text, last)
		if w == 0 {
			break
		}
		last -= w
		count++
	}
	if n.kind == isPossessive {
		return n.next.match(m, last)
	}
	for {
		m.step()
		if r := n.next.match(m, last); r >= 0 || last >= p {
			return r
		}
		last += runeWidth(m.text[last])
	}
}

// repeat is a loop of anything, * or +, on the way back from its body. Where
// an iteration was empty the loop ends.
type repeat struct {
	place
	body, next node
	lazy       bool
}

// begin enters the loop.
type begin struct {
	*repeat
	once bool // +: the body comes first
}

func (n *begin) match(m *machine, p int) int {
	if n.once {
		return n.iterate(m, p)
	}
	old := m.loops[n.loop]
	m.loops[n.loop].mark = -1
	r := n.repeat.match(m, p)
	m.loops[n.loop] = old
	return r
}

func (n *repeat) iterate(m *machine, p int) int {
	return m.iterate(n.loop, loop{p, m.loops[n.loop].count}, n.body, p)
}

func (n *repeat) match(m *machine, p int) int {
	if m.loops[n.loop].mark == p {
		return n.next.match(m, p)
	}
	if n.known(m, p) {
		return -1
	}
	m.step()
	if n.lazy {
		if r := n.next.match(m, p); r >= 0 {
			return r
		}
		if r := n.iterate(m, p); r >= 0 {
			return r
		}
		return n.fail(m, p)
	}
	if r := n.iterate(m, p); r >= 0 {
		return r
	}
	if r := n.next.match(m, p); r >= 0 {
		return r
	}
	return n.fail(m, p)
}

// counted is a loop of anything with bounds, on the way back from its body.
type counted struct {
	loop        int
	least, most int
	body, next  node
	lazy        bool
}

// beginCounted enters the loop.
type beginCounted struct{ *counted }

func (n beginCounted) match(m *machine, p int) int {
	old := m.loops[n.loop]
	m.loops[n.loop] = loop{mark: -1}
	var r int
	if n.least > 0 {
		r = n.iterate(m, p)
	} else {
		r = n.counted.match(m, p)
	}
	m.loops[n.loop] = old
	return r
}

func (n *counted) iterate(m *machine, p int) int {
	return m.iterate(n.loop, loop{p, m.loops[n.loop].count + 1}, n.body, p)
}

func (n *counted) match(m *machine, p int) int {
	l := m.loops[n.loop]
	m.step()
	if l.count < n.least {
		return n.iterate(m, p)
	}
	if l.count >= n.most || l.mark == p {
		return n.next.match(m, p)
	}
	if n.lazy {
		if r := n.next.match(m, p); r >= 0 {
			return r
		}
		return n.iterate(m, p)
	}
	if r := n.iterate(m, p); r >= 0 {
		return r
	}
	return n.next.match(m, p)
}

// maybe is what may be left out.
type maybe struct {
	with, without node
	first         firsts // of with
}

func (n *maybe) match(m *machine, p int) int {
	if n.first.at(m.text, p) {
		m.step()
		if r := n.with.match(m, p); r >= 0 {
			return r
		}
	}
	return n.without.match(m, p)
}

// sweep is a loop that never has to give back an iteration: its body matches
// in one way only, and what follows cannot start where the body can.
type sweep struct {
	body        node // up to its accept
	first       firsts
	least, most int
	next        node
	undo        undo
}

func (n *sweep) match(m *machine, p int) int {
	saved := n.undo.save(m)
	for count := 0; count < n.most; count++ {
		q := -1
		if n.first.at(m.text, p) {
			q = n.body.match(m, p)
		}
		if q < 0 {
			if count < n.least {
				n.undo.restore(m, saved)
				return -1
			}
			break
		}
		p = q
	}
	r := n.next.match(m, p)
	if r < 0 {
		n.undo.restore(m, saved)
	}
	return r
}
