package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"handbook/content/wording"
)

// Text is how a report looks to people. Its functions may be nil.
type Text struct {
	Paint func(v Verdict, text string) string // colours a verdict
	Name  func(file string) string            // how messages call a file, of which the way from the repository's root on is given
}

func (t Text) paint(v Verdict, text string) string {
	if t.Paint == nil {
		return text
	}
	return t.Paint(v, text)
}

func (t Text) name(file string) string {
	if t.Name == nil {
		return file
	}
	return t.Name(file)
}

// Line is the lab's line of the output: how it went and how long it took, and
// what was not taken for a change.
func (t Text) Line(l *Lab) string {
	took := duration(l.Seconds)
	if l.Fresh {
		took = "fresh"
	}
	line := fmt.Sprintf("%s  %s  %s  %s", l.Page, t.paint(l.Verdict, string(l.Verdict)), l.detail(), took)
	if len(l.Moved) > 0 {
		line += "  on " + wording.Count(len(l.Moved), "moved base image")
	}
	if gaps := l.gaps(); gaps != "" {
		line += "  " + gaps
	}
	if text := asideText(l.SetAside, false); text != "" {
		line += "  set aside: " + text
	}
	return line
}

func (l *Lab) detail() string {
	if len(l.Cases) > 0 {
		return fmt.Sprintf("%d of %s", l.Verified, wording.Count(l.Snippets, "snippet"))
	}
	if len(l.Failures) > 0 && l.Failures[0].Line > 0 {
		return fmt.Sprintf("at line %d", l.Failures[0].Line)
	}
	return "before its first snippet"
}

func duration(seconds float64) string {
	return wording.Duration(time.Duration(seconds * float64(time.Second)))
}

// Summary ends the output: how many labs have which verdict and once more, a
// line each, what is wrong and where. The details stand above it.
func (t Text) Summary(r *Report) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Counts())
	lines := slices.Concat(t.problemLines(r), t.updatedLines(r), r.movedLines())
	const most = 30
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(&b, "… and %d more\n", len(lines)-most)
			break
		}
		fmt.Fprintln(&b, line)
	}
	for _, l := range r.Labs {
		for _, p := range l.Warnings {
			p.File = t.name(p.File)
			fmt.Fprintf(&b, "warning  %s: %s\n", p.pos(), wording.Shorten(p.Message, 120))
		}
	}
	return b.String()
}

// Counts is "5 labs: 1 failed, 1 changed, 3 fresh, in 12.3s".
func (r *Report) Counts() string {
	n, fresh, moved, ran := map[Verdict]int{}, 0, 0, false
	for _, l := range r.Labs {
		if l.Fresh {
			fresh++
			continue
		}
		n[l.Verdict]++
		ran = true
		if len(l.Moved) > 0 {
			moved++
		}
	}
	var words []string
	for _, verdict := range []Verdict{Passed, Failed, Changed, Stale, Error} {
		if n[verdict] == 0 {
			continue
		}
		words = append(words, fmt.Sprintf("%d %s", n[verdict], verdict))
		if verdict == Passed && moved > 0 {
			words[len(words)-1] += fmt.Sprintf(" (%d on moved base images)", moved)
		}
	}
	if fresh > 0 {
		words = append(words, fmt.Sprintf("%d fresh", fresh))
	}
	line := wording.Count(len(r.Labs), "lab")
	if len(words) > 0 {
		line += ": " + strings.Join(words, ", ")
	}
	if r.Shard != nil {
		line = fmt.Sprintf("shard %v: %s", r.Shard, line)
	}
	if ran {
		line += ", in " + duration(r.Seconds)
	}
	return line
}

// withProblems returns the labs with problems, by urgency.
func (r *Report) withProblems() (labs []*Lab) {
	for _, verdict := range byUrgency {
		for i := range r.Labs {
			if l := &r.Labs[i]; l.Verdict == verdict && len(l.Failures) > 0 {
				labs = append(labs, l)
			}
		}
	}
	return labs
}

// problemLines is a line for each problem, three for a lab at most. What keeps
// many labs from being run is said once.
func (t Text) problemLines(r *Report) (lines []string) {
	const most = 3 // of a lab
	same := map[string]int{}
	for _, l := range r.withProblems() {
		same[l.Failures[0].Message]++
	}
	told := map[string]bool{}
	for _, l := range r.withProblems() {
		verdict := t.paint(l.Verdict, fmt.Sprintf("%-7s", l.Verdict))
		for i, p := range l.Failures {
			if i == most {
				lines = append(lines, fmt.Sprintf("%s  %s: and %d more", verdict, t.name(l.File), len(l.Failures)-most))
				break
			}
			p.File = t.name(p.File)
			line := fmt.Sprintf("%s  %s: %s", verdict, p.pos(), wording.Shorten(firstLine(p.Message), 120))
			if n := same[p.Message]; l.Verdict == Error && n > 1 {
				if told[p.Message] {
					continue
				}
				told[p.Message] = true
				line += fmt.Sprintf(" (and so for %s more)", wording.Count(n-1, "lab"))
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// updatedLines is a line for each thing that new records say otherwise than those
// before.
func (t Text) updatedLines(r *Report) (lines []string) {
	for _, l := range r.Labs {
		for _, p := range l.Updated {
			p.File = t.name(p.File)
			lines = append(lines, fmt.Sprintf("updated  %s: %s", p.pos(), wording.Shorten(firstLine(p.Message), 120)))
		}
	}
	return lines
}

// movedLines tells of base images that have moved without changing anything,
// each once.
func (r *Report) movedLines() (lines []string) {
	on := map[string][]string{}
	for _, l := range r.Labs {
		for _, moved := range l.Moved {
			on[moved] = append(on[moved], l.Page)
		}
	}
	const most = 5 // of the labs
	for _, moved := range slices.Sorted(maps.Keys(on)) {
		labs := strings.Join(on[moved][:min(most, len(on[moved]))], ", ")
		if n := len(on[moved]) - most; n > 0 {
			labs += fmt.Sprintf(" and %d more", n)
		}
		lines = append(lines, fmt.Sprintf("moved    %s%s (%s)", moved, onlyMoved, labs))
	}
	return lines
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}
