package content

import (
	"io/fs"
	"time"

	"github.com/yuin/goldmark/ast"

	"handbook/content/prompt"
)

// Role is what a snippet is for.
type Role int

const (
	Shown    Role = iota // shown as it is
	File                 // a real file: file= without a diff language
	Diff                 // a unified diff of a file
	Shell                // commands
	Console              // a session: prompts, commands, and their expected output
	Output               // the expected output of the command before it
	Report               // a measured report: image-sizes, image-layers, build-steps
	Unknown              // on a lab: a language that nothing verifies
	Included             // shows a file, or a part of one: include= without another role
)

func (r Role) String() string {
	return [...]string{"text", "file", "diff", "shell", "console", "output", "report", "unverified", "include"}[r]
}

// A Snippet is a fenced block of a page.
type Snippet struct {
	Pos     Pos    // of the opening fence
	Number  int    // counts the snippets with a role from 1; 0 for Shown
	Lang    string // first word of the info string, lower case
	Role    Role
	Options Options
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
		return s.Options.At("include")
	}
	line, col := lines.at(max(offset, 0))
	first := 1
	if line-1 < len(s.Cols) {
		first = s.Cols[line-1]
	}
	return Pos{s.Pos.File, s.Line + line - 1, first + col - 1}
}

// Runs reports whether verify does something with the snippet on a lab.
func (s *Snippet) Runs() bool {
	if s.Options.Skip != "" {
		return false
	}
	switch s.Role {
	case File, Diff, Shell, Console, Report, Included:
		return true
	}
	return false
}

// Options are the words of an info string after the language.
type Options struct {
	// Options of snippets that run.
	File     string        // file=
	Mode     fs.FileMode   // mode=, 0 if not given
	Append   bool          // append
	Run      string        // run=
	Exit     int           // exit=, the wanted exit status of the last command
	Timeout  time.Duration // timeout=, per command, 0 if not given
	Retry    time.Duration // retry=
	Skip     string        // skip=, the reason
	Hide     bool          // hide
	Name     string        // name=
	Type     string        // type=, escapes resolved
	Ready    time.Duration // ready=, how long what it starts may take, 0 if not given
	Unready  bool          // ready=no
	Ends     []string      // dies, which is "", and dies=NAME,NAME
	NoTTY    bool          // tty=no
	Fold     int           // fold=, lines of output shown before folding; 0 if not given
	Quiet    bool          // quiet
	Varies   bool          // varies
	Docker   string        // docker=, of expected output: the engine that prints it
	Annotate bool          // annotate
	Term     int           // term=, 1 if not given
	Stay     bool          // stay
	Until    string        // until=

	// Options of how snippets are shown.
	Title   string
	Nums    bool
	Wrap    bool
	Marked  []LineRange // {1,3-5}
	Ins     []LineRange
	Del     []LineRange
	Tab     string
	Include string    // include=, "app.py" or "app.py#region"
	Lines   LineRange // lines=, zero if not given

	at map[string]Pos // where each option stands
}

// At returns the place of the option in the page, or the zero Pos.
func (o *Options) At(name string) Pos { return o.at[name] }

// A LineRange is a range of a snippet's lines, both ends included, from 1.
type LineRange struct{ First, Last int }
