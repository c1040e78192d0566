package tokens

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A node is a piece of a pattern together with all that follows it: it
// matches at p or not, and what it returns is where the whole match ends, or
// -1. Backtracking is returning -1 to a caller that has another way to try.
// A node undoes what it wrote into the machine before it returns -1.
type node interface {
	match(m *machine, p int) int
}

// A machine is what a match in progress remembers.
type machine struct {
	text    string
	start   int   // of the attempt, for \G
	caps    []int // start and end of each group, -1 when it did not match
	opens   []int // where each group that is being matched began
	loops   []loop
	steps   int // taken since the attempt began
	depth   int // of recursion
	pattern *pattern
	memo    memo              // of pattern
	memos   map[*pattern]memo // of this text
	room    int               // for more memos, in words
}

type loop struct {
	mark  int // where the last iteration began, -1 before the first
	count int
}

// A memo has a bit for each node that may fail often and each position: set if
// it did.
type memo []uint64

// Bounds of one attempt to match. Beyond them Chroma has to do it. After
// memoSteps failures are remembered, if they can be, for the rest of the text:
// then no position is tried twice, and no pattern takes exponential time.
const (
	maxDepth  = 1 << 15
	maxSteps  = 1 << 22
	memoSteps = 1 << 12
	memoWords = 1 << 21
)

const unbounded = math.MaxInt32

// tooMuch is panicked with when a bound is reached.
type tooMuch struct{}

func (tooMuch) Error() string { return "a pattern took too much" }

func (m *machine) step() {
	m.steps++
	if m.steps&(memoSteps-1) != 0 {
		return
	}
	if m.steps >= maxSteps {
		panic(tooMuch{})
	}
	if m.memo == nil && m.pattern.pure {
		m.remember()
	}
}

// remember starts a memo, if there is room for it.
func (m *machine) remember() {
	words := (m.pattern.places*(len(m.text)+1) + 63) / 64
	if words > m.room {
		return
	}
	m.room -= words
	m.memo = make(memo, words)
	if m.memos == nil {
		m.memos = map[*pattern]memo{}
	}
	m.memos[m.pattern] = m.memo
}

// A place is where a node stands: its number, and the loop around it.
type place struct {
	id    int
	outer *place
	loop  int // its registers if it is a loop, else -1
}

// known tells whether the node is known to fail at p.
func (l *place) known(m *machine, p int) bool {
	if m.memo == nil {
		return false
	}
	i := l.id*(len(m.text)+1) + p
	return m.memo[i>>6]&(1<<(i&63)) != 0
}

// fail remembers that the node fails at p, if nothing but p made it fail: a
// loop around it that has not moved since its iteration began would stop
// where another one goes on.
func (l *place) fail(m *machine, p int) int {
	if m.memo == nil {
		return -1
	}
	for o := l.outer; o != nil; o = o.outer {
		if m.loops[o.loop].mark >= p {
			return -1
		}
	}
	i := l.id*(len(m.text)+1) + p
	m.memo[i>>6] |= 1 << (i & 63)
	return -1
}

// accept is the end of a pattern, or of an assertion.
type accept struct{}

func (accept) match(_ *machine, p int) int { return p }

// nothing never matches.
type nothing struct{}

func (nothing) match(*machine, int) int { return -1 }

// char matches one ASCII character.
type char struct {
	b    byte
	next node
}

func (n *char) match(m *machine, p int) int {
	if p < len(m.text) && m.text[p] == n.b {
		return n.next.match(m, p+1)
	}
	return -1
}

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

// ordered tries branches in order, where what comes first is not known.
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
	old := m.loops[n.loop]
	m.loops[n.loop].mark = p
	m.depth++
	if m.depth > maxDepth {
		panic(tooMuch{})
	}
	r := n.body.match(m, p)
	m.depth--
	m.loops[n.loop] = old
	return r
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
	old := m.loops[n.loop]
	m.loops[n.loop] = loop{p, old.count + 1}
	m.depth++
	if m.depth > maxDepth {
		panic(tooMuch{})
	}
	r := n.body.match(m, p)
	m.depth--
	m.loops[n.loop] = old
	return r
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

// atomic matches its body in the first way that it can.
type atomic struct {
	body, next node
	undo       undo
}

func (n *atomic) match(m *machine, p int) int {
	saved := n.undo.save(m)
	q := n.body.match(m, p)
	if q < 0 {
		return -1
	}
	r := n.next.match(m, q)
	if r < 0 {
		n.undo.restore(m, saved)
	}
	return r
}

// look is an assertion about what comes, or what came.
type look struct {
	body, next node
	undo       undo
}

func (n *look) match(m *machine, p int) int {
	saved := n.undo.save(m)
	if n.body.match(m, p) < 0 {
		return -1
	}
	r := n.next.match(m, p)
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

// The anchors.
type (
	lineStart  struct{ next node }
	lineStop   struct{ next node }
	textStart  struct{ next node }
	textStop   struct{ next node }
	lastLine   struct{ next node } // \Z
	began      struct{ next node } // \G
	wordEdge   struct{ next node }
	noWordEdge struct{ next node }
	onlyAhead  struct {
		*class
		next node
	} // (?=[…])
	onlyBehind struct {
		*class
		next node
	} // (?<=[…])
	neverAhead struct {
		*class
		next node
	} // (?![…])
	neverBehind struct {
		*class
		next node
	} // (?<![…])
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

func (n *wordEdge) match(m *machine, p int) int {
	if !boundary(m.text, p) {
		return -1
	}
	return n.next.match(m, p)
}

func (n *noWordEdge) match(m *machine, p int) int {
	if boundary(m.text, p) {
		return -1
	}
	return n.next.match(m, p)
}

func (n *onlyAhead) match(m *machine, p int) int {
	if n.width(m.text, p) == 0 {
		return -1
	}
	return n.next.match(m, p)
}

func (n *onlyBehind) match(m *machine, p int) int {
	if n.widthBefore(m.text, p) == 0 {
		return -1
	}
	return n.next.match(m, p)
}

func (n *neverAhead) match(m *machine, p int) int {
	if n.width(m.text, p) > 0 {
		return -1
	}
	return n.next.match(m, p)
}

func (n *neverBehind) match(m *machine, p int) int {
	if n.widthBefore(m.text, p) > 0 {
		return -1
	}
	return n.next.match(m, p)
}
