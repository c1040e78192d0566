//go:build unix

package oracle

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Result is what came of one typed line.
type Result struct {
	Lines     []string // on the screen, under the typed line
	Exit      int
	ExitKnown bool
}

// Driver types lines into a fresh shell and reports a Result for each. If the
// shell ends early, the Result of the line that ended it is the last one. An
// error means that the driver failed, never that a command did.
type Driver interface {
	Run(ctx context.Context, lines []string) ([]Result, error)
}

// Transcript is lines with their results.
type Transcript struct {
	Typed   []string
	Results []Result
}

// String is the transcript as a reader would copy it, with exit statuses.
func (t Transcript) String() string {
	var b strings.Builder
	for i, line := range t.Typed {
		fmt.Fprintf(&b, "$ %s\n", line)
		if i >= len(t.Results) {
			b.WriteString("   (not typed: the shell has ended)\n")
			continue
		}
		b.WriteString(t.Results[i].String())
	}
	return b.String()
}

func (r Result) String() string {
	var b strings.Builder
	for i, l := range r.Lines {
		if n := len(r.Lines); n > 60 && i >= 30 && i < n-5 {
			if i == 30 {
				fmt.Fprintf(&b, "  … %d more lines\n", n-35)
			}
			continue
		}
		fmt.Fprintf(&b, "  |%s\n", l)
	}
	if r.ExitKnown {
		fmt.Fprintf(&b, "  = %d\n", r.Exit)
	} else {
		b.WriteString("  = ?\n")
	}
	return b.String()
}

// masks take out what is another one at each run, whichever shell it was.
var masks = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`^\[(\d+)\] \d+$`), "[$1] PID"},                                                               // a job's start
	{regexp.MustCompile(`^(\[\d+\][+-]?) +\d+ `), "$1 PID "},                                                          // jobs -l
	{regexp.MustCompile(`^ +\d+ +(Running|Done|Stopped|\|)`), "PID $1"},                                               // its other lines
	{regexp.MustCompile(`\b\d+ (Killed|Terminated|Hangup|Aborted|Segmentation fault|User defined signal)`), "PID $1"}, // a child's death
	{regexp.MustCompile(`kill -USR1 \d+`), "kill -USR1 PID"},                                                          // traced
	{regexp.MustCompile(`after \d+ ms`), "after N ms"},                                                                // curl
	{regexp.MustCompile(`\bjob (\d+)\[\d+\]`), "job $1[PID]"},
	{regexp.MustCompile(`\d+m\d+[.,]\d+s`), "TIME"},                                                 // time
	{regexp.MustCompile(`^(real|user|sys)(\s+)\d+[.,]\d+s?$`), "$1 TIME"},                           // time -p
	{regexp.MustCompile(`^<<\d+>>\$$|^\S+@\S+:\S+[#$]$`), "PROMPT"},                                 // at which no line was typed
	{regexp.MustCompile(`^ +(\.\.\.>)$`), "$1"},                                                     // of sqlite, for more
	{regexp.MustCompile(`(/[\w.-]+)*/(oracle-[\w-]+|driver-\d+|machine-\d+/home)`), "/home/reader"}, // the home folder
}

// Masked is the transcript with everything that changes from run to run taken out: pids,
// times, the home folder, trailing spaces.
func (t Transcript) Masked(collapse bool) Transcript {
	m := Transcript{Typed: t.Typed}
	last := ""
	for i, r := range t.Results {
		var lines []string
		for _, l := range r.Lines {
			l = strings.TrimRight(l, " \t")
			for _, k := range masks {
				l = k.pattern.ReplaceAllString(l, k.with)
			}
			if collapse && (l == last || l == t.Typed[i]) { // when a key ends what is printed is a matter of time
				continue
			}
			last = l
			lines = append(lines, l)
		}
		m.Results = append(m.Results, Result{Lines: lines, Exit: r.Exit, ExitKnown: r.ExitKnown})
	}
	return m
}

// Compare is a readable list of what differs: "-" is on the reader's terminal,
// "+" is what the driver reports. It is empty if nothing does. Both have to be masked.
// Where the terminal can't know the status, the driver may say what it likes.
func Compare(want, got Transcript) string {
	var b strings.Builder
	for i, line := range want.Typed {
		switch {
		case i >= len(want.Results) && i >= len(got.Results):
			continue
		case i >= len(got.Results):
			fmt.Fprintf(&b, "%d $ %s\n  - (typed)\n  + (not typed: the shell has ended)\n", i+1, line)
			continue
		case i >= len(want.Results):
			fmt.Fprintf(&b, "%d $ %s\n  - (not typed: the shell has ended)\n  + (typed)\n", i+1, line)
			continue
		}
		w, g := want.Results[i], got.Results[i]
		sameLines := slices.Equal(w.Lines, g.Lines)
		sameExit := !w.ExitKnown || g.ExitKnown && w.Exit == g.Exit
		if sameLines && sameExit {
			continue
		}
		fmt.Fprintf(&b, "%d $ %s\n", i+1, line)
		diffLines(&b, w.Lines, g.Lines)
		if !sameExit {
			exit := func(r Result) string {
				if !r.ExitKnown {
					return "unknown"
				}
				return fmt.Sprint(r.Exit)
			}
			fmt.Fprintf(&b, "  - exit %s\n  + exit %s\n", exit(w), exit(g))
		}
	}
	return b.String()
}

// around is how many equal lines are shown beside different ones.
const around = 2

// diffLines writes what differs between two outputs, with what is the same
// before and behind it left out. Outputs are short; no more is needed.
func diffLines(b *strings.Builder, want, got []string) {
	head := 0
	for head < len(want) && head < len(got) && want[head] == got[head] {
		head++
	}
	tail := 0
	for tail < len(want)-head && tail < len(got)-head && want[len(want)-1-tail] == got[len(got)-1-tail] {
		tail++
	}
	show := func(sign string, lines []string) {
		for i, l := range lines {
			if i == 40 {
				fmt.Fprintf(b, "  %s … %d more lines\n", sign, len(lines)-i)
				return
			}
			fmt.Fprintf(b, "  %s %q\n", sign, l)
		}
	}
	if head > around {
		fmt.Fprintf(b, "    … %d equal lines\n", head-around)
	}
	show(" ", want[max(0, head-around):head])
	show("-", want[head:len(want)-tail])
	show("+", got[head:len(got)-tail])
	show(" ", want[len(want)-tail:len(want)-max(0, tail-around)])
	if tail > around {
		fmt.Fprintf(b, "    … %d equal lines\n", tail-around)
	}
}
