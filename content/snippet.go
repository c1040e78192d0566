package content

import (
	"io/fs"
	"time"

	"github.com/yuin/goldmark/ast"
)

// Role is what a snippet is for.
type Role int

const (
	Shown   Role = iota // shown as it is
	File                // a real file: file= without a diff language
	Diff                // a unified diff of a file
	Shell               // commands
	Console             // a session: prompts, commands, and their expected output
	Output              // the expected output of the command before it
	Report              // a measured report: image-sizes, image-layers, build-steps
	Unknown             // on a lab: a language that nothing verifies
)

func (r Role) String() string {
	return [...]string{"text", "file", "diff", "shell", "console", "output", "report", "unverified"}[r]
}

// A Snippet is a fenced block of a page.
type Snippet struct {
	Pos     Pos    // of the opening fence
	Lang    string // first word of the info string, lower case
	Role    Role
	Options Options
	Code    string // what stands between the fences; ends with a newline unless empty
	Line    int    // the page's line of Code's first line
	Cols    []int  // column at which each line of Code starts in the page (> 1 in lists and quotes)

	// Commands are what runs, in order: the statements of a shell snippet,
	// the commands of a session, the run= of a file. Empty where nothing
	// runs, and on pages that are not labs.
	Commands []*Command

	// Rows are what a report shows, a line each.
	Rows []Row

	Node *ast.FencedCodeBlock
}

// A Command is one statement as a reader types it.
type Command struct {
	Text   string // without the newline at its end
	Offset int    // of Text in the snippet's Code; -1 for run=
	End    int    // offset in Code behind the command and its expectation
	Pos    Pos    // of Text in the page
	Expect *Expect

	// Stay says that the command is meant to keep its terminal: what follows
	// on that terminal is typed to it.
	Stay bool
	// Prompt is what the page shows before the command, with wildcards as in
	// Expect, where it is the prompt of a program that keeps the terminal
	// ("/ # "); "" if it is the shell's.
	Prompt string
	// Key is set where Text is a key to press ("^C"), not a line to type.
	Key bool
}

// An Expect is the output that the page promises.
type Expect struct {
	Lines []string // trailing white space dropped; "..." and "[..]" are wildcards
	Pos   Pos      // of the first line, or of the fence if there is none
}

// At returns the place in the page of a byte offset in Code.
func (s *Snippet) At(offset int) Pos {
	line, start := 0, 0
	for i := 0; i < offset && i < len(s.Code); i++ {
		if s.Code[i] == '\n' {
			line++
			start = i + 1
		}
	}
	col := 1
	if line < len(s.Cols) {
		col = s.Cols[line]
	}
	return Pos{s.Pos.File, s.Line + line, col + offset - start}
}

// Runs tells whether verify does something with the snippet on a lab.
func (s *Snippet) Runs() bool {
	if s.Options.Skip != "" {
		return false
	}
	switch s.Role {
	case File, Diff, Shell, Console, Report:
		return true
	}
	return false
}

// Options are the words of an info string after the language.
type Options struct {
	// of what runs
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
	NoTTY    bool          // tty=no
	Fold     int           // fold=, lines of output shown before folding; 0 if not given
	Quiet    bool          // quiet
	Varies   bool          // varies
	Annotate bool          // annotate
	Term     int           // term=, 1 if not given
	Stay     bool          // stay
	Until    string        // until=

	// of what is shown
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

// At returns where the option stands in the page, or the zero Pos.
func (o *Options) At(name string) Pos { return o.at[name] }

// A LineRange is a range of a snippet's lines, both ends included, from 1.
type LineRange struct{ First, Last int }
