package screen

import "handbook/content/sgr"

// A View is what somebody sees who sits at a Screen, and what the program there wants
// to hear of keys.
type View struct {
	Rows      [][]Span // of the screen, as far as something was written
	X, Y      int      // the cursor
	Hidden    bool     // it is not shown
	Alternate bool     // the program has the screen to itself

	Above   int // lines that have scrolled out since the screen was made
	Cleared int // how often they were forgotten

	AppKeys bool // arrows are sent as applications want them (DECCKM)
	Paste   bool // what is pasted is sent in brackets
}

// A Span is text of a row in one style.
type Span struct {
	Text  string
	Style sgr.Style
	Wide  bool // a single character that takes two columns
}

// NewAt returns an empty screen whose cursor is at its top, as in a window that was
// opened just now.
func NewAt(cols, rows int) *Screen {
	s := New(cols, rows)
	s.rows, s.y = []row{{}}, 0
	return s
}

// View returns what is seen now.
func (s *Screen) View() View {
	v := View{X: s.x, Y: s.y, Hidden: s.modes.hidden, Alternate: s.main != nil, Above: s.past.taken, Cleared: s.past.cleared, AppKeys: s.modes.keys, Paste: s.modes.paste}
	for _, r := range s.rows {
		v.Rows = append(v.Rows, r.spans())
	}
	return v
}

// Last returns the last n lines that have scrolled out, or fewer if there are no more.
func (s *Screen) Last(n int) []string { return s.past.last(min(n, s.past.len())) }

// Reply returns what the terminal answers to questions that it was asked since the
// last call: where the cursor is, and what it is.
func (s *Screen) Reply() []byte {
	b := s.reply
	s.reply = nil
	return b
}

// Resize gives the screen another size. Rows that do not fit any more leave it at its
// top; they are not wrapped anew.
func (s *Screen) Resize(cols, rows int) {
	s.resize(cols, rows)
	if s.main != nil {
		s.main.resize(cols, rows)
	}
}

func (g *grid) resize(cols, rows int) {
	for g.y >= rows { // the cursor stays on the screen
		if g.above != nil {
			g.above.take(g.rows[0])
		}
		g.rows = g.rows[1:]
		g.y--
	}
	g.rows = g.rows[:min(len(g.rows), rows)]
	for i := range g.rows {
		if r := &g.rows[i]; len(r.cells) > cols {
			r.split(cols, cols)
			r.cells, r.soft = r.cells[:cols], false
		}
	}
	g.width, g.height, g.top, g.bot = cols, rows, 0, rows-1
	g.x, g.wrapNext = min(g.x, cols-1), false
	g.saved.x, g.saved.y = min(g.saved.x, cols-1), min(g.saved.y, rows-1)
}

// spans returns the row in parts that have one style each.
func (r row) spans() (all []Span) {
	cells := r.cells
	for len(cells) > 0 && cells[len(cells)-1].blank() {
		cells = cells[:len(cells)-1]
	}
	for i, c := range cells {
		if c.text == "" {
			continue
		}
		wide := i+1 < len(cells) && cells[i+1].text == ""
		if last := len(all) - 1; last >= 0 && !wide && !all[last].Wide && all[last].Style == c.pen {
			all[last].Text += c.text
			continue
		}
		all = append(all, Span{c.text, c.pen, wide})
	}
	return all
}
