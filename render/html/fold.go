package html

import (
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/render/highlight"
)

const (
	// foldOutput is the number of lines that stay of an output that is folded.
	foldOutput = 12
	// foldLeast is the number of lines that are worth a fold.
	foldLeast = 8
)

// A run of lines is shown, or folded.
type run struct {
	first, end int // of the lines
	folded     bool
}

// fold returns the runs of n lines, of which the first ones and the last ones
// stay, and those that kept reports. A few lines are not folded.
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

// foldedOutput returns the runs of an output's lines. Most of what stays is its
// end, where commands tell what has come of them.
func foldedOutput(o *info.Options, n int, kept func(i int) bool) []run {
	shown := foldOutput
	if o.Fold > 0 {
		shown = o.Fold
	}
	return fold(n, max(1, shown/3), max(1, shown-shown/3), kept)
}

// foldedCode returns the runs of the lines of a snippet of code, which is folded
// only if it says so: the first lines, the marked ones and the last one stay.
func foldedCode(o *info.Options, n int) []run {
	if o.Fold == 0 {
		return []run{{0, n, false}}
	}
	return fold(n, o.Fold, 1, func(i int) bool { return lineClass(o, i+1) != "" })
}

// summary returns what can be pressed in place of folded lines.
func (r *figures) summary(folded run) string {
	return `<details class="more"><summary>` + r.Words.HTML("more-lines", "n", folded.end-folded.first) + "</summary>"
}

// points returns a function that reports whether a line of a command's output is
// one that the page is about: an expected one, or a step of a build.
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

// mostLooked is how many bytes of outputs and of what is looked for in them are
// looked at for a page. What is not found then is folded.
const mostLooked = 1 << 27

// look counts what is looked at, and reports whether that is not too much yet.
func look(looked *int, texts ...string) bool {
	for _, text := range texts {
		*looked += len(text) + 1
	}
	return *looked <= mostLooked
}

// An expectation has the lines that an author expects.
type expectation struct {
	plain map[string]bool
	parts [][]string // of lines with wildcards: the texts between them
}

// expectedLines returns the lines that an author expects, but for those that are any
// lines.
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
