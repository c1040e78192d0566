package content

import (
	"time"

	"github.com/yuin/goldmark/ast"

	"handbook/content/info"
	"handbook/content/prompt"
)

// A Snippet is a fenced block of a page.
type Snippet struct {
	Pos     Pos    // of the opening fence
	Number  int    // counts the snippets with a role from 1; 0 for info.Shown
	Lang    string // first word of the info string, lower case
	Role    info.Role
	Options info.Options
	Code    string // the text between the fences, or the included one; ends with a newline unless empty
	Beside  bool   // Code is that of a file beside the page
	Line    int    // the page's line of Code's first line
	Cols    []int  // column at which each line of Code starts in the page (> 1 in lists and quotes)

	// Commands are run in order: the statements of a shell snippet, the
	// commands of a session, the run= of a file. There are none if the
	// snippet does not run, and on pages that are not labs.
	Commands []*Command

	// Rows are the lines of a report.
	Rows []Row

	Node *ast.FencedCodeBlock

	info Pos // of the info string
}

// OptionAt returns the place of an option in the page, or the zero Pos if it is
// not given.
func (s *Snippet) OptionAt(name string) Pos {
	offset, ok := s.Options.At(name)
	if !ok {
		return Pos{}
	}
	return Pos{File: s.info.File, Line: s.info.Line, Col: s.info.Col + offset}
}

// A Command is one statement as a reader types it.
type Command struct {
	prompt.Input     // Offset is that in the snippet's Code; -1 for run=
	Pos          Pos // of Text in the page
	Expect       *Expect
	ExpectOn     map[string]*Expect // on machines with the engine of a name, instead of Expect

	Exit    int           // the expected exit status
	Timeout time.Duration // how long it may take

	// Until is what a command that stays in its terminal prints when it is
	// ready. If it is empty, the command is ready when it shows a prompt or a
	// port listens.
	Until string
	// AtShell says that the page shows the shell's own prompt before it.
	AtShell bool
}

// An Expect is expected output.
type Expect struct {
	Lines []string // trailing white space dropped; "..." and "[..]" are wildcards
	Pos   Pos      // of the first line, or of the fence if there is none
}

// At returns the place of an offset of Code in the page: that of include= if the
// code stands in a file.
func (s *Snippet) At(offset int) Pos { return s.in(newLineIndex([]byte(s.Code)), offset) }

// in is At with the lines of Code, for many places.
func (s *Snippet) in(lines lineIndex, offset int) Pos {
	if s.Options.Include != "" {
		return s.OptionAt("include")
	}
	line, col := lines.at(max(offset, 0))
	first := 1
	if line-1 < len(s.Cols) {
		first = s.Cols[line-1]
	}
	return Pos{File: s.Pos.File, Line: s.Line + line - 1, Col: first + col - 1}
}

// Runs reports whether verify does something with the snippet on a lab.
func (s *Snippet) Runs() bool {
	if s.Options.Skip != "" {
		return false
	}
	switch s.Role {
	case info.File, info.Diff, info.Shell, info.Console, info.Report, info.Included:
		return true
	}
	return false
}
