package compare

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// expandTabs puts spaces in place of tabs, as a terminal does, which has a stop
// every eight columns.
func expandTabs(s string) string {
	var b strings.Builder
	for column := 0; ; {
		before, rest, found := strings.Cut(s, "\t")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		column += runewidth.StringWidth(before)
		n := 8 - column%8
		b.WriteString(strings.Repeat(" ", n))
		column, s = column+n, rest
	}
}

// matchTabs compares the parts between the "[..]" of a line that has tabs. The
// column of a tab behind a "[..]" is not known, so it can be any number of
// spaces that a tab can be.
func matchTabs(parts []string, got string) bool {
	first := expandTabs(parts[0])
	if len(parts) == 1 {
		return first == got
	}
	rest, ok := strings.CutPrefix(got, first)
	for i, part := range parts[1:] {
		if !ok {
			return false
		}
		var end int
		end, ok = find(part, rest, i == len(parts)-2)
		rest = rest[end:]
	}
	return ok
}

// A blank is a run of spaces and tabs: as many spaces as it can be.
type blank struct{ least, most int }

// A chunk is text without spaces and tabs, and what stands behind it.
type chunk struct {
	text  string
	after blank
}

// chunksOf takes a part of a line apart: what it begins with, and its chunks. A blank
// between two chunks is all the spaces between them, however tabs share them.
func chunksOf(part string) (before blank, chunks []chunk) {
	next := func() (b blank) {
		for ; part != "" && (part[0] == ' ' || part[0] == '\t'); part = part[1:] {
			b.least, b.most = b.least+1, b.most+1
			if part[0] == '\t' {
				b.most += 7
			}
		}
		return b
	}
	before = next()
	for part != "" {
		n := strings.IndexAny(part, " \t")
		if n < 0 {
			n = len(part)
		}
		text := part[:n]
		part = part[n:]
		chunks = append(chunks, chunk{text, next()})
	}
	return before, chunks
}

// find looks for a part in a text that may begin with anything, and returns where the
// first that is found ends. The last part has to end where the text does.
func find(part, text string, last bool) (end int, ok bool) {
	before, chunks := chunksOf(part)
	spaces := strings.Repeat(" ", before.least) // more of them are what may stand before
	switch {
	case len(chunks) == 0 && last:
		return len(text), strings.HasSuffix(text, spaces)
	case len(chunks) == 0:
		if at := strings.Index(text, spaces); at >= 0 {
			return at + len(spaces), true
		}
		return 0, false
	}
	for at := 0; ; at++ {
		next := strings.Index(text[at:], chunks[0].text)
		if next < 0 {
			return 0, false
		}
		at += next
		if !strings.HasSuffix(text[:at], spaces) {
			continue
		}
		if end, ok := endOf(chunks, text, at, last); ok {
			return end, true
		}
	}
}

// endOf returns where chunks end that begin in a text at a place.
func endOf(chunks []chunk, text string, at int, last bool) (end int, ok bool) {
	for i, w := range chunks {
		if !strings.HasPrefix(text[at:], w.text) {
			return 0, false
		}
		at += len(w.text)
		n := len(text[at:]) - len(strings.TrimLeft(text[at:], " "))
		if i == len(chunks)-1 && !last {
			return at + w.after.least, n >= w.after.least
		}
		if n < w.after.least || n > w.after.most {
			return 0, false
		}
		at += n
	}
	return at, at == len(text)
}
