package session

import (
	"errors"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// An Entry is a command typed at a prompt, with its output.
type Entry struct {
	Line   int // in the code, from 0
	Prompt Prompt
	Typed  []string // the lines of the command; empty if there is only output
	Output []string
	Notes  []string // comments above it
}

// Command returns the command that was typed.
func (e *Entry) Command() string { return strings.Join(e.Typed, "\n") }

// Options say how code is read.
type Options struct {
	Inside bool                   // a program has the terminal
	Known  func(word string) bool // reports names of commands, to decide whether "# x" is a prompt

	// Starts returns the program that a command leaves in the terminal, or "".
	// Types reports whether a line without a prompt is input of that program; first
	// says that no output stands between. Without them, such lines are output.
	Starts func(text string) string
	Types  func(program, line string, first bool) bool
}

// program returns the program that runs in the terminal after an entry, or "" if
// its input can't be told from its output. before is the program that read the entry.
func (o Options) program(e *Entry, before string) string {
	text := e.Command()
	if o.Starts == nil || o.Types == nil || left(text) {
		return ""
	}
	if p := o.Starts(text); p != "" {
		return p
	}
	switch {
	case e.Prompt.Kind == Program && sqlPrompt(e.Prompt.Name):
		return "sql"
	case e.Prompt.Name == "":
		return before
	}
	return ""
}

// sqlPrompt reports whether a prompt is that of a client of a database.
func sqlPrompt(name string) bool {
	return strings.HasPrefix(name, "mysql") || strings.HasPrefix(name, "MariaDB") || strings.HasSuffix(name, "=#") || strings.HasSuffix(name, "=>")
}

// Prompts counts the prompts in code, and of which kinds they are.
func Prompts(code []string, o Options) (count map[Kind]int, bare int) {
	count = map[Kind]int{}
	inside := o.Inside
	for _, line := range code {
		p, ok := At(strings.TrimLeft(line, " \t"), inside)
		switch {
		case !ok:
		case p.Bare:
			if first := firstWord(strings.TrimPrefix(strings.TrimLeft(line, " \t"), p.Text)); o.Known != nil && o.Known(first) {
				bare++
			}
		default:
			count[p.Kind]++
			inside = p.Kind == Nested || p.Kind == Program || inside && p.Kind != Host
		}
	}
	return count, bare
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return w
}

// Limits on the work for hostile sessions.
const (
	maxNested = 8   // prompts in a row
	maxOpen   = 400 // lines of a command
	maxNotes  = 100 // lines of comments above a prompt
)

// Split splits a session. Text above the first prompt is an entry without a
// command.
func Split(code []string, o Options) []*Entry {
	count, bare := Prompts(code, o)
	useBare := bare > 0 && len(count) == 0
	var all []*Entry
	var notes []string
	var cur *Entry
	inside, open := o.Inside, false
	program := ""           // the program in the terminal, if its prompt was not kept
	host, address := "", "" // from the line above, for a prompt on two lines
	start := starts(code, o)
	for i := 0; i < len(code); i++ {
		line := strings.TrimRight(code[i], " \t")
		bareLine := strings.TrimLeft(line, " \t")
		p, ok := At(bareLine, inside)
		if ok && p.Bare {
			ok = useBare && o.Known(firstWord(bareLine[len(p.Text):]))
		}
		if open && (!ok || strings.HasPrefix(line, "> ") || line == ">") {
			more := strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
			if !strings.HasPrefix(line, ">") {
				more = line
			}
			cur.Typed = append(cur.Typed, more)
			open = len(cur.Typed) < maxOpen && incomplete(cur.Command())
			continue
		}
		if ok {
			open = false
			typed := strings.TrimSpace(strings.TrimPrefix(bareLine+" ", p.Text))
			inside = p.Kind == Nested || p.Kind == Program
			for nested, n := true, 0; nested && n < maxNested; n++ { // "/ # / # ls"
				var again Prompt
				if again, nested = At(typed, inside); nested && !again.Bare && again.Kind == p.Kind {
					typed = strings.TrimSpace(strings.TrimPrefix(typed+" ", again.Text))
				} else {
					nested = false
				}
			}
			if typed == "" || typed == "^" || strings.HasPrefix(typed, "<cursor") || typed == "_" {
				cur = nil // the prompt at the end, or the first line of a prompt on two lines
				host, address = p.Host, p.Address
				if len(all) > 0 {
					all[len(all)-1].Output = trim(all[len(all)-1].Output)
				}
				continue
			}
			if strings.HasPrefix(typed, "#") { // a note that was typed
				notes = append(notes, strings.TrimSpace(strings.TrimLeft(typed, "# ")))
				continue
			}
			if p.Host == "" && p.Kind == Host {
				p.Host, p.Address = host, address
			}
			host, address = "", ""
			cur = &Entry{Line: i, Prompt: p, Typed: []string{typed}, Notes: notes}
			notes = nil
			all = append(all, cur)
			open = p.Kind != Program && incomplete(typed) || p.Kind == Program && unfinished(p, typed)
			program = o.program(cur, "")
			continue
		}
		if !useBare && isNote(line) && (i < start || noteStands(code, i, inside)) {
			notes = append(notes, strings.TrimSpace(strings.TrimLeft(line, "# ")))
			continue
		}
		if left(bareLine) && inside && cur != nil && !left(cur.Command()) { // the end of a nested session, pasted without its prompt
			cur = &Entry{Line: i, Prompt: cur.Prompt, Typed: []string{bareLine}, Notes: notes}
			all, notes, inside, program = append(all, cur), nil, false, ""
			continue
		}
		if program != "" && cur != nil && o.Types(program, bareLine, len(cur.Output) == 0) {
			p := Prompt{Kind: Nested}
			if program != "sh" {
				p.Kind = Program
			}
			cur = &Entry{Line: i, Prompt: p, Typed: []string{bareLine}, Notes: notes}
			all, notes, inside = append(all, cur), nil, true
			open = p.Kind == Nested && incomplete(bareLine) || p.Kind == Program && !strings.HasSuffix(bareLine, ";") && !isOneWord(bareLine)
			program = o.program(cur, program)
			continue
		}
		if i < start && o.Known(firstWord(bareLine)) {
			cur = &Entry{Line: i, Prompt: Prompt{Kind: Host, Name: "$"}, Typed: []string{bareLine}, Notes: notes}
			all, notes, open = append(all, cur), nil, incomplete(bareLine)
			continue
		}
		if cur == nil {
			if line == "" {
				continue
			}
			if len(all) > 0 {
				cur = all[len(all)-1]
			} else {
				cur = &Entry{Line: i}
				all = append(all, cur)
			}
		}
		cur.Output = append(cur.Output, line)
	}
	for _, e := range all {
		e.Output = trim(e.Output)
	}
	if len(notes) > 0 && len(all) > 0 {
		last := all[len(all)-1]
		last.Output = append(last.Output, notes...)
	}
	return all
}

// starts returns the line of the first prompt, if there are commands without a
// prompt above it: one that started the program with that prompt, or one that
// is certainly a command. Otherwise it returns 0.
func starts(code []string, o Options) int {
	lead := trim(code)
	if o.Known == nil || len(lead) == 0 || o.Inside && firstWord(lead[0]) != "docker" {
		return 0
	}
	sure, seen := false, false // the first line that is not a comment is a command; it was seen
	for i, line := range code {
		line = strings.TrimSpace(line)
		if p, ok := At(line, false); ok && !p.Bare {
			if p.Kind == Nested || p.Kind == Program || p.Kind == Host && sure {
				return i
			}
			return 0
		}
		if line != "" && !isNote(line) && !seen {
			sure, seen = sureRE.MatchString(line), true
		}
	}
	return 0
}

// sureRE matches lines that are certainly commands if they are the first one.
var sureRE = regexp.MustCompile(`^(?:sudo )?(?:docker(?:-compose)? [a-z-]|git (?:clone|pull|checkout) |mkdir |cd \S+$|curl -|wget http|export \w+=|apt(?:-get)? install )`)

// left reports whether a line ends a shell, or is what a shell prints when ^D
// ends it.
func left(line string) bool { return line == "exit" || line == "logout" }

// unfinished reports whether an SQL statement continues on the next line.
func unfinished(p Prompt, typed string) bool {
	switch {
	case sqlPrompt(p.Name):
		return !strings.HasSuffix(typed, ";") && !strings.HasPrefix(typed, `\`) && !isOneWord(typed)
	}
	return false
}

func isOneWord(s string) bool {
	switch strings.ToLower(strings.Fields(s + " x")[0]) {
	case "exit", "quit", "use", "help", "source":
		return true
	}
	return false
}

func isNote(line string) bool {
	return strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ") || line == "#"
}

// noteStands reports whether the comment in line i belongs to the prompt below
// it, with only comments and blank lines between them.
func noteStands(code []string, i int, inside bool) bool {
	for _, line := range code[i+1 : min(i+1+maxNotes, len(code))] {
		line = strings.TrimSpace(line)
		if line == "" || isNote(line) {
			continue
		}
		p, ok := At(line, inside)
		return ok && !p.Bare
	}
	return false
}

// trim removes blank lines at both ends.
func trim(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// incomplete reports whether a command needs another line.
func incomplete(text string) bool {
	if strings.HasSuffix(text, `\`) && !strings.HasSuffix(text, `\\`) {
		return true
	}
	_, err := syntax.NewParser(syntax.KeepComments(true)).Parse(strings.NewReader(text+"\n"), "")
	var parse syntax.ParseError
	return errors.As(err, &parse) && (parse.Incomplete || strings.HasPrefix(parse.Text, "unclosed here-document"))
}
