package verify

import (
	"fmt"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/sgr"
	"handbook/content/wording"
)

// Reasons of a Failure.
const (
	ReasonLabTimeout     content.Reason = "lab-timeout"     // the lab took too long
	ReasonTimeout        content.Reason = "timeout"         // a command took too long
	ReasonNoPrompt       content.Reason = "no-prompt"       // a line that was typed to a program took too long
	ReasonNotReady       content.Reason = "not-ready"       // nothing showed that a command that stays is ready
	ReasonWaits          content.Reason = "waits-for-input" // a command waits for input
	ReasonLeftOver       content.Reason = "typed-left-over" // no command waited for what was to be typed
	ReasonShellEnded     content.Reason = "shell-ended"     // the lab's own shell ended
	ReasonPipeline       content.Reason = "pipeline"        // a part of a pipeline failed that is not its last one
	ReasonHistory        content.Reason = "history"         // the shell's history has no such event
	ReasonPrompt         content.Reason = "prompt-in-shell" // the command starts with a prompt
	ReasonProgram        content.Reason = "program"         // a program tells of an error at its prompt
	ReasonNoNetwork      content.Reason = "no-network"      // another computer was not reached, for the lab has no network
	ReasonUnreachable    content.Reason = "unreachable"     // another computer was not reached
	ReasonContainerEnded content.Reason = "container-ended" // a container has ended, or restarts for ever
	ReasonNotListening   content.Reason = "not-listening"   // none of a container's published ports leads anywhere
	ReasonUnhealthy      content.Reason = "unhealthy"       // a container's health check fails
	ReasonCleanup        content.Reason = "cleanup"         // the commands made to clean up do not remove all that the lab has left
	ReasonNothingEnded   content.Reason = "nothing-ended"   // what was meant to end has not
	ReasonOneEngine      content.Reason = "one-engine"      // a claim does not hold on one of several engines
	ReasonNoMatch        content.Reason = "no-match"        // nothing in an output is the value of a placeholder
	ReasonOutputOnOne    content.Reason = "output-on-one"   // one of several engines prints something else

	ReasonClaim  content.Reason = "claim"  // a claim about a measured value does not hold
	ReasonOutput content.Reason = "output" // a command prints something else
)

// A Failure is one thing on a page that did not turn out as the page says.
type Failure struct {
	Pos     content.Pos
	At      content.Pos // of the command, if it is about one
	Command string      // the command it is about, as on the page; may be empty
	Msg     string      // what happened and what was expected
	Details []string    // lines to print under it: the end of the output, or a diff
	Reason  content.Reason
	Printed []string // of ReasonOutput: all that the command has printed, as it is compared
}

func (f *Failure) Error() string { return f.Pos.String() + ": " + f.Msg }

// Failures are all that failed on a lab, in order.
type Failures struct {
	Page   string
	All    []*Failure
	NotRun int      // commands that were not run any more
	Enter  []string // how to get a shell on the machines that were kept
	// Record is that of a lab of which all has passed but what commands are expected
	// to print, if the runner was asked for it: see plans.Planner.Judge. Otherwise it is nil.
	Record *content.Record

	unsure bool // more may have failed
}

// areOutputs tells whether something has failed, and all of it is that a command has
// printed something else.
func (f *Failures) areOutputs() bool {
	return len(f.All) > 0 && !f.unsure && !slices.ContainsFunc(f.All, func(f *Failure) bool { return f.Reason != ReasonOutput })
}

func (f *Failures) add(failures ...*Failure) { f.All = append(f.All, failures...) }

// addCauses adds failures before those of commands below them on the page, which
// may have failed because of them.
func (f *Failures) addCauses(causes ...*Failure) {
	for _, cause := range causes {
		at := slices.IndexFunc(f.All, func(known *Failure) bool { return known.Pos.File == cause.Pos.File && known.Pos.Line > cause.Pos.Line })
		if at < 0 {
			at = len(f.All)
		}
		f.All = slices.Insert(f.All, at, cause)
	}
}

// addOnce adds a failure unless one that says the same is there, and returns
// the one that is there then.
func (f *Failures) addOnce(failure *Failure) *Failure {
	for _, known := range f.All {
		if known.Msg == failure.Msg {
			return known
		}
	}
	f.add(failure)
	return failure
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
		out = append(out, "… "+wording.Count(len(lines)-n, "line")+" before")
		lines = lines[len(lines)-n:]
	}
	for _, line := range lines {
		out = append(out, sgr.Unstyled(line))
	}
	return out
}

// unreachable are the ends of messages of programs that could not reach
// another computer.
var unreachable = []string{
	"could not resolve host", "temporary failure in name resolution", "name or service not known", "no such host",
	"network is unreachable", "bad address", "temporary failure resolving", "getaddrinfo enotfound", "getaddrinfo eai_again",
}

// networkReason reports whether a command could not reach another computer.
func networkReason(lines []string, network string) content.Reason {
	for _, line := range lines {
		line = strings.ToLower(sgr.Unstyled(line))
		for _, part := range unreachable {
			if !strings.Contains(line, part) {
				continue
			}
			if network == "none" {
				return ReasonNoNetwork
			}
			return ReasonUnreachable
		}
	}
	return ""
}
