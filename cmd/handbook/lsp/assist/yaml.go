package assist

import (
	"regexp"
	"strings"
)

// A yamlPlace is a place in YAML, as it is while somebody writes: what stands
// there need not be YAML yet.
type yamlPlace struct {
	keys   []string // of the mappings around the place
	key    string   // whose value is written, if value is set
	value  bool
	prefix string // what of the key or value stands before the place
}

var (
	keyLine = regexp.MustCompile(`^( *(?:- +)*)([\w.<>-]+) *:(?: |$)`)
	keyText = regexp.MustCompile(`([\w.<>-]+) *: *$`)
)

// longLine is how long a line may be in which brackets are looked for: each is
// looked for from each other.
const longLine = 1000

// yamlAt finds out where a place is, behind a part of one of the lines.
func yamlAt(lines []string, line int, before string) (at yamlPlace) {
	if len(before) > longLine {
		return yamlPlace{value: true} // of no key that there is
	}
	rest := before
	indent := len(before) - len(strings.TrimLeft(before, " -"))
	if found := keyLine.FindStringSubmatch(before); found != nil {
		at.key, at.value = found[2], true
		rest = before[len(found[0]):]
		indent = len(found[1])
	} else {
		rest = strings.TrimLeft(before, " -")
	}
	at.keys = around(lines, line, indent)
	// Mappings and lists in brackets.
	for {
		i := strings.IndexAny(rest, "{[")
		if i < 0 || strings.ContainsAny(rest[:i], `"'#`) {
			break
		}
		if inner, ok := closing(rest[i:]); ok {
			rest = rest[:i] + rest[i+inner:]
			continue
		}
		list := rest[i] == '['
		if !list && at.value {
			at.keys, at.key, at.value = append(at.keys, at.key), "", false
		}
		rest = lastPart(rest[i+1:])
		if found := keyText.FindStringSubmatch(keyBefore(rest)); !list && found != nil {
			at.key, at.value = found[1], true
			rest = rest[len(keyBefore(rest)):]
		}
	}
	if at.value && strings.Contains(rest, ",") {
		rest = lastPart(rest)
	}
	at.prefix = strings.TrimLeft(rest, ` "'`)
	return at
}

// keyBefore returns the part of a text up to the blank behind its first key.
func keyBefore(text string) string {
	if i := strings.Index(text, ":"); i >= 0 {
		end := i + 1
		for end < len(text) && text[end] == ' ' {
			end++
		}
		return text[:end]
	}
	return ""
}

// lastPart returns what stands behind the last comma that is in no brackets.
func lastPart(text string) string {
	depth, start := 0, 0
	for i, c := range text {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				start = i + 1
			}
		}
	}
	return strings.TrimLeft(text[start:], " ")
}

// closing returns how long a part in brackets is; ok is false if it is not closed.
func closing(text string) (size int, ok bool) {
	depth := 0
	for i, c := range text {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// around returns the keys under which what is indented so far stands.
func around(lines []string, line, indent int) (keys []string) {
	for i := min(line, len(lines)) - 1; i >= 0 && indent > 0; i-- {
		found := keyLine.FindStringSubmatch(lines[i])
		if found == nil || len(found[1]) >= indent {
			continue
		}
		keys = append([]string{found[2]}, keys...)
		indent = len(found[1])
		if strings.Contains(found[1], "-") {
			indent = max(strings.Index(found[1], "-"), 1) // the list may be indented no further than its key
		}
	}
	return keys
}
