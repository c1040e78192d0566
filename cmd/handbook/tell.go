package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

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
		lines := []string{one.Error()}
		if first, _, _ := strings.Cut(one.Command, "\n"); !strings.Contains(one.Msg, fmt.Sprintf("%q", first)) {
			lines = append(lines, asTyped(one.Command)...)
		}
		t.say(strings.Join(append(lines, one.Details...), "\n"))
		t.hint(one.Hint)
	}
	if at := firstCommand(f.All); at.Line > 0 {
		t.hint(fmt.Sprintf("a shell on a machine as it is before that command: handbook shell %s", shellWord(fmt.Sprintf("%s:%d", at.File, at.Line))))
	}
	if f.NotRun > 0 {
		t.hint(fmt.Sprintf("%s after it on %s did not run", count(f.NotRun, "command"), f.Page))
	}
	if f.Enter != "" {
		t.hint("its machine is kept: " + f.Enter)
		t.hint(`"handbook clean" removes kept machines`)
	}
}

// asTyped writes a command as a terminal shows it, a long one cut.
func asTyped(command string) []string {
	const most = 4
	lines := strings.Split(strings.TrimRight(command, "\n"), "\n")
	if command == "" {
		return nil
	}
	if n := len(lines); n > most {
		lines = append(lines[:most-1:most-1], fmt.Sprintf("… and %s", count(n-most+1, "more line")))
	}
	for i, line := range lines {
		lines[i] = "> " + line
	}
	lines[0] = "$" + lines[0][1:]
	return lines
}

// firstCommand is where the first command is that failed.
func firstCommand(all []*verify.Failure) content.Pos {
	for _, one := range all {
		if one.At.Line > 0 {
			return one.At
		}
	}
	return content.Pos{}
}

// shellWord quotes what a person is to copy.
func shellWord(word string) string {
	if quoted, err := syntax.Quote(word, syntax.LangPOSIX); err == nil {
		return quoted
	}
	return word
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
