package compare

import (
	"regexp"
	"slices"
)

// A comparison is one of lines.
type comparison struct {
	page     int // the line of the page that they belong to
	old, new normalized
	pairs    []pair // those that are equal, and what is left over
}

// A side is one of the two runs that are compared.
type side int

const (
	before side = iota
	after
)

// alone returns the key of a line that is left over on a side.
func (c *comparison) alone(p pair, on side) (key string, ok bool) {
	switch {
	case on == before && p.new < 0:
		return c.old.lines[p.old].key, true
	case on == after && p.old < 0:
		return c.new.lines[p.new].key, true
	}
	return "", false
}

// left returns the keys of the lines that are left over on a side.
func (c *comparison) left(on side) (keys []string) {
	for _, p := range c.pairs {
		if key, ok := c.alone(p, on); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// drop takes lines out that are left over on a side.
func (c *comparison) drop(on side, is func(key string) bool) {
	c.pairs = slices.DeleteFunc(c.pairs, func(p pair) bool {
		key, ok := c.alone(p, on)
		return ok && is(key)
	})
}

// exchange takes out lines that may stand elsewhere, in the same comparison or
// in another one: each that is left over once on either side. It calls found for
// every one.
func exchange(all []*comparison, found func(c *comparison)) {
	gone, came := map[string]int{}, map[string]int{}
	for _, c := range all {
		for _, key := range c.left(before) {
			gone[key]++
		}
	}
	for _, c := range all {
		c.drop(after, func(key string) bool {
			if gone[key] == 0 {
				return false
			}
			gone[key]--
			came[key]++
			found(c)
			return true
		})
	}
	for _, c := range all {
		c.drop(before, func(key string) bool {
			came[key]--
			return came[key] >= 0
		})
	}
}

func (d *differ) compare(page int, command string, built bool, old, new []string) *comparison {
	as := normalized{command: command, git: usesGit.MatchString(command), built: built, follows: d.follows()}
	c := &comparison{page: page, old: as.normalize(old), new: as.normalize(new)}
	if d.elsewhere {
		c.old.withoutPlatforms()
		c.new.withoutPlatforms()
	}
	c.pairs = align(c.old.keys(), c.new.keys())
	c.pairNear()
	return c
}

// isList reports whether lines begin with ids or names. A list that is sorted by
// these comes in another order each time.
func (s normalized) isList() bool {
	n := 0
	for _, l := range s.lines {
		if sortedBy.MatchString(l.key) {
			n++
		}
	}
	return n >= 2
}

var sortedBy = regexp.MustCompile(`^(?:<id>|<name>|<uuid>|sha256:<digest>)`)

var usesGit = regexp.MustCompile(`\bgit\b`)

// settle sets what is no change aside, and returns a diff, nil if there is
// nothing else.
func (d *differ) settle(c *comparison) []string {
	o, n := c.old, c.new
	for _, p := range c.pairs {
		if p.old >= 0 && p.new >= 0 {
			d.compareAside(c.page, o.lines[p.old], n.lines[p.new])
		}
	}
	if o.fetched != n.fetched {
		d.setAside(fetchedLine, max(o.fetched, n.fetched)-min(o.fetched, n.fetched), c.page)
	}
	if o.own != n.own {
		d.setAside(ownRequests, 1, c.page)
	}
	if o.free != n.free {
		d.setAside(freeRows, 1, c.page)
	}
	d.dropFollowing(c)
	if n.isList() {
		exchange([]*comparison{c}, func(*comparison) { d.setAside(otherOrder, 1, c.page) })
	}
	if slices.ContainsFunc(c.pairs, pair.alone) {
		return printDiff(c.pairs, o.texts(), n.texts())
	}
	if len(o.order) == len(n.order) && !slices.Equal(ranks(o.order), ranks(n.order)) {
		d.setAside(otherOrder, 1, c.page)
	}
	return nil
}

// ranks numbers places in their order, so that lines that are left out do not count.
func ranks(places []int) []int {
	sorted := slices.Sorted(slices.Values(places))
	all := make([]int, len(places))
	for i, place := range places {
		all[i], _ = slices.BinarySearch(sorted, place)
	}
	return all
}

// text compares the text of a file, and returns a diff, nil if there is nothing
// but what is no change.
func (d *differ) text(page int, old, new string) []string {
	return d.settle(d.compare(page, "", false, SplitLines(old), SplitLines(new)))
}
