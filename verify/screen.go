package verify

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Bounds of what a screen keeps. A command may print without end; memory must
// not.
const (
	keepHead    = 1000      // lines kept from the start of the output
	keepTail    = 1000      // lines kept from its end, the screen included
	maxLine     = 16 << 10  // bytes of one line
	maxSequence = 128 << 10 // bytes of one control string
)

// A screen is the terminal that a command's output is written to: what its
// reader is left with once the output has settled. It understands what
// programs use on an xterm (ECMA-48 and the private modes that matter), and
// keeps every line that has scrolled out at the top, up to a bound.
type screen struct {
	cols, rows int

	head  []string // lines that have scrolled out, the first of them
	tail  []string // the last of them, once head is full
	open  *strings.Builder
	cutAt int // always len(head) once something was cut

	grid     []row // the screen itself, top first; at most rows long
	x, y     int
	pen      style
	saved    cursor
	wrapNext bool // the last column was written; the next character wraps
	top, bot int  // scroll region, rows from and to, both included

	main *screen // the main screen while the alternate one is shown

	state   parseState
	params  []byte
	seqLen  int
	partial []byte // start of a UTF-8 sequence that a write ended in

	written int64 // bytes in all
	dropped int64 // bytes of text that were dropped
}

type row struct {
	cells []cell
	soft  bool // carried on by the row below
}

type cell struct {
	text string // a character with what combines with it; "" behind a wide one
	pen  style
}

type cursor struct {
	x, y int
	pen  style
}

type parseState byte

const (
	ground parseState = iota
	escape
	escapeInter // ESC followed by an intermediate byte: one more follows
	csi
	control    // OSC, DCS, SOS, PM, APC: up to ST or BEL
	controlEsc // ESC within one
)

// newScreen returns a screen whose cursor is in the second row. In the first
// one a reader has the prompt and the command; programs that redraw
// themselves, as BuildKit does, count on that row above them.
func newScreen(cols, rows int) *screen {
	return &screen{cols: cols, rows: rows, grid: []row{{}, {}}, y: 1, bot: rows - 1}
}

// Write feeds output to the screen. It never fails.
func (s *screen) Write(p []byte) (int, error) {
	n := len(p)
	s.written += int64(n)
	if len(s.partial) > 0 {
		p = append(s.partial, p...)
		s.partial = nil
	}
	for len(p) > 0 {
		b := p[0]
		if s.state == ground && b >= utf8.RuneSelf {
			if !utf8.FullRune(p) {
				s.partial = bytes.Clone(p)
				return n, nil
			}
			r, size := utf8.DecodeRune(p)
			s.put(r)
			p = p[size:]
			continue
		}
		s.step(b)
		p = p[1:]
	}
	return n, nil
}

// step takes one byte of ASCII, or any byte of a control sequence.
func (s *screen) step(b byte) {
	switch s.state {
	case ground:
		s.plain(b)
	case escape:
		s.escaped(b)
	case escapeInter:
		s.state = ground
	case csi:
		switch {
		case b >= 0x40 && b <= 0x7e:
			s.state = ground
			s.control(b)
		case b == 0x1b:
			s.state = escape
		case b == 0x18 || b == 0x1a:
			s.state = ground
		case b >= 0x20 && len(s.params) < 256:
			s.params = append(s.params, b)
		}
	case control:
		s.seqLen++
		switch {
		case b == 0x07 || b == 0x18 || b == 0x1a || s.seqLen > maxSequence:
			s.state = ground
		case b == 0x1b:
			s.state = controlEsc
		}
	case controlEsc:
		s.state = ground
		if b != '\\' {
			s.escaped(b)
		}
	}
}

func (s *screen) plain(b byte) {
	switch b {
	case '\r':
		s.x, s.wrapNext = 0, false
	case '\n', '\v', '\f':
		s.lineFeed()
	case '\b':
		s.x, s.wrapNext = max(s.x-1, 0), false
	case '\t':
		s.x, s.wrapNext = min((s.x/8+1)*8, s.cols-1), false
	case 0x1b:
		s.state = escape
	default:
		if b >= 0x20 && b != 0x7f {
			s.put(rune(b))
		}
	}
}

func (s *screen) escaped(b byte) {
	s.state = ground
	switch b {
	case '[':
		s.state, s.params = csi, s.params[:0]
	case ']', 'P', 'X', '^', '_':
		s.state, s.seqLen = control, 0
	case '(', ')', '*', '+', '-', '.', '/', '#', '%', ' ':
		s.state = escapeInter
	case 'D':
		s.lineFeed()
	case 'E':
		s.x = 0
		s.lineFeed()
	case 'M':
		if s.y > s.top {
			s.y--
		} else {
			s.scrollDown(1)
		}
	case '7':
		s.saved = cursor{s.x, s.y, s.pen}
	case '8':
		s.x, s.y, s.pen = s.saved.x, s.saved.y, s.saved.pen
		s.reach(s.y)
	case 'c':
		s.erase(2)
		s.x, s.y, s.pen, s.top, s.bot = 0, 0, style{}, 0, s.rows-1
	}
}

// put writes a character at the cursor.
func (s *screen) put(r rune) {
	w := runewidth.RuneWidth(r)
	if w == 0 {
		if r != 0 && s.x > 0 && s.x <= len(s.grid[s.y].cells) {
			c := &s.grid[s.y].cells[s.x-1]
			if len(c.text) < 32 {
				c.text += string(r)
			}
		}
		return
	}
	if s.wrapNext || s.x+w > s.cols {
		s.grid[s.y].soft = true
		s.x = 0
		s.lineFeed()
	}
	s.pad(s.x + w)
	cells := s.grid[s.y].cells
	cells[s.x] = cell{letter(r), s.pen}
	if w == 2 {
		cells[s.x+1] = cell{"", s.pen}
	}
	s.x += w
	if s.x >= s.cols {
		s.x, s.wrapNext = s.cols-1, true
	}
}

// letters holds the printable characters of ASCII, which would otherwise be
// allocated one by one.
const letters = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

func letter(r rune) string {
	if r >= ' ' && r <= '~' {
		return letters[r-' ' : r-' '+1]
	}
	return string(r)
}

// pad makes the cursor's row at least n cells long.
func (s *screen) pad(n int) {
	r := &s.grid[s.y]
	for len(r.cells) < n {
		r.cells = append(r.cells, cell{" ", style{}})
	}
}

// reach makes the screen at least as long as row y.
func (s *screen) reach(y int) {
	for len(s.grid) <= y {
		s.grid = append(s.grid, row{})
	}
}

func (s *screen) lineFeed() {
	s.wrapNext = false
	if s.y == s.bot {
		s.scrollUp(1)
		return
	}
	s.y = min(s.y+1, s.rows-1)
	s.reach(s.y)
}

// scrollUp moves the scroll region's rows up. What leaves the screen at its
// very top is kept, as a terminal keeps its scrollback.
func (s *screen) scrollUp(n int) {
	s.reach(s.bot)
	for range min(n, s.rows) {
		gone := s.grid[s.top]
		if s.top == 0 && s.main == nil {
			s.keep(gone)
		}
		copy(s.grid[s.top:], s.grid[s.top+1:s.bot+1])
		s.grid[s.bot] = row{cells: gone.cells[:0]} // nothing else holds them
	}
}

func (s *screen) scrollDown(n int) {
	s.reach(s.bot)
	for range min(n, s.rows) {
		copy(s.grid[s.top+1:s.bot+1], s.grid[s.top:s.bot])
		s.grid[s.top] = row{}
	}
}

// keep takes a row that has left the screen.
func (s *screen) keep(r row) {
	if s.open == nil {
		s.open = new(strings.Builder)
	}
	text := r.text()
	if s.open.Len()+len(text) > maxLine {
		s.dropped += int64(len(text))
	} else {
		s.open.WriteString(text)
	}
	if r.soft {
		return
	}
	line := strings.TrimRight(s.open.String(), " ")
	s.open = nil
	if len(s.head) < keepHead {
		s.head = append(s.head, line)
		return
	}
	s.tail = append(s.tail, line)
	if len(s.tail) >= 2*keepTail {
		for _, line := range s.tail[:keepTail] {
			s.dropped += int64(len(line)) + 1
		}
		s.tail = append(s.tail[:0], s.tail[keepTail:]...)
		s.cutAt = len(s.head)
	}
}

// settled returns the lines that a reader is left with, empty ones at the end
// left out, how many bytes were cut, and the number of lines before the cut.
func (s *screen) settled() (lines []string, cut int64, cutAt int) {
	if s.main != nil { // it ended while the alternate screen was shown
		s.leaveAlternate()
	}
	end := *s // the rows still on the screen leave it, on a copy
	end.head = append([]string(nil), s.head...)
	end.tail = append([]string(nil), s.tail...)
	if s.open != nil {
		end.open = new(strings.Builder)
		end.open.WriteString(s.open.String())
	}
	for i, r := range end.grid {
		if i == len(end.grid)-1 {
			r.soft = false
		}
		end.keep(r)
	}
	if n := len(end.tail) - keepTail; n > 0 {
		for _, line := range end.tail[:n] {
			end.dropped += int64(len(line)) + 1
		}
		end.tail, end.cutAt = end.tail[n:], len(end.head)
	}
	lines = append(end.head, end.tail...)
	if len(lines) > 0 && lines[0] == "" { // the prompt's row, if nothing was drawn over it
		lines = lines[1:]
		end.cutAt = max(end.cutAt-1, 0)
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if end.cutAt == 0 && end.dropped > 0 {
		end.cutAt = len(lines)
	}
	return lines, end.dropped, end.cutAt
}

// prompt tells whether the cursor stands behind text, as behind a prompt.
func (s *screen) prompt() (string, bool) {
	if s.x == 0 {
		return "", false
	}
	text := plainText(s.grid[s.y].text())
	return strings.TrimSpace(text), strings.TrimSpace(text) != ""
}

// text returns a row with its styles as SGR sequences, starting and ending in
// the default style. Blanks at the end are kept on rows carried on below.
func (r row) text() string {
	cells := r.cells
	for !r.soft && len(cells) > 0 && cells[len(cells)-1].blank() {
		cells = cells[:len(cells)-1]
	}
	var b strings.Builder
	var pen style
	for _, c := range cells {
		if c.pen != pen && c.text != "" {
			b.WriteString(c.pen.from(pen))
			pen = c.pen
		}
		b.WriteString(c.text)
	}
	if pen != (style{}) {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}

// plainText returns a line without its SGR sequences.
func plainText(line string) string {
	if strings.IndexByte(line, 0x1b) < 0 {
		return line
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(line, 0x1b)
		if i < 0 {
			b.WriteString(line)
			return b.String()
		}
		b.WriteString(line[:i])
		end := strings.IndexByte(line[i:], 'm')
		if end < 0 {
			return b.String()
		}
		line = line[i+end+1:]
	}
}

// blank tells whether a cell shows nothing.
func (c cell) blank() bool {
	const visible = 1<<4 | 1<<7 | 1<<9 // underlined, inverse, crossed out
	return c.text == " " && c.pen.bg == 0 && c.pen.attrs&visible == 0
}

// numbers splits the parameters of a control sequence; missing ones are -1.
func (s *screen) numbers() []int {
	text := strings.TrimLeft(string(s.params), "?>=!")
	var all []int
	for part := range strings.FieldsFuncSeq(strings.ReplaceAll(text, ";", "; "), func(r rune) bool { return r == ';' }) {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			n = -1
		}
		all = append(all, n)
	}
	return all
}
