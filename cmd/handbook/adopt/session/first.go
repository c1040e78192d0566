package session

import "strings"

// FirstLine returns the first line of a command, with "…" where more follow.
func FirstLine(s string) string {
	line, _, more := strings.Cut(strings.TrimSpace(s), "\n")
	if more {
		line = strings.TrimSuffix(strings.TrimSpace(line), `\`) + "…"
	}
	return line
}
