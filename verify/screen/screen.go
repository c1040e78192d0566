// Package screen is the terminal that a command's output is written to: bytes
// come in, and out come the lines that a reader is left with when the command
// has ended. BuildKit's animation becomes its last picture, and
// "10%\r50%\r100%" becomes "100%".
//
// It understands what programs use on an xterm (ECMA-48 and the private modes
// that change what stays to be read), and is tested against tmux.
package screen

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"handbook/content/sgr"
)

// MaxLines is how many lines a Screen keeps at most. A command may print without
// end, but memory has to be bounded.
const MaxLines = keepHead + keepTail

const (
	keepHead    = 1000      // lines kept from the start of the output
	keepTail    = 1000      // lines kept from its end, the screen included
	maxLine     = 16 << 10  // bytes of one line
	maxSequence = 128 << 10 // bytes of one control string
)

// A Screen is a terminal. Lines that scroll out at its top are kept, up to
// MaxLines.
type Screen struct {
	cols, rows int

	head  []string // lines that have scrolled out, the first of them
	tail  []string // the last of them, once head is full
	open  *strings.Builder
	cutAt int // always len(head) once something was cut

	grid     []row // the screen itself, top first; at most rows long
	x, y     int
	pen      sgr.Style
	saved    cursor
	wrapNext bool // the last column was written; the next character wraps
	noWrap   bool // characters behind the last column overwrite it (DECAWM is off)
	printed  rune // the last character that was written, for REP
	top, bot int  // scroll region, rows from and to, both included

	main *Screen // the main screen while the alternate one is shown

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

// blank tells whether a row shows nothing.
func (r row) blank() bool {
	for _, c := range r.cells {
		if !c.blank() {
			return false
		}
	}
	return true
}

type cell struct {
	text string // a character with what combines with it; "" behind a wide one
	pen  sgr.Style
}

type cursor struct {
	x, y int
	pen  sgr.Style
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

// New returns a screen whose cursor is in the second row. In the first
// one a reader has the prompt and the command; programs that redraw
// themselves, as BuildKit does, count on that row above them.
func New(cols, rows int) *Screen {
	return &Screen{cols: cols, rows: rows, grid: []row{{}, {}}, y: 1, bot: rows - 1}
}

// Write feeds output to the screen. It never fails.
func (s *Screen) Write(p []byte) (int, error) {
	n := len(p)
	s.written += int64(n)
	if len(s.partial) > 0 {
		p = append(s.partial, p...)
		s.partial = nil
	}
	for len(p) > 0 {
		b := p[0]
		if s.state == ground && b >= ' ' && b < 0x7f {
			p = p[s.putText(p):]
			continue
		}
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
func (s *Screen) step(b byte) {
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

func (s *Screen) plain(b byte) {
	if b < 0x20 && b != 0x1b {
		s.printed = 0
	}
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
	}
}

// putText writes what text starts with of printable ASCII, as far as the
// cursor's row reaches but one character at least, and returns its length.
func (s *Screen) putText(text []byte) int {
	if s.wrapNext {
		s.put(rune(text[0]))
		return 1
	}
	n := 1
	for most := min(len(text), s.cols-s.x); n < most && text[n] >= ' ' && text[n] < 0x7f; n++ {
	}
	s.pad(s.x + n)
	s.split(s.x, s.x+n)
	cells := s.grid[s.y].cells[s.x : s.x+n]
	for i, b := range text[:n] {
		cells[i] = cell{letters[b-' ' : b-' '+1], s.pen}
	}
	s.advance(n)
	s.printed = rune(text[n-1])
	return n
}

// advance moves the cursor behind what was written.
func (s *Screen) advance(n int) {
	s.x += n
	if s.x >= s.cols {
		s.x, s.wrapNext = s.cols-1, true
	}
}

func (s *Screen) escaped(b byte) {
	s.state = ground
	if b != '[' {
		s.printed = 0
	}
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
		if s.y == s.top {
			s.scrollDown(1)
		} else {
			s.y = max(s.y-1, 0)
		}
	case '7':
		s.save()
	case '8':
		s.restore()
	case 'c':
		s.pen = sgr.Style{}
		s.erase(2)
		s.x, s.y, s.pen, s.top, s.bot = 0, 0, sgr.Style{}, 0, s.rows-1
		s.saved, s.wrapNext, s.noWrap = cursor{}, false, false
	}
}

// put writes a character at the cursor.
func (s *Screen) put(r rune) {
	w := runewidth.RuneWidth(r)
	if w == 0 {
		if r != 0 {
			s.combine(r)
		}
		return
	}
	s.printed = r
	switch {
	case !s.wrapNext && s.x+w <= s.cols:
	case s.noWrap:
		s.x, s.wrapNext = s.cols-w, false
	default:
		s.grid[s.y].soft = true
		s.x = 0
		s.lineFeed()
	}
	s.pad(s.x + w)
	cells := s.grid[s.y].cells
	s.split(s.x, s.x+w)
	cells[s.x] = cell{letter(r), s.pen}
	if w == 2 {
		cells[s.x+1] = cell{"", s.pen}
	}
	s.advance(w)
}

// combine adds to the character before the cursor.
func (s *Screen) combine(r rune) {
	s.printed = 0
	cells, x := s.grid[s.y].cells, s.x-1
	if s.wrapNext {
		x++
	}
	if x > 0 && x < len(cells) && cells[x].text == "" {
		x--
	}
	if x >= 0 && x < len(cells) && len(cells[x].text) < 32 {
		cells[x].text += string(r)
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
func (s *Screen) pad(n int) {
	r := &s.grid[s.y]
	for len(r.cells) < n {
		r.cells = append(r.cells, cell{" ", sgr.Style{}})
	}
}

// split blanks what is left of wide characters of which the cells from and to
// of the cursor's row, the second not included, hold one half.
func (s *Screen) split(from, to int) {
	cells := s.grid[s.y].cells
	if from > 0 && from < len(cells) && cells[from].text == "" {
		cells[from-1] = cell{text: " "}
	}
	if to < len(cells) && cells[to].text == "" {
		cells[to] = cell{text: " "}
	}
}

// blanks returns n erased cells. They have the background that is set (the
// terminal's "bce").
func (s *Screen) blanks(n int) []cell {
	cells := make([]cell, n)
	for i := range cells {
		cells[i] = cell{" ", sgr.Style{Bg: s.pen.Bg}}
	}
	return cells
}

// blankRow returns an erased row.
func (s *Screen) blankRow() row {
	if s.pen.Bg == 0 {
		return row{}
	}
	return row{cells: s.blanks(s.cols)}
}

// reach makes the screen at least as long as row y.
func (s *Screen) reach(y int) {
	for len(s.grid) <= y {
		s.grid = append(s.grid, row{})
	}
}

func (s *Screen) lineFeed() {
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
func (s *Screen) scrollUp(n int) {
	s.reach(s.bot)
	if s.top > 0 {
		s.unjoin(s.top - 1)
	}
	for range min(n, s.bot-s.top+1) {
		gone := s.grid[s.top]
		if s.top == 0 && s.main == nil {
			s.scrollOut(gone)
		}
		copy(s.grid[s.top:], s.grid[s.top+1:s.bot+1])
		s.grid[s.bot] = row{cells: gone.cells[:0]} // nothing else holds them
		if s.pen.Bg != 0 {
			s.grid[s.bot] = s.blankRow()
		}
	}
}

// unjoin notes that a row, or the last one that has scrolled out (-1), is not
// carried on below any more.
func (s *Screen) unjoin(y int) {
	if y >= 0 {
		s.grid[y].soft = false
	} else if s.open != nil && s.main == nil {
		s.endLine()
	}
}

func (s *Screen) scrollDown(n int) {
	s.reach(s.bot)
	s.unjoin(s.top - 1)
	for range min(n, s.bot-s.top+1) {
		copy(s.grid[s.top+1:s.bot+1], s.grid[s.top:s.bot])
		s.grid[s.top] = s.blankRow()
	}
}

// scrollOut takes a row that has left the screen.
func (s *Screen) scrollOut(r row) {
	if s.open == nil {
		s.open = new(strings.Builder)
	}
	text := r.text()
	if s.open.Len()+len(text) > maxLine {
		s.dropped += int64(len(text))
	} else {
		s.open.WriteString(text)
	}
	if !r.soft {
		s.endLine()
	}
}

// endLine ends the line whose first rows have scrolled out.
func (s *Screen) endLine() {
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
	end := *s // the rows still on the screen leave it, on a copy
	end.head = append([]string(nil), s.head...)
	end.tail = append([]string(nil), s.tail...)
	if s.open != nil {
		end.open = new(strings.Builder)
		end.open.WriteString(s.open.String())
	}
	rows := end.y + 1
	if end.x == 0 && !end.wrapNext { // what is written next begins in this row
		rows = end.y
	}
	for y, r := range end.grid {
		if !r.blank() {
			rows = max(rows, y+1)
		}
	}
	rows = min(rows, len(end.grid))
	for i, r := range end.grid[:rows] {
		if i == rows-1 {
			r.soft = false
		}
		end.scrollOut(r)
	}
	if n := len(end.tail) - keepTail; n > 0 {
		for _, line := range end.tail[:n] {
			end.dropped += int64(len(line)) + 1
		}
		end.tail, end.cutAt = end.tail[n:], len(end.head)
	}
	lines := append(end.head, end.tail...)
	if len(lines) > 0 && lines[0] == "" { // the prompt's row, if nothing was drawn over it
		lines = lines[1:]
		end.cutAt = max(end.cutAt-1, 0)
	}
	if end.cutAt == 0 && end.dropped > 0 {
		end.cutAt = len(lines)
	}
	return Output{lines, end.dropped, end.cutAt}
}

// AtPrompt returns what is left of the output when a prompt is written at the
// cursor: text behind the cursor is written over.
func (s *Screen) AtPrompt() Output {
	at := *s
	at.grid = slices.Clone(s.grid)
	if cells := at.grid[at.y].cells; at.main == nil && at.x < len(cells) && !at.wrapNext {
		at.grid[at.y].cells = cells[:at.x]
	}
	return at.Output()
}

// Recent returns the last lines that a reader sees now, at most n, and how many
// stand above these. It shows what a program draws on the alternate screen while
// that is there, changes nothing, and takes the same time however much was written.
func (s *Screen) Recent(n int) (lines []string, above int) {
	var scrolled int
	if s.main == nil {
		scrolled = len(s.head) + len(s.tail)
	}
	visible := s.visible()
	if scrolled == 0 && len(visible) > 0 && visible[0] == "" { // the prompt's row
		visible = visible[1:]
	}
	if more := len(visible) - n; more >= 0 {
		lines, above = visible[more:], scrolled+more
	} else {
		old := min(-more, scrolled)
		fromHead := max(old-len(s.tail), 0)
		lines = append(lines, s.head[len(s.head)-fromHead:][:min(fromHead, old)]...)
		lines = append(lines, s.tail[len(s.tail)-(old-fromHead):]...)
		lines, above = append(lines, visible...), scrolled-old
	}
	if s.main == nil && len(s.head) > 0 && s.head[0] == "" {
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
	rows := s.y + 1
	if s.x == 0 && !s.wrapNext {
		rows = s.y
	}
	for y, r := range s.grid {
		if !r.blank() {
			rows = max(rows, y+1)
		}
	}
	var line strings.Builder
	if s.main == nil && s.open != nil {
		line.WriteString(s.open.String())
	}
	for y, r := range s.grid[:min(rows, len(s.grid))] {
		soft := r.soft && y < rows-1
		r.soft = soft
		line.WriteString(r.text())
		if !soft {
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
func (s *Screen) Count() int { return len(s.head) + len(s.tail) + s.y }

// CarriedOn returns an empty screen whose cursor stands behind what this one
// shows in the cursor's line, as when a reader has cleared what was above.
func (s *Screen) CarriedOn() *Screen {
	next := New(s.cols, s.rows)
	next.grid[1].cells = slices.Clone(s.grid[s.y].cells)
	next.x, next.pen = s.x, s.pen
	next.state, next.params, next.seqLen, next.partial = s.state, s.params, s.seqLen, s.partial
	return next
}

// Prompt returns the text of the cursor's line, and whether the cursor stands
// behind it, as it does behind a prompt.
func (s *Screen) Prompt() (string, bool) {
	if s.x == 0 {
		return "", false
	}
	text := sgr.Unstyled(s.grid[s.y].text())
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
	b.Grow(len(cells) + 16)
	var pen sgr.Style
	for _, c := range cells {
		if c.pen != pen && c.text != "" {
			b.WriteString(c.pen.From(pen))
			pen = c.pen
		}
		b.WriteString(c.text)
	}
	if pen != (sgr.Style{}) {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}

// blank tells whether a cell shows nothing.
func (c cell) blank() bool {
	const visible = sgr.Underline | sgr.Inverse | sgr.Struck
	return c.text == " " && c.pen.Bg == 0 && c.pen.Attrs&visible == 0
}

// numbers splits the parameters of a control sequence; missing ones are -1.
func (s *Screen) numbers() []int {
	text := strings.TrimLeft(string(s.params), "?>=!")
	var all []int
	for part := range strings.SplitSeq(text, ";") {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = -1
		}
		all = append(all, n)
	}
	return all
}
