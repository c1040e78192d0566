package tokens

// many are characters of a class, least to most of them.
type many struct {
	*class
	least, most int
	next        node
	follow      firsts // of next
}

// run returns where the characters of the class end, and where the least
// number of them ends.
func (n *many) run(text string, p int) (first, last int) {
	first = -1
	if n.least == 0 {
		first = p
	}
	for count := 0; count < n.most && p < len(text); {
		w := 1
		if n.lead[text[p]] != inside {
			if w = n.width(text, p); w == 0 {
				break
			}
		}
		p += w
		if count++; count == n.least {
			first = p
		}
	}
	return first, p
}

// possessive matches as much as it can and does not backtrack.
type possessive struct{ many }

func (n *possessive) match(m *machine, p int) int {
	first, last := n.run(m.text, p)
	m.spend(last - p)
	if first < 0 {
		return -1
	}
	return n.next.match(m, last)
}

// greedy matches as much as it can and backtracks.
type greedy struct {
	many
	place
}

func (n *greedy) match(m *machine, p int) int {
	if n.known(m, p) {
		return -1
	}
	first, last := n.run(m.text, p)
	m.spend(last - p)
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

// lazy matches as little as it can.
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
		m.spend(w)
		q += w
	}
}

// repeat is a loop of anything, after an iteration of its body. It ends after
// an empty iteration.
type repeat struct {
	place
	least, most int
	body, next  node
	lazy        bool
}

// begin enters the loop.
type begin struct{ *repeat }

func (n *begin) match(m *machine, p int) int {
	old := m.loops[n.loop]
	m.loops[n.loop] = loop{mark: -1}
	r := n.repeat.match(m, p)
	m.loops[n.loop] = old
	return r
}

func (n *repeat) match(m *machine, p int) int {
	m.step()
	l := m.loops[n.loop]
	switch {
	case l.count < n.least:
		return n.iterate(m, p)
	case l.count >= n.most || l.mark == p:
		return n.next.match(m, p)
	case n.known(m, p):
		return -1
	}
	if n.lazy {
		if r := n.next.match(m, p); r >= 0 {
			return r
		}
	}
	if r := n.iterate(m, p); r >= 0 {
		return r
	}
	if !n.lazy {
		if r := n.next.match(m, p); r >= 0 {
			return r
		}
	}
	return n.fail(m, p)
}

// iterate matches the body once more, with the loop's registers as they are
// meanwhile.
func (n *repeat) iterate(m *machine, p int) int {
	old := m.loops[n.loop]
	m.loops[n.loop] = loop{p, old.count + 1}
	m.depth++
	if m.depth > maxDepth {
		panic(ErrTooMuch)
	}
	r := n.body.match(m, p)
	m.depth--
	m.loops[n.loop] = old
	return r
}
