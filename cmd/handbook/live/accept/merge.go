package accept

import (
	"regexp"
	"slices"
	"strings"

	"handbook/verify/compare"
)

// Wildcards for lines, and within a line.
const (
	anyLines = "..."
	anyText  = "[..]"
)

// Merge returns lines that match what was printed: it keeps lines that match
// already, and replaces others by the printed ones.
func Merge(want, got []string) []string {
	m := &merger{most}
	kept := m.common(want, got, func(w, g string) int {
		if w != anyLines && compare.MatchLine(w, g) {
			return 1
		}
		return 0
	})
	var merged []string
	w, g := 0, 0
	for _, k := range append(kept, match{len(want), len(got)}) {
		merged = append(merged, m.gap(want[w:k.want], got[g:k.got])...)
		if k.want < len(want) {
			merged = append(merged, want[k.want])
		}
		w, g = k.want+1, k.got+1
	}
	if !matches(merged, got) {
		return slices.Clone(got)
	}
	return merged
}

// A merger merges the output of a command. Its work is limited, since a
// hostile page can expect and print a lot.
type merger struct{ left int }

// most is how many pairs of elements, and of 32 bytes of them, are compared.
const most = 1 << 20

// gap merges lines of which none matches.
func (m *merger) gap(want, got []string) []string {
	dots := slices.Index(want, anyLines)
	if dots < 0 {
		var merged []string
		for i, line := range got {
			if i < len(want) {
				line = m.line(want[i], line)
			}
			merged = append(merged, line)
		}
		return merged
	}
	last := len(want) - 1
	for want[last] != anyLines {
		last--
	}
	before, after := want[:dots], want[last+1:]
	if len(before)+len(after) > len(got) {
		if len(got) == 0 {
			return []string{anyLines}
		}
		return slices.Clone(got)
	}
	merged := m.gap(before, got[:len(before)])
	merged = append(merged, anyLines)
	return append(merged, m.gap(after, got[len(got)-len(after):])...)
}

// words splits a line into parts that are kept or replaced as a whole.
var words = regexp.MustCompile(`\[\.\.\]|[0-9]+|[\pL_]+|\s+|.`)

// line returns the printed line, with the wildcards of the expected one where
// they are still between the same words. If more than two thirds of the words
// differ, it has no wildcards.
func (m *merger) line(want, got string) string {
	if !strings.Contains(want, anyText) || len(want)*len(got) > m.left {
		return got
	}
	w, g := words.FindAllString(want, -1), words.FindAllString(got, -1)
	kept := m.common(w, g, func(w, g string) int {
		if w == g && w != anyText {
			return len(w)
		}
		return 0
	})
	var b strings.Builder
	from, to, same := 0, 0, 0
	for _, k := range append(kept, match{len(w), len(g)}) {
		if slices.Contains(w[from:k.want], anyText) {
			b.WriteString(anyText)
		} else {
			b.WriteString(strings.Join(g[to:k.got], ""))
		}
		if k.want < len(w) {
			b.WriteString(w[k.want])
			same += len(strings.TrimSpace(w[k.want]))
		}
		from, to = k.want+1, k.got+1
	}
	literal := len(strings.Join(strings.Fields(strings.ReplaceAll(want, anyText, " ")), ""))
	if 3*same < literal || same == 0 || !compare.MatchLine(b.String(), got) {
		return got
	}
	return b.String()
}

// A match is a pair of corresponding elements, by their indexes.
type match struct{ want, got int }

// common pairs elements of two lists, in order, so that the sum of their worth
// is the highest. Elements with a worth of 0 are not paired. It returns no
// pairs for lists that are too long.
func (m *merger) common(want, got []string, worth func(want, got string) int) (pairs []match) {
	rows, cols := len(want), len(got)
	cost := (rows+1)*(cols+1) + (size(want)*cols+size(got)*rows)/32
	if cost > m.left {
		return nil
	}
	m.left -= cost
	best := make([]int, (rows+1)*(cols+1)) // best[i*(cols+1)+j]: of want[i:] and got[j:]
	for i := rows - 1; i >= 0; i-- {
		for j := cols - 1; j >= 0; j-- {
			at := i*(cols+1) + j
			best[at] = max(best[at+1], best[at+cols+1])
			if n := worth(want[i], got[j]); n > 0 {
				best[at] = max(best[at], n+best[at+cols+2])
			}
		}
	}
	for i, j := 0, 0; i < rows && j < cols; {
		at := i*(cols+1) + j
		n := worth(want[i], got[j])
		switch {
		case n > 0 && best[at] == n+best[at+cols+2]:
			pairs = append(pairs, match{i, j})
			i, j = i+1, j+1
		case best[at] == best[at+cols+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// size counts the bytes of texts.
func size(texts []string) (n int) {
	for _, text := range texts {
		n += len(text)
	}
	return n
}
