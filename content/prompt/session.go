package prompt

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Console splits a console session. Lines with "$ " are commands; lines with
// "> " continue them while they are incomplete. Lines with the prompt of a program
// that stays in the terminal are typed to it. The lines below are the expected
// output; a command without any makes no claim. stayed says that a program is in
// the terminal when the session begins.
func Console(code string, stayed bool) ([]*Command, []Error) {
	r := sessionReader{stayed: stayed}
	offset := 0
	for line := range strings.Lines(code) {
		r.line(strings.TrimRight(line, " \t\n"), offset, offset+len(line))
		offset += len(line)
	}
	r.complete()
	if len(r.commands) == 0 && r.strayed {
		r.errs[0].Msg = noSession
	}
	for _, c := range r.commands {
		c.Expect.trim()
		if c.Expect != nil && len(c.Expect.Lines) == 0 {
			c.Expect = nil
		}
	}
	return r.commands, r.errs
}

// noSession is what is wrong with a session in which nothing is typed.
const noSession = `a session begins with a command behind its prompt, such as "$ ls"; for commands without prompts the language is bash`

// A sessionReader reads a session line by line.
type sessionReader struct {
	stayed   bool     // a program is in the terminal
	program  *program // owner of the last prompt; nil for a shell, or if there was no prompt
	shell    *program // the last one that was a shell, to which other programs return
	strayed  bool     // the first error is about a line before any command
	commands []*Command
	errs     []Error

	c      *Command // the last command
	text   []string // its lines
	starts []int    // offsets of these in the code
	open   bool     // it needs another line
}

func (r *sessionReader) fail(at int, msg string) {
	r.errs = append(r.errs, Error{at, msg})
}

// stray reports a line before any command, and leaves out those that follow.
func (r *sessionReader) stray(at int) {
	if len(r.errs) == 0 {
		r.strayed = true
	}
	if !r.strayed || len(r.errs) == 0 {
		r.fail(at, `expected a command after "$ "`)
	}
}

// line reads the line between the offsets at and end.
func (r *sessionReader) line(line string, at, end int) {
	typed, isCommand := strings.CutPrefix(line+" ", "$ ")
	more, isMore := strings.CutPrefix(line+" ", "> ")
	prompt, of := r.promptOf(line)
	switch {
	case r.open && isMore:
		r.more(strings.TrimRight(more, " "), at+min(2, len(line)))
		r.read(end)
	case r.inBlock() && strings.HasPrefix(line, "..."):
		more := strings.TrimPrefix(strings.TrimPrefix(line, "..."), " ")
		r.more(more, at+len(line)-len(more))
		r.c.Text, r.c.End = strings.Join(r.text, "\n"), end
	case isCommand:
		r.complete()
		r.stayed, r.program, r.shell = false, nil, nil
		r.begin(strings.TrimRight(typed, " "), "", at, at+2, end)
		if r.c != nil {
			r.read(end)
		}
	case prompt != "" || r.stayed && IsKey(line):
		r.complete()
		if !r.stayed {
			r.c.Stay, r.stayed = true, true
		}
		if prompt != "" {
			r.program = of
			if of != nil && of.shell {
				r.shell = of
			}
		}
		r.begin(strings.TrimPrefix(line, prompt), strings.TrimSpace(prompt), at, at+len(prompt), end)
		if r.c != nil && prompt != "" && (of == nil || of.shell) {
			r.read(end)
		}
	case r.c == nil:
		if line != "" {
			r.stray(at)
		}
	default:
		r.c.add(line, at)
		r.c.End = end
	}
}

// begin starts a command whose text begins at the offset text.
func (r *sessionReader) begin(typed, prompt string, at, text, end int) {
	if strings.TrimSpace(typed) == "" {
		if prompt == "" {
			r.fail(at, "a prompt without a command")
		}
		r.c = nil // the prompt at the end of a session
		return
	}
	r.c = &Command{
		Input: Input{Text: typed, Prompt: prompt, Key: r.stayed && IsKey(typed), Offset: text, End: end},
	}
	r.text, r.starts = []string{typed}, []int{text}
	r.commands = append(r.commands, r.c)
}

// more adds a line to the command.
func (r *sessionReader) more(text string, at int) {
	if len(r.text) > maxTyped {
		return
	}
	if len(r.text) == maxTyped {
		r.fail(at, fmt.Sprintf("a command of more than %d lines", maxTyped))
	}
	r.text, r.starts = append(r.text, text), append(r.starts, at)
}

// maxTyped is how many lines a command may have. It is parsed again after each
// of them.
const maxTyped = 1000

// read parses the command to see whether it needs another line.
func (r *sessionReader) read(end int) {
	if len(r.text) > maxTyped {
		return
	}
	r.c.Text, r.c.End = strings.Join(r.text, "\n"), end
	file, err := parseShell(r.c.Text + "\n")
	r.open = incomplete(err) || err == nil && continued(file, r.c.Text)
	if n := len(file.Stmts); err == nil && n > 0 {
		r.c.Parts = partsOf(file.Stmts[n-1])
	}
	if err != nil && !r.open && r.c.Prompt == "" {
		r.errs = append(r.errs, shellError(r.c.Offset, err))
	}
}

// python is the prompt of the Python REPL, whose continuation prompt is "... ".
const python = ">>>"

// inBlock reports whether the Python REPL asks for another line: in a block,
// within brackets or triple quotes, or after a backslash.
func (r *sessionReader) inBlock() bool {
	if r.c == nil || r.c.Prompt != python || r.c.Expect != nil {
		return false
	}
	last := r.text[len(r.text)-1]
	if pythonOpen(strings.Join(r.text, "\n")) || strings.HasSuffix(last, ":") {
		return true
	}
	isBlock := strings.HasPrefix(r.text[0], "@") || slices.ContainsFunc(r.text, func(line string) bool { return strings.HasSuffix(line, ":") })
	return isBlock && last != ""
}

// complete reports what is wrong with the last command as a whole.
func (r *sessionReader) complete() {
	if r.open {
		r.fail(r.c.Offset, `shell: the command is not complete, expected lines after "> "`)
	}
	r.open = false
	if r.c == nil {
		return
	}
	for _, c := range r.comments() {
		_, claims, wrong := claimOf(c.text)
		if claims || wrong != "" {
			before := r.c.Text[:c.offset]
			col := len(before) - (strings.LastIndex(before, "\n") + 1)
			r.fail(r.starts[strings.Count(before, "\n")]+col, besideSession)
		}
	}
}

// comments returns the comments of the last command.
func (r *sessionReader) comments() []comment {
	file, err := parseShell(r.c.Text)
	if err != nil || r.program != nil && !r.program.shell {
		return lineComments(r.c.Text)
	}
	return shellComments(file)
}

// incomplete reports whether a syntax error means that a command needs another
// line.
func incomplete(err error) bool {
	var parse syntax.ParseError
	return errors.As(err, &parse) && (parse.Incomplete || strings.HasPrefix(parse.Text, "unclosed here-document"))
}

// continued reports whether a command ends with a backslash that joins it to the
// next line.
func continued(file *syntax.File, text string) bool {
	backslashes := len(text) - len(strings.TrimRight(text, `\`))
	inComment := false
	syntax.Walk(file, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Comment); ok && int(c.End().Offset()) >= len(text) {
			inComment = true
		}
		return true
	})
	return backslashes%2 == 1 && !inComment
}

// Program splits what is typed to a program in the terminal: into statements if
// they are those of a shell, else into lines.
func Program(code string) ([]*Command, []Error) {
	commands, errs := Shell(code)
	if commands == nil && errs != nil || slices.ContainsFunc(commands, func(c *Command) bool { return IsKey(c.Text) }) {
		commands, errs = eachLine(code)
	}
	for _, c := range commands {
		c.Key = IsKey(c.Text)
	}
	return commands, errs
}

// eachLine makes a command of each line.
func eachLine(code string) (commands []*Command, errs []Error) {
	comments := lineComments(code)
	comments = slices.DeleteFunc(comments, func(c comment) bool {
		_, claims, wrong := claimOf(c.text)
		return !claims && wrong == ""
	})
	offset := 0
	for line := range strings.Lines(code) {
		text := line
		for _, c := range comments {
			if c.offset >= offset && c.offset < offset+len(line) {
				text = line[:c.offset-offset]
			}
		}
		if text = strings.TrimRight(text, " \t\n"); text != "" {
			commands = append(commands, &Command{Input: Input{Text: text, Offset: offset, End: offset + len(text)}})
		}
		offset += len(line)
	}
	return commands, assign(comments, commands)
}

// IsKey reports whether a text consists of control characters as terminals
// echo them: "^C", "^P^Q".
func IsKey(text string) bool { return keysRE.MatchString(text) }

var keysRE = regexp.MustCompile(`^(?:\^[A-Z\\])+$`)

// Ends guesses whether a line ends the program to which it is typed.
func Ends(text string) bool {
	switch word, _, _ := strings.Cut(text, " "); word {
	case "exit", "logout", "quit", "exit()", "quit()", "exit;", "quit;", ".exit", ".quit", `\q`, "^C", "^D", `^\`, "^P^Q":
		return true
	}
	return false
}
