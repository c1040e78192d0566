// Package compare holds what labs print against what was expected of them: of a
// command against the lines that its page expects (Match), and of a whole lab
// against its record (Records).
package compare

import (
	"errors"
	"strings"

	"handbook/content/wording"
)

// Match reports whether lines are what was expected. A line "..." stands for
// any number of lines, "[..]" within a line for any text. There are no
// scores of similarity: lines match, or they do not.
func Match(want, got []string) bool { return Compare(want, got) == nil }

// Errors of Compare.
var (
	ErrOther = errors.New("printed something other than the page says")
	ErrHard  = errors.New("is expected to print lines with so many wildcards that they can't be compared with what it printed")
)

// most is how much work it may be to compare an output: what is looked at of its
// lines and of those that are expected. It can't be interrupted.
const most = 1 << 27

// Compare is Match, and says why lines are not what was expected: the error is
// ErrOther, or ErrHard.
func Compare(want, got []string) error {
	// Two-pointer glob matching: on a mismatch, the last "..." takes one more line.
	w, g, left := 0, 0, most
	star, back := -1, 0
	for g < len(got) {
		if w < len(want) && want[w] == "..." {
			star, back = w, g
			w++
			continue
		}
		if w < len(want) {
			if left -= work(want[w], got[g]); left < 0 {
				return ErrHard
			}
		}
		switch {
		case w < len(want) && MatchLine(want[w], got[g]):
			w++
			g++
		case star >= 0:
			back++
			w, g = star+1, back
		default:
			return ErrOther
		}
	}
	for w < len(want) && want[w] == "..." {
		w++
	}
	if w < len(want) {
		return ErrOther
	}
	return nil
}

// work is how much MatchLine has to do.
func work(want, got string) int {
	switch {
	case !strings.Contains(want, "[..]"):
		return 1 + len(want)/16
	case strings.Contains(want, "\t"):
		return len(want) + len(got) + len(want)*len(got)/16
	}
	return len(want) + len(got)
}

// MatchLine compares a line of a screen with one that may hold "[..]", and tabs.
func MatchLine(want, got string) bool {
	parts := strings.Split(want, "[..]")
	if strings.Contains(want, "\t") {
		return matchTabs(parts, got)
	}
	if len(parts) == 1 {
		return want == got
	}
	first, last := parts[0], parts[len(parts)-1]
	rest, ok := strings.CutPrefix(got, first)
	if !ok || len(rest) < len(last) || !strings.HasSuffix(rest, last) {
		return false
	}
	rest = rest[:len(rest)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return true
}

func hasWildcard(line string) bool { return line == "..." || strings.Contains(line, "[..]") }

// Explain shows how an output differs from what was expected, as lines to
// print: "-" is what the page says, "+" what the command printed.
func Explain(want, got []string) []string {
	const most = 20 // lines of each
	// Of the lines that agree at the start and at the end, only the number is
	// told.
	head := 0
	for head < len(want) && head < len(got) && want[head] != "..." && MatchLine(want[head], got[head]) {
		head++
	}
	tail := 0
	for tail < len(want)-head && tail < len(got)-head && want[len(want)-1-tail] != "..." &&
		MatchLine(want[len(want)-1-tail], got[len(got)-1-tail]) {
		tail++
	}
	var out []string
	show := func(sign string, lines []string) {
		for i, line := range lines {
			if i == most {
				out = append(out, sign+" … "+wording.Count(len(lines)-most, "more line"))
				return
			}
			out = append(out, sign+" "+line)
		}
	}
	if head > 0 {
		out = append(out, "  … "+wording.Count(head, "line")+" as expected")
	}
	show("-", want[head:len(want)-tail])
	if len(got) == 0 {
		out = append(out, "+ (nothing)")
	}
	show("+", got[head:len(got)-tail])
	if tail > 0 {
		out = append(out, "  … "+wording.Count(tail, "line")+" as expected")
	}
	return out
}

// Mismatch returns the number, from 0, of the first of the wanted lines that
// does not hold. It is 0 if a line "..." comes before.
func Mismatch(want, got []string) int {
	for i, line := range want {
		if line == "..." {
			break
		}
		if i >= len(got) || !MatchLine(line, got[i]) {
			return i
		}
	}
	return 0
}

// SplitLines returns the lines of a text, none if it is empty.
func SplitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
