package compare

import (
	"regexp"
	"slices"
	"strconv"
)

// A cell is one of a table, or a part of a line about a size.
type cell struct {
	key  string // what is compared
	size bool   // it tells how large something is
}

var (
	// totalRE is what prune prints at its end.
	totalRE = regexp.MustCompile(`^(Total(?: reclaimed space)?:)\s+(\S+)$`)
	// sizeRE is a size as Docker writes it, and what stands behind it: "99.5kB (12%)".
	sizeRE = regexp.MustCompile(`^(\d+(?:\.\d+)?) ?([kMGT]?)B(.*)$`)
)

// pairNear makes pairs of lines that are left over and differ in nothing but sizes
// which are a hundredth off. Time stamps within layers alone change them that much.
func (c *comparison) pairNear() {
	for i := 0; i < len(c.pairs); i++ {
		end := i
		for end < len(c.pairs) && c.pairs[end].alone() {
			end++
		}
		for k := i; k < end; k++ {
			if c.pairs[k].new >= 0 {
				continue
			}
			like := slices.IndexFunc(c.pairs[i:end], func(p pair) bool {
				return p.old < 0 && nearCells(c.old.lines[c.pairs[k].old].cells, c.new.lines[p.new].cells)
			})
			if like < 0 {
				continue
			}
			like += i
			c.pairs[k].new = c.pairs[like].new
			c.pairs = slices.Delete(c.pairs, like, like+1)
			end--
			if like < k {
				k--
			}
		}
		i = end
	}
}

// nearCells reports whether cells are the same but for sizes that are near.
func nearCells(a, b []cell) bool {
	return a != nil && slices.EqualFunc(a, b, func(a, b cell) bool {
		return a == b || a.size && b.size && nearSizes(a.key, b.key)
	})
}

func nearSizes(a, b string) bool {
	bytesA, restA, okA := parseSize(a)
	bytesB, restB, okB := parseSize(b)
	return okA && okB && restA == restB && near(bytesA, bytesB)
}

// parseSize reads a size as Docker writes it, in decimal units. rest is what
// stands behind it.
func parseSize(s string) (bytes int64, rest string, ok bool) {
	m := sizeRE.FindStringSubmatch(s)
	if m == nil {
		return 0, "", false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	unit := map[string]float64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[m[2]]
	return int64(n * unit), m[3], err == nil && n < 1e6
}
