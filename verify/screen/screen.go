// Package screen is the terminal that a command's output is written to: bytes
// come in, and out come the lines that a reader is left with when the command
// has ended. BuildKit's animation becomes its last picture, and
// "10%\r50%\r100%" becomes "100%".
//
// It understands what programs use on an xterm (ECMA-48 and the private modes
// that change what stays to be read), and is tested against tmux. A parser finds
// the control sequences, which change a grid of cells; lines that leave the grid at
// its top go into a history.
package screen

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"handbook/content/sgr"
)

// MaxLines is how many lines a Screen keeps at most. A command may print without
// end, but memory has to be bounded.
const MaxLines = keepHead + keepTail

const (
	keepHead = 1000     // lines kept from the start of the output
	keepTail = 1000     // lines kept from its end, the screen included
	maxLine  = 16 << 10 // bytes of one line
)

// A Screen is a terminal. Lines that scroll out at its top are kept, up to
// MaxLines.
type Screen struct {
	grid
	parser
	past  *history
	main  *grid // that of the main screen while the alternate one is shown
	modes modes
	reply []byte // to questions, for Reply
}

// modes are about a person at the screen, and change nothing there.
type modes struct {
	hidden bool // the cursor is not shown
	keys   bool // see View.AppKeys
	paste  bool // see View.Paste
}

// New returns a screen whose cursor is in the second row. In the first
// one a reader has the prompt and the command; programs that redraw
// themselves, as BuildKit does, count on that row above them.
func New(cols, rows int) *Screen {
	past := new(history)
	return &Screen{past: past, grid: grid{width: cols, height: rows, rows: []row{{}, {}}, y: 1, bot: rows - 1, above: past}}
}

// Write feeds output to the screen. It never fails.
func (s *Screen) Write(p []byte) (int, error) {
	n := len(p)
	if len(s.partial) > 0 {
		p = append(s.partial, p...)
		s.partial = nil
	}
	for len(p) > 0 {
		b := p[0]
		if s.state == ground && b >= ' ' && b < 0x7f {
			n := s.putText(p)
			s.printed = rune(p[n-1])
			p = p[n:]
			continue
		}
		if s.state == ground && b >= utf8.RuneSelf {
			if !utf8.FullRune(p) {
				s.partial = bytes.Clone(p)
				return n, nil
			}
			r, size := utf8.DecodeRune(p)
			if s.printed = 0; s.put(r) {
				s.printed = r
			}
			p = p[size:]
			continue
		}
		s.obey(b)
		p = p[1:]
	}
	return n, nil
}

// An Output is what a reader is left with.
type Output struct {
	Lines []string // styles are kept as SGR sequences; empty lines at the end are left out
	Cut   int64    // how many bytes were dropped, for there were too many
	CutAt int      // how many lines stand before the cut
}

// Output returns what has been written so far as a reader sees it. More can be
// written afterwards.
func (s *Screen) Output() Output {
	if s.main != nil { // it ended while the alternate screen was shown
		s.leaveAlternate()
	}
	all := s.past.clone() // and the rows that are still on the screen
	last := s.used() - 1
	for y, r := range s.rows[:last+1] {
		r.soft = r.soft && y < last
		all.take(r)
	}
	return all.output()
}

// AtPrompt returns what is left of the output when a prompt is written at the
// cursor: text behind the cursor is written over.
func (s *Screen) AtPrompt() Output {
	at := *s
	at.rows = slices.Clone(s.rows)
	if r := at.at(); at.main == nil && at.x < len(r.cells) && !at.wrapNext {
		r.cells = r.cells[:at.x]
	}
	return at.Output()
}

// Recent returns the last lines that a reader sees now, at most n, and how many
// stand above these. It shows what a program draws on the alternate screen while
// that is there, changes nothing, and takes the same time however much was written.
func (s *Screen) Recent(n int) (lines []string, above int) {
	past := s.above
	if past == nil {
		past = new(history)
	}
	visible := s.visible()
	if past.len() == 0 && len(visible) > 0 && visible[0] == "" { // the prompt's row
		visible = visible[1:]
	}
	if more := len(visible) - n; more >= 0 {
		lines, above = visible[more:], past.len()+more
	} else {
		old := min(-more, past.len())
		lines, above = slices.Concat(past.last(old), visible), past.len()-old
	}
	if past.startsBlank() {
		if above == 0 {
			return lines[1:], 0
		}
		above--
	}
	return lines, above
}

// visible returns the lines in the rows of the screen, as far as something was
// written. The first one begins where rows have scrolled out.
func (s *Screen) visible() (lines []string) {
	var line strings.Builder
	if s.above != nil && s.above.open != nil {
		line.WriteString(s.above.open.String())
	}
	last := s.used() - 1
	for y, r := range s.rows[:last+1] {
		r.soft = r.soft && y < last
		line.WriteString(r.text())
		if !r.soft {
			lines = append(lines, strings.TrimRight(line.String(), " "))
			line.Reset()
		}
	}
	if line.Len() > 0 {
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}

// Count returns how many lines stand above the cursor.
func (s *Screen) Count() int { return s.past.len() + s.y }

// CarriedOn returns an empty screen whose cursor stands behind what this one
// shows in the cursor's line, as when a reader has cleared what was above.
func (s *Screen) CarriedOn() *Screen {
	next := New(s.width, s.height)
	next.at().cells = slices.Clone(s.at().cells)
	next.x, next.pen = s.x, s.pen
	next.parser = s.parser
	next.printed = 0
	return next
}

// Prompt returns the text of the cursor's line, and whether the cursor stands
// behind it, as it does behind a prompt.
func (s *Screen) Prompt() (string, bool) {
	if s.x == 0 {
		return "", false
	}
	text := sgr.Unstyled(s.at().text())
	return strings.TrimSpace(text), strings.TrimSpace(text) != ""
}
