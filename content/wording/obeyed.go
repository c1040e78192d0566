package wording

import (
	"fmt"
	"strings"
	"unicode"
)

// Obeyed reports whether terminals or browsers act on a character instead of
// showing it: control characters except for line breaks and tabs, and those
// that change the direction of text.
func Obeyed(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || Turns(r)
}

// Turns reports whether a character changes the direction of text. Such
// characters can make a command look like another one (CVE-2021-42574).
func Turns(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// OneLine returns a text without line breaks and without characters that
// terminals act on.
func OneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if Obeyed(r) {
			return -1
		}
		return r
	}, s)), " ")
}

// Visible returns a text in which control characters, but for line breaks and tabs,
// are replaced by what stands for them. Characters that turn the direction of text
// stay: prose in some languages needs them.
func Visible(s string) string {
	does := func(r rune) bool { return unicode.IsControl(r) && Obeyed(r) }
	if !strings.ContainsFunc(s, does) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if does(r) {
			b.WriteString(Shown(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Shown returns what stands for a character where it should do nothing: Unicode has
// pictures of control characters. Those that turn the direction of text could show a
// command as another one (CVE-2021-42574).
func Shown(r rune) string {
	switch {
	case r == '\n' || r == '\t':
		return string(r)
	case r < ' ':
		return string(r + '\u2400')
	case r == 0x7f:
		return "\u2421"
	case Obeyed(r), r == '\u2028', r == '\u2029', r == '\u200e', r == '\u200f', r == '\u061c':
		return fmt.Sprintf(`\u%04x`, r)
	}
	return string(r)
}
