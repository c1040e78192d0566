package tokens

import "math"

// A node is a piece of a pattern together with all that follows it. It returns
// where the whole match ends if it matches at p, and -1 otherwise.
// Backtracking is returning -1 to a caller that has another way to try. A node
// undoes what it wrote into the machine before it returns -1.
type node interface {
	match(m *machine, p int) int
}

// A machine is the state of a match in progress.
type machine struct {
	text    string
	start   int   // of the attempt, for \G
	caps    []int // start and end of each group, -1 when it did not match
	opens   []int // where each group that is being matched began
	loops   []loop
	steps   int // taken since the attempt began
	alarm   int // the number of steps at which to call check
	depth   int // of recursion
	pattern *pattern
	memo    memo              // of pattern
	memos   map[*pattern]memo // of this text
	room    int               // for more memos, in words
	budget  *Budget
}

type loop struct {
	mark  int // where the last iteration began, -1 before the first
	count int
}

// A memo has a bit for each node that may fail often and each position: set if
// it did.
type memo []uint64

// Limits of one attempt to match. After memoSteps failures are remembered, if
// they can be, for the rest of the text: then no position is tried twice, and
// no pattern takes exponential time.
const (
	maxDepth  = 1 << 15
	memoSteps = 1 << 12
	memoWords = 1 << 21
)

const unbounded = math.MaxInt32

// spend counts steps of a node: calls of others that may fail, or bytes that
// it has examined.
func (m *machine) spend(steps int) {
	if m.steps += steps; m.steps >= m.alarm {
		m.check()
	}
}

func (m *machine) step() { m.spend(1) }

// check checks the limits of an attempt of many steps.
func (m *machine) check() {
	if m.steps > m.budget.steps {
		m.budget.spend(m.steps) // panics
	}
	m.alarm = m.budget.steps
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
	m.budget.spend(8 * words)
	m.alarm = min(m.alarm, m.budget.steps)
	m.memo = make(memo, words)
	if m.memos == nil {
		m.memos = map[*pattern]memo{}
	}
	m.memos[m.pattern] = m.memo
}

// A place identifies a node: its number, and the loop around it.
type place struct {
	id    int
	outer *place
	loop  int // its registers if it is a loop, else -1
}

// known reports whether the node is known to fail at p.
func (l *place) known(m *machine, p int) bool {
	if m.memo == nil {
		return false
	}
	word, bit := l.at(m, p)
	return m.memo[word]&bit != 0
}

// at returns the bit of the memo for the node's failure at p.
func (l *place) at(m *machine, p int) (word int, bit uint64) {
	i := l.id*(len(m.text)+1) + p
	return i >> 6, 1 << (i & 63)
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
	word, bit := l.at(m, p)
	m.memo[word] |= bit
	return -1
}
