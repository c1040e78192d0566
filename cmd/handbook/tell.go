package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"handbook/content"
	"handbook/verify"
)

// tell prints all that an error holds, each thing with what can be done about
// it:
//
//	handbook: error: content/labs/04-flask.md:61:1: exit status 1, wanted 0
//	    ModuleNotFoundError: No module named 'flask'
//	handbook: hint: …
func tell(w io.Writer, err error) {
	t := &teller{w: w, told: map[string]bool{}}
	t.tell(err)
}

// A told is an error that was printed already; what is left of it is its exit
// status.
type told struct{ err error }

func (t *told) Error() string   { return t.err.Error() }
func (t *told) Unwrap() []error { return []error{t.err} }

type teller struct {
	w    io.Writer
	told map[string]bool // hints, each of which is given once
}

func (t *teller) tell(err error) {
	if _, ok := err.(*told); ok || err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			t.tell(e)
		}
		return
	}
	if f, ok := err.(*failure); ok {
		t.tell(f.err)
		t.hint(f.hint)
		return
	}
	if lab, ok := errors.AsType[*verify.Failures](err); ok {
		t.lab(lab)
		return
	}
	if errs := content.AllErrors(err); errs != nil {
		for _, e := range errs {
			t.say(e.Error())
			t.hint(e.Hint)
		}
		return
	}
	if errors.Is(err, context.Canceled) {
		t.say("interrupted")
		return
	}
	t.say(err.Error())
	t.hint(advice(err))
}

// lab tells what failed on a lab, with the last lines of output.
func (t *teller) lab(f *verify.Failures) {
	for _, one := range f.All {
		t.say(strings.Join(append([]string{one.Error()}, one.Details...), "\n"))
		t.hint(one.Hint)
	}
	if f.NotRun > 0 {
		t.hint(fmt.Sprintf("%s after it on %s did not run", count(f.NotRun, "command"), f.Page))
	}
	if f.Enter != "" {
		t.hint("its machine is kept: " + f.Enter)
		t.hint(`"handbook clean" removes kept machines`)
	}
}

func (t *teller) say(msg string) {
	first, rest, _ := strings.Cut(strings.TrimRight(msg, "\n"), "\n")
	fmt.Fprintf(t.w, "%s %s\n", paint(t.w, red, "handbook: error:"), first)
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
		fmt.Fprintf(t.w, "%s %s\n", paint(t.w, cyan, "handbook: hint:"), line)
	}
}
