package cleanup

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// longLine is how long a command may be before its names are given to several.
const longLine = 96

// each returns commands that give a program words, in lines that can be read.
func each(program string, words []string) (commands []string) {
	line := ""
	for _, word := range words {
		if line != "" && len(line)+1+len(word) > longLine {
			commands, line = append(commands, line), ""
		}
		if line == "" {
			line = program
		}
		line += " " + word
	}
	if line != "" {
		commands = append(commands, line)
	}
	return commands
}

// plainRE matches words that mean themselves.
var plainRE = regexp.MustCompile(`^[\w./][\w./:=@%+,-]*$`)

// quote quotes a word for the shell. A command is one line, whatever a name has
// in it.
func quote(word string) string {
	switch {
	case plainRE.MatchString(word):
		return word
	case strings.Contains(word, "\n"):
	case strings.Contains(word, "!"): // of the shell's history, but for single quotes
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	default:
		if quoted, err := syntax.Quote(word, syntax.LangPOSIX); err == nil {
			return quoted
		}
	}
	quoted, err := syntax.Quote(word, syntax.LangBash) // has $'\n'
	if err != nil {                                    // it has NUL, as no name has
		return "''"
	}
	return quoted
}

// quotePath quotes a path for the shell. Its "~/" stays one.
func quotePath(name string) string {
	if name == "~" {
		return name
	}
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		return "~/" + quote(rest)
	}
	return quote(name)
}

// quoteFile quotes the name of a file, which is no option, whatever it begins
// with.
func quoteFile(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return quote(name)
}
