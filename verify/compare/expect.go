// Package compare holds what labs print against what was expected of them: of a
// command against the lines that its page expects (Match), and of a whole lab
// against its record (Records).
package compare

import (
	"strings"

	"handbook/content/wording"
)

// Match tells whether lines are what was expected. A line "..." stands for
// any number of lines, "[..]" within a line for any text. There are no
// scores of similarity: lines match, or they do not.
func Match(want, got []string) bool {
	// Two-pointer glob matching: on a mismatch, the last "..." takes one more line.
	w, g := 0, 0
	star, back := -1, 0
	for g < len(got) {
		switch {
		case w < len(want) && want[w] == "...":
			star, back = w, g
			w++
		case w < len(want) && MatchLine(want[w], got[g]):
			w++
			g++
		case star >= 0:
			back++
			w, g = star+1, back
		default:
			return false
		}
	}
	for w < len(want) && want[w] == "..." {
		w++
	}
	return w == len(want)
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
