package content

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// promptRE finds the prompts of programs that keep a terminal, as sessions
// show them: a shell in a container ("/ # ", "root@[..]:/app# "), and a REPL
// (">>> "). A bare "# " or "> " is none: output has such lines.
var promptRE = regexp.MustCompile(`^(?:/\S* [#$]|[^\s@]+@[^\s:]+:\S*[#$]|>>>)(?: |$)`)

// sessionOf splits a console session: lines after "$ " are commands, carried
// on by lines after "> " while they are incomplete; lines after the prompt of
// a program that keeps the terminal are typed to it; the lines under them are
// what they must print. kept says that the terminal is kept when it begins.
func sessionOf(s *Snippet, kept bool) ([]*Command, Errors) {
	r := sessionReader{s: s, kept: kept}
	offset := 0
	for line := range strings.Lines(s.Code) {
		r.line(strings.TrimRight(line, " \t\n"), offset, offset+len(line))
		offset += len(line)
	}
	r.complete()
	for _, c := range r.commands {
		trimExpect(c)
	}
	stays(s, r.commands)
	return r.commands, r.errs
}

// A sessionReader reads a session line by line.
type sessionReader struct {
	s        *Snippet
	kept     bool // a program keeps the terminal
	commands []*Command
	errs     Errors

	c    *Command // the last command
	text []string // its lines
	open bool     // it needs another one
}

func (r *sessionReader) fail(at int, msg string) {
	r.errs = append(r.errs, &Error{Pos: r.s.At(at), Msg: msg})
}

// line takes the line from at to end.
func (r *sessionReader) line(line string, at, end int) {
	typed, isCommand := strings.CutPrefix(line+" ", "$ ")
	more, isMore := strings.CutPrefix(line+" ", "> ")
	prompt := promptRE.FindString(line)
	if r.c == nil && !r.kept {
		prompt = ""
	}
	switch {
	case r.open && isMore:
		r.text = append(r.text, strings.TrimRight(more, " "))
		r.read(end)
	case r.inBlock() && strings.HasPrefix(line, "..."):
		r.text = append(r.text, strings.TrimPrefix(strings.TrimPrefix(line, "..."), " "))
		r.c.Text, r.c.End = strings.Join(r.text, "\n"), end
	case isCommand:
		r.complete()
		r.kept = false
		r.begin(strings.TrimRight(typed, " "), "", at, at+2, end)
		if r.c != nil {
			r.read(end)
		}
	case prompt != "" || r.kept && isKey(line):
		r.complete()
		if !r.kept {
			r.c.Stay, r.kept = true, true
		}
		r.begin(strings.TrimPrefix(line, prompt), strings.TrimRight(prompt, " "), at, at+len(prompt), end)
		if r.c != nil && prompt != "" && r.c.Prompt != python {
			r.read(end)
		}
	case r.c == nil:
		if line != "" {
			r.fail(at, `expected a command after "$ "`)
		}
	default:
		if len(r.c.Expect.Lines) == 0 {
			r.c.Expect.Pos = r.s.At(at)
		}
		r.c.Expect.Lines = append(r.c.Expect.Lines, line)
		r.c.End = end
	}
}

// begin starts a command whose text is at the offset text.
func (r *sessionReader) begin(typed, prompt string, at, text, end int) {
	if strings.TrimSpace(typed) == "" {
		if prompt == "" {
			r.fail(at, "a prompt without a command")
		}
		r.c = nil // the prompt that a session ends with
		return
	}
	r.c = &Command{
		Text: typed, Prompt: prompt, Key: r.kept && isKey(typed), Offset: text, End: end,
		Pos: r.s.At(text), Expect: &Expect{Pos: r.s.At(at)},
	}
	r.text = []string{typed}
	r.commands = append(r.commands, r.c)
}

// read finds out whether the command needs another line.
func (r *sessionReader) read(end int) {
	r.c.Text, r.c.End = strings.Join(r.text, "\n"), end
	_, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(r.c.Text+"\n"), "")
	r.open = incomplete(err)
	if err != nil && !r.open && r.c.Prompt == "" {
		r.errs = append(r.errs, shellError(r.s, r.c.Offset, err))
	}
}

// python is the prompt of its REPL, which asks for more with "... ".
const python = ">>>"

// inBlock tells whether Python's REPL is being typed a block.
func (r *sessionReader) inBlock() bool {
	if r.c == nil || r.c.Prompt != python || len(r.c.Expect.Lines) > 0 {
		return false
	}
	last := r.text[len(r.text)-1]
	return strings.HasSuffix(last, ":") || len(r.text) > 1 && last != ""
}

// complete makes sure that the last command does not need another line.
func (r *sessionReader) complete() {
	if r.open {
		r.fail(r.c.Offset, `shell: the command is not complete, expected lines after "> "`)
	}
	r.open = false
}

// trimExpect drops empty lines at the end of what is expected.
func trimExpect(c *Command) {
	for n := len(c.Expect.Lines); n > 0 && c.Expect.Lines[n-1] == ""; n-- {
		c.Expect.Lines = c.Expect.Lines[:n-1]
	}
}

// incomplete tells whether more lines could mend a command.
func incomplete(err error) bool {
	var parse syntax.ParseError
	return errors.As(err, &parse) && (parse.Incomplete || strings.HasPrefix(parse.Text, "unclosed here-document"))
}

// linesOf splits a snippet that is typed to a program which keeps the
// terminal: into statements if it is a shell's language, and into lines
// otherwise. A snippet without any presses the key that its type= names.
func linesOf(s *Snippet) []*Command {
	commands, errs := commandsOf(s)
	if errs != nil || slices.ContainsFunc(commands, func(c *Command) bool { return isKey(c.Text) }) {
		commands = eachLine(s)
	}
	if len(commands) == 0 && s.Options.Type != "" {
		commands = []*Command{{Text: s.Options.Type, Pos: s.Options.At("type")}}
	}
	for _, c := range commands {
		c.Key = isKey(c.Text)
	}
	stays(s, commands)
	return commands
}

// eachLine makes a command of every line.
func eachLine(s *Snippet) (commands []*Command) {
	offset := 0
	for line := range strings.Lines(s.Code) {
		at := offset
		offset += len(line)
		text, promise, promised := strings.Cut(strings.TrimRight(line, " \t\n"), "# ->")
		if text = strings.TrimRight(text, " \t"); text != "" {
			commands = append(commands, &Command{Text: text, Offset: at, End: at + len(text), Pos: s.At(at)})
		}
		if !promised || len(commands) == 0 {
			continue
		}
		c := commands[len(commands)-1]
		if c.Expect == nil {
			c.Expect = &Expect{Pos: s.At(at + strings.Index(line, "# ->"))}
		}
		c.Expect.Lines = append(c.Expect.Lines, strings.TrimPrefix(promise, " "))
		c.End = at + len(strings.TrimRight(line, " \t\n"))
	}
	return commands
}

// stays marks the command that the option stay is about.
func stays(s *Snippet, commands []*Command) {
	if n := len(commands); n > 0 && s.Options.Stay {
		commands[n-1].Stay = true
	}
}

// isKey tells whether a text is a control character as terminals show it.
func isKey(text string) bool {
	return len(text) == 2 && text[0] == '^' && (text[1] >= 'A' && text[1] <= 'Z' || text[1] == '\\')
}

// keeps tells whether a terminal is kept by a program behind a snippet. Only
// a run shows it for sure; this is for how the next snippet is read.
func keeps(s *Snippet, before bool) bool {
	kept := before
	for _, c := range s.Commands {
		switch {
		case c.Stay:
			kept = true
		case ends(c.Text):
			kept = false
		}
	}
	for _, key := range []string{"^C", "^D", `^\`} {
		if strings.Contains(s.Options.Type, key) {
			kept = false
		}
	}
	return kept
}

// ends tells whether a line ends the program that it is typed to.
func ends(text string) bool {
	switch word, _, _ := strings.Cut(text, " "); word {
	case "exit", "logout", "quit", "exit()", "quit()", `\q`, "^C", "^D", `^\`:
		return true
	}
	return false
}
