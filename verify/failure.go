package verify

import (
	"fmt"
	"strings"

	"handbook/content"
)

// A Failure is one thing on a page that did not turn out as the page says.
type Failure struct {
	Pos     content.Pos
	Command string   // the command it is about, as on the page; may be empty
	Msg     string   // what happened and what was expected
	Details []string // lines to print under it: the end of the output, or a diff
	Hint    string
}

func (f *Failure) Error() string { return f.Pos.String() + ": " + f.Msg }

// Failures are all that failed on a lab, in order.
type Failures struct {
	Page   string
	All    []*Failure
	NotRun int    // commands that were not run any more
	Enter  string // how to get a shell on the machine, if it was kept
}

func (f *Failures) Error() string {
	lines := make([]string, len(f.All))
	for i, failure := range f.All {
		lines[i] = failure.Error()
	}
	return strings.Join(lines, "\n")
}

// A MachineError means that a lab has no verdict, because its machine or the
// engine failed and not the page.
type MachineError struct {
	Pos content.Pos // where the lab was
	Err error
}

func (e *MachineError) Error() string {
	return fmt.Sprintf("%v: the machine failed: %v", e.Pos, e.Err)
}

func (e *MachineError) Unwrap() error { return e.Err }

// tail returns the last lines of an output, for a message.
func tail(lines []string, n int) []string {
	out := make([]string, 0, n+1)
	if len(lines) > n {
		out = append(out, "… "+plural(len(lines)-n, "line")+" before")
		lines = lines[len(lines)-n:]
	}
	for _, line := range lines {
		out = append(out, plainText(line))
	}
	return out
}
