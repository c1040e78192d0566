package compare

import (
	"fmt"

	"handbook/content/wording"
)

// A pair is two elements that belong together, by their indexes. An element
// without a partner has -1 for it.
type pair struct{ old, new int }

func (p pair) alone() bool { return p.old < 0 || p.new < 0 }

// align pairs the equal elements of two lists, in order: their longest common
// subsequence. What is gone stands before what is new.
func align(old, new []string) []pair {
	var head, tail []pair
	for len(head) < min(len(old), len(new)) && old[len(head)] == new[len(head)] {
		head = append(head, pair{len(head), len(head)})
	}
	o, n := len(old), len(new)
	for o > len(head) && n > len(head) && old[o-1] == new[n-1] {
		o, n = o-1, n-1
		tail = append(tail, pair{}) // filled in below, front to back
	}
	for i := range tail {
		tail[i] = pair{o + i, n + i}
	}
	return append(append(head, alignMiddle(old[:o], new[:n], len(head))...), tail...)
}

// alignMost bounds the table that alignMiddle fills. Longer
// differences are not compared line by line.
const alignMost = 1 << 22

func alignMiddle(old, new []string, from int) (pairs []pair) {
	rows, cols := len(old)-from, len(new)-from
	if rows*cols > alignMost {
		for i := range rows {
			pairs = append(pairs, pair{from + i, -1})
		}
		for j := range cols {
			pairs = append(pairs, pair{-1, from + j})
		}
		return pairs
	}
	// common[i*(cols+1)+j] is how much old[i:] and new[j:] have in common.
	common := make([]int32, (rows+1)*(cols+1))
	for i := rows - 1; i >= 0; i-- {
		for j := cols - 1; j >= 0; j-- {
			at := i*(cols+1) + j
			if old[from+i] == new[from+j] {
				common[at] = common[at+cols+2] + 1
			} else {
				common[at] = max(common[at+1], common[at+cols+1])
			}
		}
	}
	i, j := 0, 0
	for i < rows || j < cols {
		at := i*(cols+1) + j
		switch {
		case i < rows && j < cols && old[from+i] == new[from+j]:
			pairs = append(pairs, pair{from + i, from + j})
			i, j = i+1, j+1
		case j == cols || i < rows && common[at+cols+1] >= common[at+1]:
			pairs = append(pairs, pair{from + i, -1})
			i++
		default:
			pairs = append(pairs, pair{-1, from + j})
			j++
		}
	}
	return pairs
}

// printDiff shows what is gone ("-") and what is new ("+"), each with a line
// of context. Of the other lines it tells how many there are.
func printDiff(pairs []pair, old, new []string) (out []string) {
	const around, most = 1, 40
	same := func(i int) bool { return i >= 0 && i < len(pairs) && pairs[i].old >= 0 && pairs[i].new >= 0 }
	near := func(i int) bool {
		for d := -around; d <= around; d++ {
			if i+d >= 0 && i+d < len(pairs) && !same(i+d) {
				return true
			}
		}
		return false
	}
	left, skipped := 0, 0
	say := func(line string) {
		if skipped > 0 {
			out = append(out, fmt.Sprintf("  … %s the same", wording.Count(skipped, "line")))
			skipped = 0
		}
		out = append(out, line)
	}
	for i, p := range pairs {
		switch {
		case same(i) && !near(i):
			skipped++
		case len(out) >= most:
			if !same(i) {
				left++
			}
		case same(i):
			say("  " + new[p.new])
		case p.new < 0:
			say("- " + old[p.old])
		default:
			say("+ " + new[p.new])
		}
	}
	if left > 0 {
		return append(out, fmt.Sprintf("… and %s", wording.Count(left, "more line")))
	}
	if len(new) == 0 {
		return append(out, "+ (nothing)")
	}
	if len(old) == 0 {
		return append([]string{"- (nothing)"}, out...)
	}
	return out
}
