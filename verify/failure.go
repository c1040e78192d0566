package verify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"handbook/content"
)

// A Failure is one thing on a page that did not turn out as the page says.
type Failure struct {
	Pos     content.Pos
	At      content.Pos // of the command, if it is about one
	Command string      // the command it is about, as on the page; may be empty
	Msg     string      // what happened and what was expected
	Details []string    // lines to print under it: the end of the output, or a diff
	Hint    string
}

func (f *Failure) Error() string { return f.Pos.String() + ": " + f.Msg }

// Failures are all that failed on a lab, in order.
type Failures struct {
	Page   string
	All    []*Failure
	NotRun int    // commands that were not run any more
	Enter  string // how to get a shell on the machine, if it was kept
	State  string // file on the machine in which it is written what the lab's shell is like
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

// cause asks the machine what it was that failed on it with err, or without
// an error. If it knows nothing better it is err.
func (l *lab) cause(ctx context.Context, err error) error {
	d, ok := l.m.(Diagnoser)
	if !ok || ctx.Err() != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if found := d.Diagnose(asking); found != nil && asking.Err() == nil {
		return found
	}
	return err
}

// failBroken fails a lab that has broken its machine, once, or that wants a
// machine that there is not.
func (l *lab) failBroken(e *LabError) {
	f := &Failure{Pos: l.plan.Lab.Pos, Msg: e.Msg, Hint: e.Hint}
	if l.at.Line > 0 {
		msg, log, _ := strings.Cut(e.Msg, "\n")
		f = &Failure{Pos: l.at, At: l.at, Msg: msg, Details: splitLines(dedent(log)), Hint: e.Hint}
	}
	for _, known := range l.failed.All {
		if known.Msg == f.Msg {
			return
		}
	}
	l.fail(f)
}

// commandsAfter counts a plan's commands behind a place.
func (p *Plan) commandsAfter(at content.Pos) (n int) {
	for _, step := range p.Steps {
		for _, c := range step.Run {
			if c.Pos.Line > at.Line {
				n++
			}
		}
	}
	return n
}

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

// unreachable are the ends of messages of programs that could not reach
// another computer.
var unreachable = []string{
	"could not resolve host", "temporary failure in name resolution", "name or service not known", "no such host",
	"network is unreachable", "bad address", "temporary failure resolving", "getaddrinfo enotfound", "getaddrinfo eai_again",
}

// networkHint says what to look at where a command could not reach another
// computer.
func networkHint(lines []string, network string) string {
	for _, line := range lines {
		line = strings.ToLower(plainText(line))
		for _, part := range unreachable {
			if !strings.Contains(line, part) {
				continue
			}
			if network == "none" {
				return "the lab has no network, since its front matter says network: none"
			}
			return "a computer could not be reached: is this one online, and the name right?"
		}
	}
	return ""
}
