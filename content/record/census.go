package record

import (
	"strings"

	"handbook/content/info"
	"handbook/content/wording"
)

// Why a command's result is not known, or only in part.
const (
	// UncheckedProgram: it was typed to a program whose way to report errors
	// is not known.
	UncheckedProgram = "program"
	// UncheckedParts: only the last part of a pipeline was checked, because
	// the shell does not report the others.
	UncheckedParts = "parts"
)

// Gap says which part of the command was not checked, "" if all was.
func (c *CommandResult) Gap() string {
	switch c.Unchecked {
	case UncheckedProgram:
		return "not checked: nothing tells whether it failed"
	case UncheckedParts:
		return "only the last part of the pipeline was checked"
	}
	return ""
}

// Unchecked reports whether a snippet ran but none of its commands was
// checked.
func (r *SnippetResult) Unchecked() bool {
	for _, c := range r.Commands {
		if c.Unchecked != UncheckedProgram {
			return false
		}
	}
	return len(r.Commands) > 0 && r.File == ""
}

// A Census counts what was verified in a lab, and what was not.
type Census struct {
	Snippets  int
	Verified  int // of these: passed, and checked at least in part
	Skipped   int
	Commands  int // that were not checked
	Pipelines int // those of which only the last part was checked
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

// Gaps says what was not checked, "" if all was: "2 commands not checked, 1
// pipeline by its last part only".
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
