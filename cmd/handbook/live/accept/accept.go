// Package accept replaces expected output in a page's source by what a command
// has printed. Wildcards stay where they still match.
package accept

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"

	"handbook/content/prompt"
	"handbook/verify/compare"
	"handbook/verify/plans"
)

// A Change replaces lines of a page's source.
type Change struct {
	First int      // of the lines, from 1
	Old   []string // whole lines; if there are none, New is inserted before First
	New   []string
}

// Propose returns the change after which a page expects got, the output of a
// command. It returns nil if no change is certain to do that, and the author
// has to edit the page.
func Propose(source []byte, c *plans.Command, placeholders map[string]string, got []string) *Change {
	if c.Expect == nil || c.Expect.Pos.Line < 1 || c.Expect.Pos.Col < 1 {
		return nil
	}
	for len(got) > 0 && got[len(got)-1] == "" { // empty lines at the end need not be expected
		got = got[:len(got)-1]
	}
	lines := Merge(c.Lines, got)
	for i, line := range lines {
		if at := slices.Index(c.Lines, line); at >= 0 { // keep it as written
			lines[i] = c.Expect.Lines[at]
			continue
		}
		for name, value := range placeholders {
			if value != "" && slices.ContainsFunc(c.Expect.Lines, func(l string) bool { return strings.Contains(l, name) }) {
				lines[i] = strings.ReplaceAll(lines[i], value, name)
			}
		}
	}
	s := written{strings.Split(string(source), "\n"), c.Expect.Pos.Line, c.Expect.Pos.Col - 1}
	if s.first > len(s.lines) || s.col > len(s.lines[s.first-1]) {
		return nil
	}
	switch rest := s.lines[s.first-1][s.col:]; {
	case strings.HasPrefix(rest, arrow):
		return s.comments(c.Expect.Lines, lines)
	case len(c.Expect.Lines) == 0 && fenceRE.MatchString(rest):
		return s.silent(lines)
	default:
		return s.block(c.Expect.Lines, lines)
	}
}

// arrow begins a comment that states a line of output.
const arrow = "# ->"

// fenceRE matches lines that begin or end a fenced block.
var fenceRE = regexp.MustCompile("^ {0,3}(?:```|~~~)")

// written is the place of expected output in a page's source.
type written struct {
	lines []string // of the source
	first int      // its line, from 1
	col   int      // the byte in that line
}

// comments returns the change of output in comments.
func (s written) comments(want, lines []string) *Change {
	old, at := 0, s.first-1
	for ; at+old < len(s.lines) && old < max(len(want), 1); old++ {
		line := s.lines[at+old]
		if old == 0 {
			line = line[s.col:]
		}
		text, ok := strings.CutPrefix(strings.TrimSpace(line), arrow)
		if text = strings.TrimPrefix(text, " "); !ok || old < len(want) && text != want[old] {
			return nil
		}
	}
	if old < len(want) {
		return nil
	}
	if len(lines) == 0 { // no output is expected
		lines = []string{""}
	}
	before := s.lines[at][:s.col] // a command, perhaps
	indent := before[:len(before)-len(strings.TrimLeft(before, " \t>"))]
	var written []string
	for i, line := range lines {
		lead := indent
		if i == 0 {
			lead = before
		}
		written = append(written, strings.TrimRight(lead+arrow+" "+line, " "))
	}
	return &Change{s.first, slices.Clone(s.lines[at : at+old]), written}
}

// silent returns the change of a fence that expects no output.
func (s written) silent(lines []string) *Change {
	if s.first >= len(s.lines) || !fenceRE.MatchString(s.lines[s.first][min(s.col, len(s.lines[s.first])):]) || slices.ContainsFunc(lines, fenceRE.MatchString) {
		return nil
	}
	return &Change{s.first + 1, nil, s.led(lines)}
}

// block returns the change of output in a fence of its own or below a command
// of a session.
func (s written) block(want, lines []string) *Change {
	lead, at := s.lines[s.first-1][:s.col], s.first-1
	if strings.Trim(lead, " \t>") != "" || at+len(want) > len(s.lines) || len(want) == 0 || len(lines) == 0 {
		return nil
	}
	for i, line := range want {
		text, ok := strings.CutPrefix(s.lines[at+i], lead)
		if !ok && line == "" && strings.Trim(s.lines[at+i], " \t>") == "" {
			continue
		}
		if !ok || strings.TrimRight(text, " \t") != line {
			return nil
		}
	}
	if slices.ContainsFunc(lines, fenceRE.MatchString) || !isOutput(want, lines) || !s.sameCommands(len(want), lines) {
		return nil
	}
	return &Change{s.first, slices.Clone(s.lines[at : at+len(want)]), s.led(lines)}
}

// led returns lines with the prefix that they need in the source: an indent,
// or the marker of a block quote.
func (s written) led(lines []string) (led []string) {
	lead := s.lines[s.first-1][:s.col]
	for _, line := range lines {
		led = append(led, strings.TrimRight(lead+line, " \t"))
	}
	return led
}

// isOutput reports whether lines would be read as output in a session. It
// returns true for any lines if the old ones were not read as output either.
func isOutput(old, lines []string) bool {
	reads := func(lines []string) bool {
		commands, errs := prompt.Console("$ true\n"+strings.Join(lines, "\n")+"\n", false)
		return len(errs) == 0 && len(commands) == 1 && commands[0].Expect != nil && slices.Equal(commands[0].Expect.Lines, lines)
	}
	return reads(lines) || !reads(old)
}

// mayBePrompt matches lines that may begin with a prompt, or continue what was
// typed before.
var mayBePrompt = regexp.MustCompile(`[>#$:]|^ *(?:\.\.\.|['"(])`)

// longSession is the size of the largest session that is parsed again for each
// of its outputs.
const longSession = 8 << 10

// sameCommands reports whether a session still has the same commands with
// other lines of output. Output that looks like a prompt would be typed in the
// next run.
func (s written) sameCommands(old int, lines []string) bool {
	if !slices.ContainsFunc(lines, mayBePrompt.MatchString) {
		return true
	}
	lead, at := s.lines[s.first-1][:s.col], s.first-1
	inner := func(line string) string { return strings.TrimPrefix(line, lead) }
	start, end := at, at+old
	for start > 0 && !fenceRE.MatchString(inner(s.lines[start-1])) {
		start--
	}
	for end < len(s.lines) && !fenceRE.MatchString(inner(s.lines[end])) {
		end++
	}
	text := func(output []string) string {
		var b strings.Builder
		for _, part := range [][]string{s.lines[start:at], output, s.lines[at+old : end]} {
			for _, line := range part {
				b.WriteString(inner(line) + "\n")
			}
		}
		return b.String()
	}
	if len(text(nil)) > longSession {
		return false
	}
	for _, stayed := range []bool{false, true} {
		was, errs := prompt.Console(text(s.lines[at:at+old]), stayed)
		if len(errs) > 0 {
			continue
		}
		is, errs := prompt.Console(text(lines), stayed)
		return len(errs) == 0 && slices.EqualFunc(was, is, func(a, b *prompt.Command) bool { return a.Text == b.Text })
	}
	return true // no session
}

// errOtherText says that a file does not have the lines that a change
// replaces.
var errOtherText = errors.New("the page has other lines there")

// Apply makes changes in a file. The line numbers of all changes are those
// before any of them.
func Apply(file []byte, changes []*Change) ([]byte, error) {
	changes = slices.Clone(changes)
	slices.SortFunc(changes, func(a, b *Change) int { return b.First - a.First }) // the last first
	lines := bytes.SplitAfter(file, []byte("\n"))
	for _, c := range changes {
		at, end := c.First-1, c.First-1+len(c.Old)
		if at < 0 || end > len(lines) {
			return nil, errOtherText
		}
		newline := "\n"
		if len(c.Old) == 0 && at > 0 && bytes.HasSuffix(lines[at-1], []byte("\r\n")) {
			newline = "\r\n"
		}
		for i, old := range c.Old {
			line := string(lines[at+i])
			text := strings.TrimRight(line, "\r\n")
			if newline = line[len(text):]; text != old {
				return nil, errOtherText
			}
		}
		var put [][]byte
		for i, line := range c.New {
			next := newline
			if i < len(c.New)-1 && next == "" { // the last line of the file has no newline
				next = "\n"
			}
			put = append(put, []byte(line+next))
		}
		lines = slices.Replace(lines, at, end, put...)
	}
	return bytes.Join(lines, nil), nil
}

// IsOf reports whether a file has the text of a page's source, whatever its
// line endings.
func IsOf(file, source []byte) bool {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	return bytes.Equal(bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n")), source)
}

// matches reports whether expected lines match what was printed.
func matches(lines, got []string) bool { return compare.Match(lines, got) }
