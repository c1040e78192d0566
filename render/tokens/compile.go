package tokens

import (
	"errors"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2/syntax"
)

// A pattern is a compiled pattern.
type pattern struct {
	entry  node
	first  firsts
	groups int // with the whole match, which is group 0
	loops  int
	places int
	pure   bool // whether it fails depends on nodes and positions alone
	keeps  bool // it needs its groups while it matches, or its rule does after
}

// errUnknown is returned for patterns that only regexp2 can match.
var errUnknown = errors.New("a pattern of an unknown kind")

// A compiler makes nodes from regexp2's parse tree of a pattern. It works from
// the end to the beginning, since each node refers to what follows it.
type compiler struct {
	classes map[string]*class
	numbers map[int]int // of groups in the pattern to those of the match
	loops   int
	places  int
	keeps   bool
	pure    bool
	outer   *place // the loop that is being compiled
}

// compilePattern compiles a pattern that Chroma would pass to regexp2. Groups
// are omitted unless they are wanted.
func compilePattern(expr string, wantGroups bool, classes map[string]*class) (*pattern, error) {
	tree, err := syntax.Parse(expr, syntax.ParseOptions{})
	if err != nil {
		return nil, err
	}
	c := &compiler{classes: classes, pure: true, keeps: wantGroups || has(tree.Root, syntax.NtRef)}
	groups := tree.Captop
	if tree.Capnumlist != nil && tree.Captop != len(tree.Capnumlist) {
		groups = len(tree.Capnumlist)
		c.numbers = map[int]int{}
		for i, n := range tree.Capnumlist {
			c.numbers[n] = i
		}
	}
	root := tree.Root
	for root.T == syntax.NtCapture && root.M == 0 {
		root = root.Children[0]
	}
	if root.T == syntax.NtConcatenate && root.Children[0].T == syntax.NtStart {
		root.Children = root.Children[1:] // attempts are made at one position only
	}
	entry, first, err := c.compile(root, accept{}, anyFirst)
	if err != nil {
		return nil, err
	}
	return &pattern{entry: entry, first: first, groups: groups, loops: c.loops, places: c.places, pure: c.pure, keeps: c.keeps}, nil
}

// compile returns n followed by next, and what that can start with.
func (c *compiler) compile(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	if cl := c.classOf(n); cl != nil && !before(n) {
		return c.forward(n, cl, next, follow)
	} else if cl != nil {
		return c.backward(n, cl, next), anyFirst, nil
	}
	switch n.T {
	case syntax.NtEmpty, syntax.NtUpdateBumpalong:
		return next, follow, nil
	case syntax.NtNothing:
		return nothing{}, firsts{}, nil
	case syntax.NtGroup:
		return c.compile(n.Children[0], next, follow)
	case syntax.NtConcatenate:
		for i := len(n.Children) - 1; i >= 0; i-- {
			var err error
			if next, follow, err = c.compile(n.Children[i], next, follow); err != nil {
				return nil, follow, err
			}
		}
		return next, follow, nil
	case syntax.NtMulti:
		return c.literal(n, next)
	case syntax.NtAlternate:
		return c.alternate(n, next, follow)
	case syntax.NtLoop, syntax.NtLazyloop:
		return c.loop(n, next, follow)
	case syntax.NtCapture:
		return c.capture(n, next, follow)
	case syntax.NtRef:
		if n.Options&syntax.IgnoreCase != 0 && before(n) {
			return nil, follow, errUnknown
		}
		c.pure = false
		return &again{c.number(n.M), n.Options&syntax.IgnoreCase != 0, before(n), next}, anyFirst, nil
	case syntax.NtAtomic, syntax.NtPosLook, syntax.NtNegLook:
		return c.whole(n, next, follow)
	}
	return c.anchor(n, next, follow)
}

func (c *compiler) anchor(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	a := &anchor{next: next}
	switch n.T {
	case syntax.NtBol:
		a.holds = lineStart
	case syntax.NtEol:
		a.holds, follow = lineStop, follow.and(lineEnd)
	case syntax.NtBeginning:
		a.holds = textStart
	case syntax.NtStart:
		a.holds, c.pure = began, false
	case syntax.NtEndZ:
		a.holds, follow = lastLine, follow.and(lineEnd)
	case syntax.NtEnd:
		a.holds, follow = textStop, follow.and(textEnd)
	case syntax.NtBoundary:
		a.holds = wordEdge
	case syntax.NtNonboundary:
		a.holds = noWordEdge
	default:
		return nil, follow, errUnknown
	}
	return a, follow, nil
}

// classOf is the class of the characters that n matches one or many of, nil
// if n is something else.
func (c *compiler) classOf(n *syntax.RegexNode) *class {
	var key string
	switch {
	case n.IsOneFamily():
		key = "=" + string(n.Ch)
	case n.IsNotoneFamily():
		key = "^" + string(n.Ch)
	case n.IsSetFamily():
		key = "s" + string(n.Set.Hash())
	default:
		return nil
	}
	if !utf8.ValidRune(n.Ch) {
		key = "" // not in any text
	}
	if known := c.classes[key]; known != nil {
		return known
	}
	var cl *class
	if n.IsSetFamily() {
		cl = classOf(n.Set)
	} else {
		cl = only(n.Ch, n.IsNotoneFamily())
	}
	if key != "" {
		c.classes[key] = cl
	}
	return cl
}

// forward compiles one or many characters of a class.
func (c *compiler) forward(n *syntax.RegexNode, cl *class, next node, follow firsts) (node, firsts, error) {
	first := cl.all
	if isOne(n) {
		return &oneOf{cl, next}, first, nil
	}
	m := many{class: cl, least: n.M, most: n.N, next: next, follow: follow}
	start := first
	if n.M == 0 {
		start = start.or(follow)
	}
	switch {
	case n.IsAtomicloopFamily(), first.apart(follow) && !isLazyLoop(n):
		// What follows cannot start with a character of the class, so giving
		// characters back would not help.
		return &possessive{m}, start, nil
	case isLazyLoop(n):
		return &lazy{m, c.place()}, start, nil
	}
	return &greedy{m, c.place()}, start, nil
}

// backward compiles one or many characters of a class in a lookbehind.
func (c *compiler) backward(n *syntax.RegexNode, cl *class, next node) node {
	if isOne(n) {
		return &oneOfBefore{cl, next}
	}
	if n.IsAtomicloopFamily() {
		return &whole{body: c.repeat(n, accept{}, func(r node) node { return &oneOfBefore{cl, r} }), next: next}
	}
	return c.repeat(n, next, func(r node) node { return &oneOfBefore{cl, r} })
}

func (c *compiler) literal(n *syntax.RegexNode, next node) (node, firsts, error) {
	for _, r := range n.Str {
		if !utf8.ValidRune(r) {
			return nothing{}, firsts{}, nil
		}
	}
	s := string(n.Str)
	if before(n) {
		return &literalBefore{s, next}, anyFirst, nil
	}
	var first firsts
	first.add(s[0])
	return &literal{s, next}, first, nil
}

// place numbers a node whose failures are remembered.
func (c *compiler) place() place {
	c.places++
	return place{id: c.places - 1, outer: c.outer, loop: -1}
}

func (c *compiler) number(group int) int {
	if c.numbers != nil {
		return c.numbers[group]
	}
	return group
}

func (c *compiler) capture(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	if n.N != -1 {
		return nil, follow, errUnknown // balancing groups
	}
	if !c.keeps {
		return c.compile(n.Children[0], next, follow)
	}
	group := c.number(n.M)
	body, first, err := c.compile(n.Children[0], &shut{group, next}, follow)
	return &open{group, body}, first, err
}

func (c *compiler) alternate(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	var (
		branches []node
		starts   []firsts
		all      firsts
	)
	for _, child := range n.Children {
		branch, first, err := c.compile(child, next, follow)
		if err != nil {
			return nil, follow, err
		}
		branches, starts, all = append(branches, branch), append(starts, first), all.or(first)
	}
	if before(n) {
		return &ordered{branches}, anyFirst, nil
	}
	return dispatch(branches, starts), all, nil
}

// dispatch returns a node that tries branches in order, those that can start
// with the next byte.
func dispatch(branches []node, starts []firsts) node {
	e := &either{}
	known := map[string]uint8{}
	for b := range e.table {
		var key []byte
		var list []node
		for i, f := range starts {
			if b < 256 && f.has(byte(b)) || b == 256 && f.end {
				key = append(key, byte(i), byte(i>>8))
				list = append(list, branches[i])
			}
		}
		at, ok := known[string(key)]
		if !ok {
			if len(e.branches) > 255 {
				return &ordered{branches}
			}
			at = uint8(len(e.branches))
			known[string(key)] = at
			e.branches = append(e.branches, list)
		}
		e.table[b] = at
	}
	return e
}

// whole compiles a part that is matched without backtracking into it.
func (c *compiler) whole(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	child := n.Children[0]
	if _, last := next.(accept); last && n.T == syntax.NtAtomic {
		return c.compile(child, next, follow) // nothing follows that could backtrack
	}
	outer := c.outer
	c.outer = nil
	body, first, err := c.compile(child, accept{}, anyFirst)
	c.outer = outer
	if err != nil {
		return nil, follow, err
	}
	groups := c.groupsIn(child, nil)
	if n.T == syntax.NtAtomic {
		first, err := c.starts(child, follow)
		return &whole{body, next, groups, false}, first, err
	}
	wanted := n.T == syntax.NtPosLook
	if !wanted {
		return &unless{body, next, groups}, follow, nil
	}
	if before(n) {
		first = anyFirst
	}
	return &whole{body, next, groups, true}, first.and(follow), nil
}
