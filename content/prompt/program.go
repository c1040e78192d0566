package prompt

import (
	"regexp"
	"strings"
)

// A program is an interactive program with a prompt of its own.
type program struct {
	command *regexp.Regexp // matches commands that start it; nil if its prompt is enough to recognize it
	prompt  *regexp.Regexp
	more    *regexp.Regexp // matches its continuation prompt; may be nil
	vague   bool           // other programs print lines that look like its prompt
	shell   bool           // it reads shell commands
}

// programs are those whose prompts are known in sessions, besides shells.
// Lines of output may look like such prompts, so the command must name the
// program.
var programs = []*program{
	{prompt: regexp.MustCompile(`^` + python + `(?: |$)`)}, // see inBlock
	{
		command: regexp.MustCompile(`\b(?:mysql|mariadb)\b`),
		prompt:  regexp.MustCompile(`^(?:mysql|(?:MySQL|MariaDB) \[[^\]]*\])>(?: |$)`),
		more:    regexp.MustCompile(`^ *(?:->|'>|">|` + "`" + `>|/\*>)(?: |$)`),
	},
	{
		command: regexp.MustCompile(`\bpsql\b`),
		prompt:  regexp.MustCompile(`^[\w.-]+=[*!]?[#>](?: |$)`),
		more:    regexp.MustCompile(`^[\w.-]+[-*('"$^][*!]?[#>](?: |$)`),
	},
	{
		command: regexp.MustCompile(`\bsqlite3\b`),
		prompt:  regexp.MustCompile(`^sqlite>(?: |$)`),
		more:    regexp.MustCompile(`^ *(?:\.\.\.|'|"|\(x?\d+)\.{0,3}>(?: |$)`),
	},
	{
		command: regexp.MustCompile(`\b(?:redis|valkey)\b`),
		prompt:  regexp.MustCompile(`^(?:[\w.-]+:\d+(?:\[\d+\])?(?:\(TX\))?|not connected)>(?: |$)`),
	},
	{
		command: regexp.MustCompile(`\bmongosh\b(?:[^-]|-[^-]|--[^e])*$`), // without --eval
		prompt:  regexp.MustCompile(`^(?:[\w-]+ \[[^\]]*\] )?[\w-]*>(?: |$)`),
		vague:   true,
	},
	{
		command: regexp.MustCompile(`(?:^|[ /])node(?::\S+)?$`), // without a script
		prompt:  regexp.MustCompile(`^>(?: |$)`),
		vague:   true,
	},
	{
		command: regexp.MustCompile(`(?:^|[ /])sh$`),
		prompt:  regexp.MustCompile(`^#(?: |$)`), // root's, in images of Debian
		vague:   true,
		shell:   true,
	},
}

// shellRE matches the prompts of shells in containers: "/ # ", "root@[..]:/app# ",
// "bash-5.2$ ". Output has lines that begin with "# " and "> ".
var shellRE = regexp.MustCompile(`^(?:/\S* [#$]|[^\s@]+@[^\s:]+:\S*[#$]|(?:ba)?sh-\d[\d.]*[#$])(?: |$)`)

// promptOf returns the prompt at the beginning of a line, or "", and the
// program with that prompt; nil for a shell.
func (r *sessionReader) promptOf(line string) (string, *program) {
	if r.c == nil && !r.stayed {
		return "", nil
	}
	if p := shellRE.FindString(line); p != "" {
		return p, nil
	}
	for _, of := range programs {
		if !r.mayRun(of) {
			continue
		}
		if p := of.prompt.FindString(line); p != "" {
			return p, of
		}
		if of.more != nil && r.program == of {
			if p := of.more.FindString(line); p != "" {
				return p, of
			}
		}
	}
	return "", nil
}

// mayRun reports whether a program may be in the terminal: the last command
// typed to a shell started it, or something was there before the session.
func (r *sessionReader) mayRun(p *program) bool {
	switch {
	case p.command == nil || r.program == p || r.shell == p:
		return true
	case r.program != nil && !r.program.shell:
		return false
	case r.c == nil:
		return !p.vague
	}
	return p.command.MatchString(r.c.Text)
}

// pythonOpen reports whether Python code goes on in the next line: a bracket or a
// string of three quotes is open, or the last character is a backslash.
func pythonOpen(code string) bool {
	depth := 0
	for code != "" {
		switch c := code[0]; c {
		case '#':
			_, code, _ = strings.Cut(code, "\n")
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '"', '\'':
			quote := string(c)
			if three := strings.Repeat(quote, 3); strings.HasPrefix(code, three) {
				quote = three
			}
			var closed bool
			if code, closed = behindString(code[len(quote):], quote); !closed {
				return len(quote) == 3
			}
			continue
		case '\\':
			if len(code) == 1 {
				return true
			}
		}
		code = code[1:]
	}
	return depth > 0
}

// behindString returns what follows the closing quote of a string.
func behindString(code, quote string) (rest string, closed bool) {
	for i := 0; i < len(code); i++ {
		switch {
		case code[i] == '\\':
			i++
		case strings.HasPrefix(code[i:], quote):
			return code[i+len(quote):], true
		}
	}
	return "", false
}
