package compare

import (
	"regexp"
	"slices"
	"strconv"
)

// A cell is one of a table, or a part of a line about a size.
type cell struct {
	key   string // what is compared
	size  bool   // it tells how large something is
	slack int64  // bytes by which it may be off, a hundredth of it at least
}

var (
	// totalRE is what prune and "buildx du" print at their end.
	totalRE = regexp.MustCompile(`^(Total(?: reclaimed space)?:)\s+(\S+)$`)
	// partRE are the lines of "buildx du" above its total.
	partRE = regexp.MustCompile(`^((?:Shared|Private|Reclaimable):)\s+(\S+)$`)
	// sizeRE is a size as Docker writes it, and what stands behind it: "99.5kB (12%)".
	sizeRE = regexp.MustCompile(`^(\d+(?:\.\d+)?) ?([kMGT]?)B(.*)$`)
)

// contextSlack is how many bytes BuildKit's cache may differ by. What it was sent of a
// context is kept once or twice: it depends on whether it has cleared up after the
// build before.
const contextSlack = 100_000

// cacheSlack lets the sizes of the build cache in a row of "docker system df" be off.
func cacheSlack(names, texts []string, row []cell) {
	if size := slices.Index(names, "SIZE"); texts[0] == "Build Cache" && size >= 0 {
		slacken(row, texts[size])
	}
}

// totalSlack does the same for the lines of "docker buildx du" and "docker builder prune".
func totalSlack(lines []normalizedLine) {
	for i, total := range lines {
		if m := totalRE.FindStringSubmatch(total.text); m == nil || m[1] != "Total:" {
			continue
		}
		slacken(total.cells, total.cells[1].key)
		for k := i - 1; k >= 0 && partRE.MatchString(lines[k].text); k-- {
			slacken(lines[k].cells, total.cells[1].key)
		}
	}
}

// slacken lets the sizes among cells be off by a hundredth of the whole cache, and by
// what was sent of a context.
func slacken(cells []cell, cache string) {
	bytes, _, _ := parseSize(cache)
	for i := range cells {
		if cells[i].size {
			cells[i].slack = max(bytes/100, contextSlack)
		}
	}
}

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
		return a.key == b.key && a.size == b.size || a.size && b.size && nearSizes(a, b)
	})
}

func nearSizes(a, b cell) bool {
	bytesA, restA, okA := parseSize(a.key)
	bytesB, restB, okB := parseSize(b.key)
	if !okA || !okB || restA != restB {
		return false
	}
	diff := max(bytesA-bytesB, bytesB-bytesA)
	return near(bytesA, bytesB) || diff <= min(a.slack, b.slack)
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
