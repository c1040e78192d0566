package tokens

import "github.com/dlclark/regexp2/v2/syntax"

func isLazyLoop(n *syntax.RegexNode) bool {
	return n.T == syntax.NtOnelazy || n.T == syntax.NtNotonelazy || n.T == syntax.NtSetlazy
}

// loop compiles a loop of anything.
func (c *compiler) loop(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	child := n.Children[0]
	if n.N == 0 {
		return next, follow, nil
	}
	if n.M == 0 && n.N == 1 {
		return c.maybe(n, next, follow)
	}
	start := c.starts(child, follow)
	all := start
	if n.M == 0 {
		all = all.or(follow)
	}
	if before(n) {
		start, all = anyFirst, anyFirst
		c.pure = false
	} else if body := c.bare(child); n.T == syntax.NtLoop && !c.keeps && c.classOf(body) != nil && isOne(body) {
		loop := *body
		loop.T += syntax.NtOneloop - syntax.NtOne
		loop.M, loop.N = n.M, n.N
		return c.forward(&loop, c.classOf(body), next, follow)
	} else if n.T == syntax.NtLazyloop && !c.keeps && c.classOf(body) != nil && isOne(body) {
		loop := *body
		loop.T += syntax.NtOnelazy - syntax.NtOne
		loop.M, loop.N = n.M, n.N
		return c.forward(&loop, c.classOf(body), next, follow)
	} else if n.T == syntax.NtLoop && c.oneWay(child) && !c.nullable(child) && start.apart(follow) {
		return c.sweep(n, next, start, all)
	}
	if n.N == unbounded && n.M <= 1 {
		return c.repeat(n, next, start.or(follow), all)
	}
	return c.counted(n, next, start.or(follow), all)
}

func (c *compiler) maybe(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	with, first, err := c.compile(n.Children[0], next, follow)
	if err != nil {
		return nil, follow, err
	}
	if before(n) {
		first, follow = anyFirst, anyFirst
	}
	if n.T == syntax.NtLazyloop {
		return &maybe{next, with, follow}, first.or(follow), nil
	}
	return &maybe{with, next, first}, first.or(follow), nil
}

func (c *compiler) sweep(n *syntax.RegexNode, next node, start, all firsts) (node, firsts, error) {
	outer := c.outer
	c.outer = nil
	body, _, err := c.compile(n.Children[0], accept{}, anyFirst)
	c.outer = outer
	return &sweep{body, start, n.M, n.N, next, c.groupsIn(n.Children[0], nil)}, all, err
}

func (c *compiler) repeat(n *syntax.RegexNode, next node, follow, all firsts) (node, firsts, error) {
	r := &repeat{place: c.place(), next: next, lazy: n.T == syntax.NtLazyloop}
	r.loop = c.loops
	c.loops++
	outer := c.outer
	c.outer = &r.place
	body, _, err := c.compile(n.Children[0], r, follow)
	c.outer = outer
	r.body = body
	return &begin{r, n.M == 1}, all, err
}

func (c *compiler) counted(n *syntax.RegexNode, next node, follow, all firsts) (node, firsts, error) {
	c.pure = false
	l := &counted{loop: c.loops, least: n.M, most: n.N, next: next, lazy: n.T == syntax.NtLazyloop}
	c.loops++
	body, _, err := c.compile(n.Children[0], l, follow)
	l.body = body
	return beginCounted{l}, all, err
}
