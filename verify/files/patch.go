package files

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/verify/compare"
)

// Patch applies the unified diff of a snippet to a text. diff is its code with
// placeholders filled in. The error says which of its lines does not fit.
func Patch(text string, s *content.Snippet, diff string) (string, *content.Error) {
	patched, err := patch(text, diff)
	at, ok := errors.AsType[*patchError](err)
	if !ok {
		return patched, nil
	}
	return "", &content.Error{
		Pos: content.Pos{File: s.Pos.File, Line: s.Line + at.line, Col: column(s, at.line)},
		Msg: s.Options.File + ": " + at.msg,
	}
}

func column(s *content.Snippet, line int) int {
	if line < len(s.Cols) {
		return s.Cols[line]
	}
	return 1
}

// A patchError is what is wrong with a unified diff, at one of its lines.
type patchError struct {
	line int // from 0
	msg  string
}

func (e *patchError) Error() string { return e.msg }

var hunkHeader = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// patch applies a unified diff (POSIX diff, "Diff -u Output Format") to a
// text. Headers may be left out. A hunk without line numbers, or without a "@@"
// line at all, is found by its lines. Its context and the lines that it removes
// must be in the text exactly once, byte by byte: there is no fuzz.
func patch(text, diff string) (string, error) {
	old := compare.SplitLines(text)
	var out []string
	next := 0 // first line of old that is not copied yet
	hunks, err := parseHunks(diff)
	if err != nil {
		return "", err
	}
	for _, h := range hunks {
		at, err := h.find(old, next)
		if err != nil {
			return "", err
		}
		out = append(append(out, old[next:at]...), h.new...)
		next = at + len(h.old)
	}
	out = append(out, old[next:]...)
	if len(out) == 0 {
		return "", nil
	}
	result := strings.Join(out, "\n")
	if last := hunks[len(hunks)-1]; !last.noNewline || next < len(old) {
		result += "\n"
	}
	return result, nil
}

type hunk struct {
	line      int // of the diff, from 0
	at        int // line of the old text from 1, or -1 if the hunk does not say; without old lines, the line before it
	old, new  []string
	noNewline bool // the new text does not end in a newline
}

func parseHunks(diff string) ([]hunk, error) {
	var hunks []hunk
	var h *hunk
	last := byte(0)
	for i, line := range compare.SplitLines(diff) {
		switch {
		case h == nil && (strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ") ||
			strings.HasPrefix(line, "diff ") || strings.HasPrefix(line, "index ")):
			continue
		case strings.HasPrefix(line, "@@"):
			hunks = append(hunks, hunk{line: i, at: -1})
			h = &hunks[len(hunks)-1]
			if m := hunkHeader.FindStringSubmatch(line); m != nil {
				n, _ := strconv.Atoi(m[1])
				h.at = n
			} else if strings.Trim(line, "@ .") != "" {
				return nil, &patchError{i, fmt.Sprintf("%q is not the head of a hunk, expected \"@@ -1,3 +1,4 @@\"", line)}
			}
			continue
		case h == nil:
			hunks = append(hunks, hunk{line: i, at: -1})
			h = &hunks[len(hunks)-1]
		}
		sign, rest := byte(' '), line
		if line != "" {
			sign, rest = line[0], line[1:]
		}
		switch sign {
		case ' ':
			h.old, h.new = append(h.old, rest), append(h.new, rest)
		case '-':
			h.old = append(h.old, rest)
		case '+':
			h.new = append(h.new, rest)
		case '\\':
			h.noNewline = h.noNewline || last != '-'
		default:
			return nil, &patchError{i, fmt.Sprintf("a line of a diff starts with a space, \"+\" or \"-\", not %q", line[:1])}
		}
		last = sign
	}
	if len(hunks) == 0 {
		return nil, &patchError{0, "an empty diff"}
	}
	for _, h := range hunks {
		if slices.Equal(h.old, h.new) {
			return nil, &patchError{h.line, "a hunk that changes nothing"}
		}
	}
	return hunks, nil
}

// find returns the line of old, from next on, at which the hunk applies.
func (h *hunk) find(old []string, next int) (int, error) {
	fits := func(at int) bool {
		return at >= next && at+len(h.old) <= len(old) && slices.Equal(old[at:at+len(h.old)], h.old)
	}
	if len(h.old) == 0 {
		switch {
		case len(old) == 0:
			return 0, nil
		case h.at >= 0:
			return min(max(h.at, next), len(old)), nil
		}
		return 0, &patchError{h.line, "a hunk without a line of the old file: nothing says where it belongs"}
	}
	if h.at >= 1 && fits(h.at-1) {
		return h.at - 1, nil
	}
	found := -1
	for at := next; at+len(h.old) <= len(old); at++ {
		if !fits(at) {
			continue
		}
		if found >= 0 {
			return 0, &patchError{h.line, fmt.Sprintf("the hunk fits at line %d and at line %d of the file: add lines around it", found+1, at+1)}
		}
		found = at
	}
	if found < 0 {
		return 0, h.missing(old)
	}
	return found, nil
}

// missing says which line of the hunk is not in the file.
func (h *hunk) missing(old []string) error {
	for _, line := range h.old {
		if !slices.Contains(old, line) {
			return &patchError{h.line, fmt.Sprintf("the file has no line %q", line)}
		}
	}
	return &patchError{h.line, "the lines of the hunk do not follow each other in the file"}
}
