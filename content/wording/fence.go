package wording

import "strings"

// Fence returns the shortest run of backticks, of at least the given length,
// that does not occur in a text. It takes linear time.
func Fence(text string, least int) string {
	longest, run := 0, 0
	for _, c := range []byte(text) {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(least, longest+1))
}

// Fenced returns code, which ends with a newline, as a fenced block whose fence
// does not occur in it.
func Fenced(lang, code string) string {
	fence := Fence(code, 3)
	return fence + lang + "\n" + code + fence + "\n"
}

// CodeSpan returns the first line of a text as code in running Markdown.
func CodeSpan(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	fence := Fence(text, 1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

var literal = strings.NewReplacer("\n", " ", "\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "\\<", ">", "\\>", "&", "\\&", "!", "\\!", "~", "\\~", "|", "\\|")

// Literal escapes a text for running Markdown, so that nothing in it is
// markup.
func Literal(text string) string { return literal.Replace(text) }
