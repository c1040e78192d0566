package settings

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// visible adds a mistake for texts that are comments because they lack quotes,
// as in title: #1, and reports whether there are none. An intended comment has
// a blank after #, or comes before the value of the key.
func (y *Reader) visible(words token.Tokens) bool {
	brackets := 0
	for i, w := range words {
		switch w.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		}
		if w.Type != token.CommentType || i < 2 || strings.TrimLeft(w.Value, " \t") != w.Value || w.Value == "" {
			continue
		}
		colon, key := words[i-1], words[i-2]
		if colon.Type != token.MappingValueType || colon.Position.Line != w.Position.Line {
			continue
		}
		if brackets == 0 && i+1 < len(words) && words[i+1].Position.Column > key.Position.Column {
			continue
		}
		text := w.Value
		if end := strings.IndexAny(text, ",}]"); brackets > 0 && end >= 0 {
			text = text[:end]
		}
		y.add(w, fmt.Sprintf("without quotes # begins a comment, expected %s: %q", key.Value, "#"+strings.TrimSpace(text)))
		return false
	}
	return true
}

func (y *Reader) syntax(src []byte, err error) {
	var at yaml.Error
	if errors.As(err, &at) {
		y.add(at.GetToken(), syntaxMessage(src, at))
		return
	}
	y.Mistakes = append(y.Mistakes, Mistake{Line: 1, Col: 1, Msg: "YAML: " + err.Error()})
}

var (
	// colonRE matches an unquoted value that contains a colon and a blank.
	colonRE = regexp.MustCompile(`^\s*(?:- )?([\w-]+): +([^"'\[{|>&*!#\s].*: .*|[^"'\[{|>&*!#\s].*:)$`)
	// entryRE splits a line into its key and value.
	entryRE = regexp.MustCompile(`^(\s*)(?:- )?([\w-]+): +(\S.*)$`)
	gluedRE = regexp.MustCompile(`^\s*(?:- )?([\w-]+):(\S.*)$`)
	keyRE   = regexp.MustCompile(`^(\s*)[\w-]+:(?: |$)`)
	twiceRE = regexp.MustCompile(`^mapping key "(.*)" already defined`)
)

// syntaxMessage says what is wrong. The most common mistakes have messages in
// the words of authors.
func syntaxMessage(src []byte, err yaml.Error) string {
	line, next := "", ""
	if t := err.GetToken(); t != nil && t.Position != nil {
		lines := strings.Split(string(src), "\n")
		if n := max(t.Position.Line, 1); n <= len(lines) {
			line = strings.TrimRight(lines[n-1], " \r")
			for _, l := range lines[n:] {
				if next = strings.TrimRight(l, " \r"); next != "" {
					break
				}
			}
		}
	}
	msg := err.GetMessage()
	has := func(part string) bool { return strings.Contains(msg, part) }
	entry := entryRE.FindStringSubmatch(line)
	if m := colonRE.FindStringSubmatch(line); m != nil && has("mapping value is not allowed") {
		return fmt.Sprintf("a text with a colon in it stands in quotes: %s: %q", m[1], m[2])
	}
	if m := keyRE.FindStringSubmatch(next); m != nil && entry != nil && has("mapping value is not allowed") && len(m[1]) > len(entry[1]) {
		return fmt.Sprintf("the next line is indented deeper than the key %q, which has a value already", entry[2])
	}
	if m := twiceRE.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("the key %q is given twice", m[1])
	}
	if m := gluedRE.FindStringSubmatch(line); m != nil && has("unexpected key name") {
		return fmt.Sprintf("a blank is missing behind the colon: %s: %s", m[1], m[2])
	}
	switch {
	case has("found character '\t'"):
		return "the line is indented with a tab, but YAML is indented with blanks"
	case has("end character of double-quoted text"):
		return `the quotation mark " is never closed`
	case has("end character of single-quoted text"):
		return "the quotation mark ' is never closed"
	case has("sequence end token ']' not found"):
		return "the list that begins here is never closed with ]"
	case has("flow mapping end token '}'"):
		return "what begins with { here is never closed with }"
	case has("unexpected key name"), has("non-map value is specified"):
		return fmt.Sprintf("expected a key, a colon and a value, such as title: Docker, not %q", strings.TrimSpace(line))
	case entry == nil:
	case strings.Contains(`"'`, entry[3][:1]) && has("value is not allowed in this context"):
		return fmt.Sprintf("the text goes on behind its closing quotation mark %s: quotes stand around all of it", entry[3][:1])
	case strings.Contains("@`%&", entry[3][:1]),
		strings.Contains("[{", entry[3][:1]) && (has("value is not allowed in this context") || has("could not find flow map content")):
		return fmt.Sprintf("a text that begins with %s stands in quotes: %s: %q", entry[3][:1], entry[2], entry[3])
	}
	return "YAML: " + msg
}
