package verify

import "strings"

// matches tells whether lines are what was expected. A line "..." stands for
// any number of lines, "[..]" within a line for any text. There is no
// nearness: lines match, or they don't.
func matches(want, got []string) bool {
	// Two-pointer glob matching: on a mismatch, the last "..." takes one more line.
	w, g := 0, 0
	star, back := -1, 0
	for g < len(got) {
		switch {
		case w < len(want) && want[w] == "...":
			star, back = w, g
			w++
		case w < len(want) && matchesLine(want[w], got[g]):
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

// matchesLine compares a line with one that may hold "[..]".
func matchesLine(want, got string) bool {
	parts := strings.Split(want, "[..]")
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

// explain shows where the output leaves what was expected, as lines to print:
// "-" what the page says, "+" what the command printed.
func explain(want, got []string) []string {
	const most = 20 // lines of each
	// What agrees at the start and at the end is told by its number only.
	head := 0
	for head < len(want) && head < len(got) && want[head] != "..." && matchesLine(want[head], got[head]) {
		head++
	}
	tail := 0
	for tail < len(want)-head && tail < len(got)-head && want[len(want)-1-tail] != "..." &&
		matchesLine(want[len(want)-1-tail], got[len(got)-1-tail]) {
		tail++
	}
	var out []string
	show := func(sign string, lines []string) {
		for i, line := range lines {
			if i == most {
				out = append(out, sign+" … "+plural(len(lines)-most, "more line"))
				return
			}
			out = append(out, sign+" "+line)
		}
	}
	if head > 0 {
		out = append(out, "  … "+plural(head, "line")+" as expected")
	}
	show("-", want[head:len(want)-tail])
	if len(got) == 0 {
		out = append(out, "+ (nothing)")
	}
	show("+", got[head:len(got)-tail])
	if tail > 0 {
		out = append(out, "  … "+plural(tail, "line")+" as expected")
	}
	return out
}
