package record

import (
	"strings"

	"handbook/content/info"
	"handbook/content/wording"
)

// Why a command's result is not known, or only in part.
const (
	// UncheckedProgram: it was typed to a program of which it is not known how it
	// tells that something failed.
	UncheckedProgram = "program"
	// UncheckedParts: of a pipeline only the last part was judged, because the
	// shell does not tell of the others.
	UncheckedParts = "parts"
)

// Gap says in words what of the command was not checked, "" if nothing.
func (c *CommandResult) Gap() string {
	switch c.Unchecked {
	case UncheckedProgram:
		return "not checked: nothing tells whether it failed"
	case UncheckedParts:
		return "only the last part of the pipeline was checked"
	}
	return ""
}

// Unchecked tells whether a snippet ran, but none of its commands was checked.
func (r *SnippetResult) Unchecked() bool {
	for _, c := range r.Commands {
		if c.Unchecked != UncheckedProgram {
			return false
		}
	}
	return len(r.Commands) > 0 && r.File == ""
}

// A Census counts what of a lab was verified, and what was not.
type Census struct {
	Snippets  int
	Verified  int // of these: passed, and at least in part checked
	Skipped   int
	Commands  int // that were not checked
	Pipelines int // of which only the last part was checked
}

// Census counts the snippets of a run, and the commands that were not checked.
func (r *Results) Census() (n Census) {
	for i := range r.Snippets {
		s := &r.Snippets[i]
		if s.Kind == info.Included.String() { // makes no claim
			continue
		}
		n.Snippets++
		switch {
		case s.Verdict == Passed && !s.Unchecked():
			n.Verified++
		case s.Verdict == Skipped:
			n.Skipped++
		}
		for _, c := range s.Commands {
			switch c.Unchecked {
			case UncheckedProgram:
				n.Commands++
			case UncheckedParts:
				n.Pipelines++
			}
		}
	}
	return n
}

// Gaps says in words what was not checked, "" if all was: "2 commands not
// checked, 1 pipeline by its last part only".
func (n Census) Gaps() string {
	var gaps []string
	if n.Commands > 0 {
		gaps = append(gaps, wording.Count(n.Commands, "command")+" not checked")
	}
	if n.Pipelines > 0 {
		gaps = append(gaps, wording.Count(n.Pipelines, "pipeline")+" by the last part only")
	}
	return strings.Join(gaps, ", ")
}
