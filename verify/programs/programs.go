// Package programs knows programs at whose prompts people type: how to tell that
// one waits, and that what was typed has failed.
package programs

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content/sgr"
	"handbook/verify/compare"
)

// A Program is one at whose prompt people type, and that has no exit status for
// what they type: it prints that something failed.
type Program struct {
	name   string
	prompt *regexp.Regexp // its prompts, whole
	// banner is in what it prints when it starts, where others have such prompts,
	// too; nil if the prompt tells.
	banner *regexp.Regexp
	errors *regexp.Regexp // the start of a line that tells of an error
	source string         // where this is documented
}

// programs are those that are known. testdata has sessions of each.
var programs = []*Program{
	{
		name:   "Python",
		prompt: regexp.MustCompile(`^(?:>>>|\.\.\.)$`),
		errors: regexp.MustCompile(`^(?:Traceback \(most recent call last\):|(?:SyntaxError|IndentationError|TabError): )`),
		source: "https://docs.python.org/3/tutorial/errors.html",
	},
	{
		name:   "Node.js",
		prompt: regexp.MustCompile(`^(?:>|\.\.\.|\|)$`),
		banner: regexp.MustCompile(`^Welcome to Node\.js v`),
		errors: regexp.MustCompile(`^(?:> )?(?:Uncaught\b|Invalid REPL keyword)`),
		source: "https://nodejs.org/api/repl.html",
	},
	{
		name:   "MySQL or MariaDB",
		prompt: regexp.MustCompile(`^(?:mysql|MySQL \[.*\]|MariaDB \[.*\])>$|^(?:->|'>|">|` + "`>" + `|/\*>)$`),
		errors: regexp.MustCompile(`^ERROR(?: \d+)?(?: \([0-9A-Z]{5}\))?(?: at line \d+)?(?: in file: '.*')?:`),
		source: "https://dev.mysql.com/doc/refman/8.4/en/error-message-elements.html",
	},
	{
		name:   "psql",
		prompt: regexp.MustCompile(`^[\w.-]+[=\-*!^'"$(][*!?]?[#>]$`),
		errors: regexp.MustCompile(`^(?:psql:\S*:? )?(?:(?:ERROR|FATAL|PANIC|error):  ?|connection to server .* failed: |invalid command \\|\\\w+: |unterminated quoted string$|Did not find any .* named )|^\S+: No such file or directory$`),
		source: "https://www.postgresql.org/docs/current/app-psql.html",
	},
	{
		name:   "redis-cli",
		prompt: regexp.MustCompile(`^(?:[\w.:\[\]-]+:\d+(?:\[\d+\])?(?:\(TX\))?|redis \S+|valkey \S+|not connected)>$`),
		errors: regexp.MustCompile(`^(?: *\d+\) )*\(error\) |^(?:Could not connect to |Error: |Invalid argument\(s\)$)`),
		source: "https://redis.io/docs/latest/develop/tools/cli/",
	},
	{
		name:   "sqlite3",
		prompt: regexp.MustCompile(`^(?:sqlite>|(?:\.\.\.|'|"|\(x?\d+)?\.{0,3}>)$`),
		banner: regexp.MustCompile(`^SQLite version `),
		errors: regexp.MustCompile(`^(?:Parse error|Runtime error|Error)(?: near line \d+| in .*)?:|^(?:Usage: \.|unknown option: )`),
		source: "https://sqlite.org/cli.html",
	},
	{
		name:   "mongosh",
		prompt: regexp.MustCompile(`^(?:.*[ \]])?[^\s/\\."$*<>:|?]*>$|^(?:\.\.\.|\|)$`),
		banner: regexp.MustCompile(`^Using Mongosh:`),
		errors: regexp.MustCompile(`^(?:Uncaught\b|(?:\w*Error|Mongo\w+)(?:\[\w+\])?: )`),
		source: "https://www.mongodb.com/docs/mongodb-shell/",
	},
}

// At returns the known program that shows a prompt, behind what it has
// printed, or nil. was is the one that was there before.
func At(prompt string, printed []string, was *Program) *Program {
	if was != nil && was.prompt.MatchString(prompt) {
		return was
	}
	for _, p := range programs {
		if p.prompt.MatchString(prompt) && (p.banner == nil || slices.ContainsFunc(printed, func(line string) bool { return p.banner.MatchString(sgr.Unstyled(line)) })) {
			return p
		}
	}
	return nil
}

// failed returns the index of the first line with which the program tells of an
// error, or -1.
func (p *Program) failed(lines []string) int {
	return slices.IndexFunc(lines, func(line string) bool { return p.errors.MatchString(sgr.Unstyled(line)) })
}

// Judge says what is wrong with what the program has answered, "" if nothing is:
// an error is, unless the page says so by its own words (want) or by exit=.
func (p *Program) Judge(exit int, want, lines []string) string {
	at := p.failed(lines)
	switch {
	case at < 0 && exit != 0:
		return p.name + " tells of no error, expected one: exit=" + strconv.Itoa(exit)
	case at < 0 || exit != 0:
		return ""
	}
	for _, line := range want {
		if line != "..." && slices.ContainsFunc(lines[at:], func(got string) bool { return compare.MatchLine(line, strings.TrimRight(sgr.Unstyled(got), " ")) }) {
			return ""
		}
	}
	return p.name + " tells of an error: " + sentence(lines[at:])
}

// sentence returns the line of an error that says what it is: the first one, or
// where that announces it, the next one that is not indented.
func sentence(lines []string) string {
	first := strings.TrimSpace(sgr.Unstyled(lines[0]))
	if strings.HasSuffix(first, ":") {
		for _, line := range lines[1:] {
			if line = sgr.Unstyled(line); line != "" && line[0] != ' ' {
				return line
			}
		}
	}
	return first
}
