package tokens

import (
	"slices"

	"github.com/dlclark/regexp2/v2/syntax"
)

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
	if one := bare(child); isOne(one) && !before(n) && !c.keeps {
		loop := *one
		loop.M, loop.N = n.M, n.N
		loop.T += syntax.NtOneloop - syntax.NtOne
		if n.T == syntax.NtLazyloop {
			loop.T += syntax.NtOnelazy - syntax.NtOneloop
		}
		return c.forward(&loop, c.classOf(one), next, follow)
	}
	first, err := c.starts(child, follow)
	if err != nil {
		return nil, follow, err
	}
	entry := c.repeat(n, next, func(r node) (body node) {
		body, _, err = c.compile(child, r, first.or(follow))
		return body
	})
	if n.M == 0 {
		first = first.or(follow)
	}
	return entry, first, err
}

// starts is what n can start with before follow.
func (c *compiler) starts(n *syntax.RegexNode, follow firsts) (firsts, error) {
	trial := *c
	_, first, err := trial.compile(n, accept{}, follow)
	if before(n) {
		first = anyFirst
	}
	return first, err
}

func (c *compiler) maybe(n *syntax.RegexNode, next node, follow firsts) (node, firsts, error) {
	with, first, err := c.compile(n.Children[0], next, follow)
	if err != nil {
		return nil, follow, err
	}
	branches, starts := []node{with, next}, []firsts{first, follow}
	if n.T == syntax.NtLazyloop {
		slices.Reverse(branches)
		slices.Reverse(starts)
	}
	if before(n) {
		return &ordered{branches}, anyFirst, nil
	}
	return dispatch(branches, starts), first.or(follow), nil
}

// repeat returns a loop. The function body compiles the body; its argument is
// what follows the body.
func (c *compiler) repeat(n *syntax.RegexNode, next node, body func(next node) node) node {
	r := &repeat{place: c.place(), least: n.M, most: n.N, next: next, lazy: n.T == syntax.NtLazyloop || isLazyLoop(n)}
	r.loop = c.loops
	c.loops++
	if before(n) || n.M > 1 || n.N != unbounded {
		c.pure = false
	}
	outer := c.outer
	c.outer = &r.place
	r.body = body(r)
	c.outer = outer
	return &begin{r}
}
