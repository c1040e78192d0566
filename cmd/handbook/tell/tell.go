// Package tell prints errors and notes for people: the place, the problem, and
// a hint.
package tell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/tty"
	"handbook/content"
	"handbook/content/mistake"
	"handbook/content/wording"
	"handbook/verify"
	"handbook/verify/report"
)

// Error prints all problems in an error, each with a hint:
//
//	handbook: error: content/labs/04-flask.md:61:1: exit status 1, wanted 0
//	    ModuleNotFoundError: No module named 'flask'
//	handbook: hint: …
func Error(w io.Writer, err error) {
	t := &teller{w: w, told: map[string]bool{}}
	t.tell(err)
}

// Notes prints notes, which do not keep a site from being published: what is
// left out of it, or not shown as written.
func Notes(w io.Writer, notes content.Errors) {
	for _, e := range notes {
		fmt.Fprintf(w, "%s %s\n", tty.Paint(w, tty.Yellow, "handbook: note:"), e)
	}
}

// A Told is an error that was printed already. It only decides the exit
// status.
type Told struct{ Err error }

func (t *Told) Error() string   { return t.Err.Error() }
func (t *Told) Unwrap() []error { return []error{t.Err} }

type teller struct {
	w    io.Writer
	told map[string]bool // hints that were printed; each is printed once
}

func (t *teller) tell(err error) {
	if _, ok := err.(*Told); ok || err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			t.tell(e)
		}
		return
	}
	if h, ok := err.(*hints.Error); ok {
		t.tell(h.Err)
		t.hint(h.Hint)
		return
	}
	if f, ok := errors.AsType[*verify.Failures](err); ok {
		t.lab(report.Problems(f, hints.For))
		t.notRun(f.NotRun, f.Page)
		for _, enter := range f.Enter {
			t.hint("its machine is kept: " + enter)
			t.hint(`"handbook clean" removes kept machines`)
		}
		return
	}
	if l, ok := errors.AsType[*report.LabError](err); ok {
		t.lab(l.Failures)
		t.notRun(l.NotRun, l.Page)
		t.hint(l.Hint)
		return
	}
	if c, ok := errors.AsType[*report.ChangedError](err); ok {
		t.lab(report.Problems(c, hints.For))
		t.hint(hints.For(c))
		return
	}
	if errs := mistake.All(err); errs != nil {
		for _, e := range errs {
			t.say(e.Error())
			t.hint(hints.For(e))
		}
		return
	}
	if errors.Is(err, context.Canceled) {
		t.say("interrupted")
		return
	}
	t.say(err.Error())
	t.hint(hints.For(err))
}

// lab prints the failures of a lab, with the last lines of output.
func (t *teller) lab(problems []report.Problem) {
	at := ""
	for _, p := range problems {
		lines := []string{p.String()}
		if first, _, _ := strings.Cut(p.Command, "\n"); !strings.Contains(p.Message, fmt.Sprintf("%q", first)) {
			lines = append(lines, asTyped(p.Command)...)
		}
		t.say(strings.Join(append(lines, p.Details...), "\n"))
		t.hint(p.Hint)
		if at == "" && p.At > 0 {
			at = fmt.Sprintf("%s:%d", p.File, p.At)
		}
	}
	if at != "" {
		t.hint("a shell on a machine as it is before that command: handbook shell " + hints.Word(at))
	}
}

func (t *teller) notRun(n int, page string) {
	if n > 0 {
		t.hint(fmt.Sprintf("%s after it on %s did not run", wording.Count(n, "command"), page))
	}
}

// asTyped returns a command as a terminal shows it. A long one is cut.
func asTyped(command string) []string {
	const most = 4
	lines := strings.Split(strings.TrimRight(command, "\n"), "\n")
	if command == "" {
		return nil
	}
	if n := len(lines); n > most {
		lines = append(lines[:most-1:most-1], fmt.Sprintf("… and %s", wording.Count(n-most+1, "more line")))
	}
	for i, line := range lines {
		lines[i] = "> " + line
	}
	lines[0] = "$" + lines[0][1:]
	return lines
}

func (t *teller) say(msg string) {
	first, rest, _ := strings.Cut(strings.TrimRight(msg, "\n"), "\n")
	fmt.Fprintf(t.w, "%s %s\n", tty.Paint(t.w, tty.Red, "handbook: error:"), first)
	if rest == "" {
		return
	}
	for line := range strings.SplitSeq(rest, "\n") {
		fmt.Fprintln(t.w, strings.TrimRight("    "+line, " "))
	}
}

func (t *teller) hint(text string) {
	if text == "" || t.told[text] {
		return
	}
	t.told[text] = true
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(t.w, "%s %s\n", tty.Paint(t.w, tty.Cyan, "handbook: hint:"), line)
	}
}
