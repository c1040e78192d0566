package tokens

import "github.com/dlclark/regexp2/v2/syntax"

// has reports whether n contains a node of a kind.
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

// before reports whether n is matched backwards, as in a lookbehind.
func before(n *syntax.RegexNode) bool { return n.Options&syntax.RightToLeft != 0 }

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

// bare returns n without groups around it.
func bare(n *syntax.RegexNode) *syntax.RegexNode {
	for n.T == syntax.NtGroup || n.T == syntax.NtCapture && n.N == -1 || n.T == syntax.NtAtomic {
		n = n.Children[0]
	}
	return n
}
