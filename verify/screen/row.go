package screen

import (
	"slices"
	"strings"

	"handbook/content/sgr"
)

// A row is one row of the grid; what is behind its cells is blank.
type row struct {
	cells []cell
	soft  bool // carried on by the row below
}

type cell struct {
	text string // a character with what combines with it; "" behind a wide one
	pen  sgr.Style
}

// blank reports whether a cell shows nothing.
func (c cell) blank() bool {
	const visible = sgr.Underline | sgr.Inverse | sgr.Struck
	return c.text == " " && c.pen.Bg == 0 && c.pen.Attrs&visible == 0
}

// blank reports whether a row shows nothing.
func (r row) blank() bool {
	for _, c := range r.cells {
		if !c.blank() {
			return false
		}
	}
	return true
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

// pad makes the row at least n cells long.
func (r *row) pad(n int) {
	for len(r.cells) < n {
		r.cells = append(r.cells, cell{" ", sgr.Style{}})
	}
}

// split blanks what is left of wide characters of which the cells from and to, the
// second not included, hold one half.
func (r *row) split(from, to int) {
	if from > 0 && from < len(r.cells) && r.cells[from].text == "" {
		r.cells[from-1] = cell{text: " "}
	}
	if to < len(r.cells) && r.cells[to].text == "" {
		r.cells[to] = cell{text: " "}
	}
}

// erase blanks the cells from and to, the second not included.
func (r *row) erase(from, to int, bg sgr.Colour) {
	r.split(from, to)
	if bg == 0 && to >= len(r.cells) {
		r.cells = r.cells[:min(from, len(r.cells))]
		return
	}
	r.pad(to)
	copy(r.cells[from:to], blanks(to-from, bg))
}

// remove takes out the cells from and to, the second not included, of a row that is
// width wide. What is behind them moves to the left.
func (r *row) remove(from, to, width int, bg sgr.Colour) {
	if from >= len(r.cells) && bg == 0 {
		return
	}
	r.split(from, to)
	r.pad(to)
	cells := r.cells
	if bg != 0 || r.soft {
		r.pad(width)
		cells = append(r.cells, blanks(to-from, bg)...)
	}
	r.cells = append(cells[:from], cells[to:]...)
}

// insert puts n blanks before a cell of a row that is width wide. What is there moves
// to the right.
func (r *row) insert(at, n, width int, bg sgr.Colour) {
	if at >= len(r.cells) && bg == 0 {
		return
	}
	r.split(at, at)
	r.pad(at)
	r.cells = slices.Insert(r.cells, at, blanks(min(n, width-at), bg)...)
	r.cells = r.cells[:min(len(r.cells), width)]
}

// blanks returns n erased cells. They have the background that is set (the
// terminal's "bce").
func blanks(n int, bg sgr.Colour) []cell {
	cells := make([]cell, n)
	for i := range cells {
		cells[i] = cell{" ", sgr.Style{Bg: bg}}
	}
	return cells
}
