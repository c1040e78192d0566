package html

import (
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/render/highlight"
)

const (
	// foldOutput is the number of lines of a folded output that stay visible.
	foldOutput = 12
	// foldLeast is the smallest number of lines that are folded.
	foldLeast = 8
)

// A run of lines is shown, or folded.
type run struct {
	first, end int // of the lines
	folded     bool
}

// fold returns the runs of n lines. The first ones, the last ones and those
// for which kept returns true stay visible; fewer than foldLeast lines in a
// row are not folded.
func fold(n, first, last int, kept func(i int) bool) []run {
	var runs []run
	add := func(first, end int, folded bool) {
		switch k := len(runs) - 1; {
		case first == end:
		case k >= 0 && runs[k].folded == folded:
			runs[k].end = end
		default:
			runs = append(runs, run{first, end, folded})
		}
	}
	for i := 0; i < n; {
		end := i
		for end >= first && end < n-last && !kept(end) {
			end++
		}
		add(i, end, end-i >= foldLeast)
		if end < n {
			add(end, end+1, false)
			end++
		}
		i = end
	}
	return runs
}

// foldedOutput returns the runs of an output's lines. Most of the visible ones
// are at the end, where commands usually print their result.
func foldedOutput(o *info.Options, n int, kept func(i int) bool) []run {
	shown := foldOutput
	if o.Fold > 0 {
		shown = o.Fold
	}
	return fold(n, max(1, shown/3), max(1, shown-shown/3), kept)
}

// foldedCode returns the runs of the lines of a snippet of code, which is
// folded only with the option fold. The first lines, the marked ones and the
// last one stay visible.
func foldedCode(o *info.Options, n int) []run {
	if o.Fold == 0 {
		return []run{{0, n, false}}
	}
	return fold(n, o.Fold, 1, func(i int) bool { return lineClass(o, i+1) != "" })
}

// summary returns the element that unfolds folded lines.
func (r *figures) summary(folded run) string {
	return `<details class="more"><summary>` + r.Words.HTML("more-lines", "n", folded.end-folded.first) + "</summary>"
}

// points returns a function that reports whether a line of a command's output
// should stay visible: an expected line, or a step of a build.
func (r *figures) points(s *content.Snippet, i int, output []string) func(line int) bool {
	var steps []string
	if r.Record != nil {
		for _, build := range r.Record.Builds {
			if build.Snippet != s.Number || build.Command != i {
				continue
			}
			for _, step := range build.Steps {
				steps = append(steps, step.Name)
			}
		}
	}
	var expected expectation
	if e := s.Commands[i].Expect; e != nil {
		expected = expectedLines(e.Lines, r.Bind)
	}
	return func(line int) bool {
		text := strings.TrimRight(highlight.Plain(output[line]), " \t")
		return expected.has(text, &r.looked) || slices.ContainsFunc(steps, func(step string) bool {
			return look(&r.looked, step, text) && strings.Contains(text, step)
		})
	}
}

// mostLooked limits the bytes of outputs and expected lines that are compared
// for a page. Lines that are not compared are folded.
const mostLooked = 1 << 27

// look counts compared bytes, and reports whether the limit is not exceeded.
func look(looked *int, texts ...string) bool {
	for _, text := range texts {
		*looked += len(text) + 1
	}
	return *looked <= mostLooked
}

// An expectation is the lines of output that an author expects.
type expectation struct {
	plain map[string]bool
	parts [][]string // of lines with wildcards: the texts between them
}

// expectedLines returns the lines that an author expects, without the lines
// "...".
func expectedLines(lines []string, bind func(string) string) (e expectation) {
	e.plain = map[string]bool{}
	for _, line := range lines {
		if line = bind(line); strings.Trim(line, " .") == "" || line == "<SNIP>" {
			continue
		}
		if parts := strings.Split(line, "[..]"); len(parts) > 1 {
			e.parts = append(e.parts, parts)
		} else {
			e.plain[line] = true
		}
	}
	return e
}

// has reports whether a line is expected.
func (e expectation) has(text string, looked *int) bool {
	return e.plain[text] || slices.ContainsFunc(e.parts, func(parts []string) bool {
		return look(looked, text) && look(looked, parts...) && matches(parts, text)
	})
}

// matches reports whether a text has parts in their order, begins with the first one
// and ends with the last one.
func matches(parts []string, text string) bool {
	last := len(parts) - 1
	text, ok := strings.CutPrefix(text, parts[0])
	for _, part := range parts[1:last] {
		if ok {
			_, text, ok = strings.Cut(text, part)
		}
	}
	return ok && strings.HasSuffix(text, parts[last])
}
