package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// verdictsInOrder are the verdicts, those first that ask for something to be
// done on the page.
var verdictsInOrder = []string{failed, labChanged, labStale, labError, passed}

// counts is "5 labs: 1 failed, 1 changed, 3 fresh, in 12.3s".
func (r *report) counts() string {
	n, fresh, ran := map[string]int{}, 0, false
	for _, l := range r.Labs {
		if l.Fresh {
			fresh++
			continue
		}
		n[l.Verdict]++
		ran = true
	}
	var words []string
	for _, verdict := range []string{passed, failed, labChanged, labStale, labError} {
		if n[verdict] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[verdict], verdict))
		}
	}
	if fresh > 0 {
		words = append(words, fmt.Sprintf("%d fresh", fresh))
	}
	line := count(len(r.Labs), "lab")
	if len(words) > 0 {
		line += ": " + strings.Join(words, ", ")
	}
	if r.Shard != nil {
		line = fmt.Sprintf("shard %v: %s", r.Shard, line)
	}
	if ran {
		line += ", in " + seconds(time.Duration(r.Seconds*float64(time.Second)))
	}
	return line
}

// inTrouble are the labs with problems, in the order of verdictsInOrder.
func (r *report) inTrouble() (labs []*labReport) {
	for _, verdict := range verdictsInOrder {
		for i := range r.Labs {
			if l := &r.Labs[i]; l.Verdict == verdict && len(l.Failures) > 0 {
				labs = append(labs, l)
			}
		}
	}
	return labs
}

// summary ends the output: how many labs came to which end, and once more, a
// line each, what is wrong and where. The details stand above it.
func (r *report) summary(w io.Writer, in repository) error {
	var b strings.Builder
	fmt.Fprintln(&b, r.counts())
	lines := r.problemLines(w, in)
	const most = 30
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(&b, "… and %d more\n", len(lines)-most)
			break
		}
		fmt.Fprintln(&b, line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// problemLines is a line for each problem, three for a lab at most. What keeps
// many labs from being run is said once.
func (r *report) problemLines(w io.Writer, in repository) (lines []string) {
	const most = 3 // of a lab
	same := map[string]int{}
	for _, l := range r.inTrouble() {
		same[l.Failures[0].Message]++
	}
	told := map[string]bool{}
	for _, l := range r.inTrouble() {
		verdict := paint(w, verdictColours[l.Verdict], fmt.Sprintf("%-7s", l.Verdict))
		for i, p := range l.Failures {
			if i == most {
				lines = append(lines, fmt.Sprintf("%s  %s: and %d more", verdict, in.fromHere(l.File), len(l.Failures)-most))
				break
			}
			line := fmt.Sprintf("%s  %s: %s", verdict, p.pos(in), cut(firstLine(p.Message), 120))
			if n := same[p.Message]; l.Verdict == labError && n > 1 {
				if told[p.Message] {
					continue
				}
				told[p.Message] = true
				line += fmt.Sprintf(" (and so for %s more)", count(n-1, "lab"))
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}
