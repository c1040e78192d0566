package session

import (
	"regexp"
	"strconv"
)

var historyRE = regexp.MustCompile(`^\s*(\d{1,5})\s+(\S.*)$`)

// History returns the commands in the output of the shell's "history", where
// each line has a number; ok is false if code is something else. known reports
// whether a word is the name of a command.
func History(code []string, known func(word string) bool) (commands []string, ok bool) {
	last, lines, knows := 0, 0, 0
	commands = make([]string, len(code))
	for i, line := range code {
		m := historyRE.FindStringSubmatch(line)
		if m == nil {
			if firstWord(line) != "" {
				return nil, false
			}
			continue
		}
		n, _ := strconv.Atoi(m[1])
		if n <= last {
			return nil, false
		}
		last, lines = n, lines+1
		if known(firstWord(m[2])) {
			knows++
		}
		commands[i] = m[2]
	}
	return commands, lines > 1 && knows*2 > lines
}
