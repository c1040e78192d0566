package html

import (
	"regexp"
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
	var expected *regexp.Regexp
	if e := s.Commands[i].Expect; e != nil {
		expected = expectedLine(e.Lines, r.Bind)
	}
	return func(line int) bool {
		text := strings.TrimRight(highlight.Plain(output[line]), " \t")
		if expected != nil && expected.MatchString(text) {
			return true
		}
		for _, step := range steps {
			if strings.Contains(text, step) {
				return true
			}
		}
		return false
	}
}

// expectedLine returns an expression for the lines that an author expects, nil if
// those are any lines.
func expectedLine(lines []string, bind func(string) string) *regexp.Regexp {
	var any []string
	for _, line := range lines {
		if line = bind(line); strings.Trim(line, " .") == "" || line == "<SNIP>" {
			continue
		}
		any = append(any, strings.ReplaceAll(regexp.QuoteMeta(line), regexp.QuoteMeta("[..]"), ".*"))
	}
	if any == nil {
		return nil
	}
	return regexp.MustCompile("^(?:" + strings.Join(any, "|") + ")$")
}
