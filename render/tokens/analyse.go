package tokens

import "github.com/dlclark/regexp2/v2/syntax"

// has tells whether a kind of node is in n.
func has(n *syntax.RegexNode, t syntax.NodeType) bool {
	if n.T == t {
		return true
	}
	for _, child := range n.Children {
		if has(child, t) {
			return true
		}
	}
	return false
}

// before tells whether n is matched backwards, as all in a lookbehind is.
func before(n *syntax.RegexNode) bool { return n.Options&syntax.RightToLeft != 0 }

// isAccept tells whether nothing follows any more.
func isAccept(n node) bool {
	_, ok := n.(accept)
	return ok
}

// starts is what n can start with before follow: what compile would say of it.
func (c *compiler) starts(n *syntax.RegexNode, follow firsts) firsts {
	if before(n) {
		return anyFirst
	}
	if cl := c.classOf(n); cl != nil {
		if first := cl.all; isOne(n) || n.M > 0 {
			return first
		} else {
			return first.or(follow)
		}
	}
	switch n.T {
	case syntax.NtNothing:
		return firsts{}
	case syntax.NtConcatenate:
		for i := len(n.Children) - 1; i >= 0; i-- {
			follow = c.starts(n.Children[i], follow)
		}
		return follow
	case syntax.NtMulti:
		var first firsts
		first.add(string(n.Str)[0])
		return first
	case syntax.NtAlternate:
		var all firsts
		for _, child := range n.Children {
			all = all.or(c.starts(child, follow))
		}
		return all
	case syntax.NtLoop, syntax.NtLazyloop:
		first := c.starts(n.Children[0], follow)
		if n.M == 0 {
			first = first.or(follow)
		}
		return first
	case syntax.NtGroup, syntax.NtCapture, syntax.NtAtomic:
		return c.starts(n.Children[0], follow)
	case syntax.NtPosLook:
		return c.starts(n.Children[0], anyFirst).and(follow)
	case syntax.NtEol, syntax.NtEndZ:
		return follow.and(lineEnd)
	case syntax.NtEnd:
		return follow.and(textEnd)
	case syntax.NtRef:
		return anyFirst
	}
	return follow // something of no width
}

func (c *compiler) groupsIn(n *syntax.RegexNode, groups undo) undo {
	if !c.keeps {
		return nil
	}
	if n.T == syntax.NtCapture {
		groups = append(groups, c.number(n.M))
	}
	for _, child := range n.Children {
		groups = c.groupsIn(child, groups)
	}
	return groups
}

func isOne(n *syntax.RegexNode) bool {
	return n.T == syntax.NtOne || n.T == syntax.NtNotone || n.T == syntax.NtSet
}

// bare is n without groups around it.
func (c *compiler) bare(n *syntax.RegexNode) *syntax.RegexNode {
	for n.T == syntax.NtGroup || n.T == syntax.NtCapture && n.N == -1 || n.T == syntax.NtAtomic {
		n = n.Children[0]
	}
	return n
}

// nullable tells whether n can match nothing. It may say so of what cannot.
func (c *compiler) nullable(n *syntax.RegexNode) bool {
	switch n.T {
	case syntax.NtOne, syntax.NtNotone, syntax.NtSet, syntax.NtMulti:
		return false
	case syntax.NtAlternate:
		for _, child := range n.Children {
			if c.nullable(child) {
				return true
			}
		}
		return false
	case syntax.NtConcatenate:
		for _, child := range n.Children {
			if !c.nullable(child) {
				return false
			}
		}
		return true
	case syntax.NtGroup, syntax.NtCapture, syntax.NtAtomic:
		return c.nullable(n.Children[0])
	}
	return c.classOf(n) == nil || n.M == 0
}

// oneWay tells whether n has at most one way to match at a position, so that
// nothing can go back into it. It may deny what is true.
func (c *compiler) oneWay(n *syntax.RegexNode) bool {
	switch n.T {
	case syntax.NtOne, syntax.NtNotone, syntax.NtSet, syntax.NtMulti, syntax.NtEmpty,
		syntax.NtOneloopatomic, syntax.NtNotoneloopatomic, syntax.NtSetloopatomic, syntax.NtAtomic,
		syntax.NtPosLook, syntax.NtNegLook, syntax.NtBol, syntax.NtEol, syntax.NtBoundary, syntax.NtNonboundary:
		return !before(n)
	case syntax.NtGroup, syntax.NtCapture:
		return c.oneWay(n.Children[0])
	case syntax.NtConcatenate:
		for _, child := range n.Children {
			if !c.oneWay(child) {
				return false
			}
		}
		return true
	case syntax.NtAlternate:
		var all firsts
		for _, child := range n.Children {
			if !c.oneWay(child) || c.nullable(child) {
				return false
			}
			first := c.starts(child, anyFirst)
			if !first.apart(all) {
				return false
			}
			all = all.or(first)
		}
		return true
	}
	// A loop that gives back nothing is matched in one way, one with as many
	// as it has to have too.
	return c.classOf(n) != nil && n.M == n.N && !before(n)
}
