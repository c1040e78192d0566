package draft

import (
	"bytes"
	"regexp"
	"strings"

	"handbook/content/config"
	"handbook/content/info"
)

// A Span is a part of a line, in bytes from 0.
type Span struct{ Line, Start, End int }

// SpanOf returns the part of a text that a problem is about. It begins at the
// problem's place, and extends over what is there: a word of an info string, a
// value of YAML, the destination of a link, or else the rest of the line.
func SpanOf(name string, source []byte, p Problem) Span { return Spans(name, source)(p) }

// Spans returns SpanOf for many problems of one text, which it splits into
// lines only once.
func Spans(name string, source []byte) func(Problem) Span {
	text := Normal(source)
	lines := bytes.Split(text, []byte("\n"))
	front := len(lines) // lines of YAML at the beginning
	if name != config.File {
		front = bytes.Count(source[:min(config.FrontSize(text), len(source))], []byte("\n"))
	}
	return func(p Problem) Span { return spanOf(lines, front, p) }
}

func spanOf(lines [][]byte, front int, p Problem) Span {
	if p.Line == 0 {
		return Span{0, 0, len(bytes.TrimRight(lines[0], " \t"))}
	}
	n := min(p.Line, len(lines)) - 1
	line := string(lines[n])
	end := len(strings.TrimRight(line, " \t"))
	if p.Col == 0 {
		return Span{n, len(line) - len(strings.TrimLeft(line, " \t")), end}
	}
	start := min(p.Col-1, len(line))
	size := 0
	switch {
	case p.Line <= front:
		size = yamlValue(line[start:])
	case fence.MatchString(line):
		size = infoWord(line, start)
	default:
		size = inlineLink(line, start)
	}
	if size == 0 {
		size = end - start
	}
	return Span{n, start, max(start, min(start+size, len(line)))}
}

// fence matches the line that opens a fenced block, up to its info string.
var fence = regexp.MustCompile("^[ \t>]*(?:(?:[-+*]|[0-9]+[.)])[ \t]+)*(?:`{3,}|~{3,})[ \t]*")

// infoWord returns the length of the word of a fence's info string at an
// offset of the line, 0 if there is none.
func infoWord(line string, at int) int {
	first := len(fence.FindString(line))
	text := strings.TrimRight(line[first:], " \t")
	at -= first
	if at < 0 || at >= len(text) {
		return 0
	}
	ends := []int{}
	_, words := info.Split(text)
	for _, w := range words {
		ends = append(ends, w.At)
	}
	for _, end := range append(ends, len(text)) {
		if end > at {
			return len(strings.TrimRight(text[at:end], " \t"))
		}
	}
	return 0
}

var (
	yamlKey    = regexp.MustCompile(`^[\w<>.-]+(?:[ \t]*:(?:[ \t]|$))`)
	yamlQuoted = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')`)
)

// yamlValue returns the length of the key or the value at the beginning of a
// part of a line of YAML.
func yamlValue(rest string) int {
	if key := yamlKey.FindString(rest); key != "" {
		return len(strings.TrimRight(key, ": \t"))
	}
	if quoted := yamlQuoted.FindString(rest); quoted != "" {
		return len(quoted)
	}
	if i := strings.Index(rest, " #"); i >= 0 {
		rest = rest[:i]
	}
	if !strings.HasPrefix(rest, "[") && !strings.HasPrefix(rest, "{") {
		if i := strings.IndexAny(rest, ",]}"); i > 0 && !strings.Contains(rest[:i], " ") {
			rest = rest[:i]
		}
	}
	return len(strings.TrimRight(rest, " \t"))
}

// linked matches a link that begins a part of a line.
var linked = regexp.MustCompile(`^!?\[[^\]]*\]\([^)\s]*(?:[ \t][^)]*)?\)`)

// inlineLink returns the length of the link, or the destination of a link, at an
// offset of a line, 0 if there is none.
func inlineLink(line string, at int) int {
	before, rest := line[:at], line[at:]
	if link := linked.FindString(rest); link != "" {
		return len(link)
	}
	stop := ""
	switch {
	case strings.HasSuffix(before, "]("):
		stop = " \t)"
	case strings.HasSuffix(before, "<"):
		stop = ">"
	case strings.HasSuffix(before, `="`):
		stop = `"`
	case strings.HasSuffix(before, "]: "):
		stop = " \t"
	default:
		return 0
	}
	depth := 0
	for i, c := range rest {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case strings.ContainsRune(stop, c):
			return i
		}
	}
	return len(rest)
}
