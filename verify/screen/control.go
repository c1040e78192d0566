package screen

import (
	"bytes"
)

// control carries out a control sequence (ECMA-48, 8.3) by its final byte.
func (s *Screen) control(final byte) {
	printed := s.printed
	s.printed = 0
	if bytes.ContainsAny(s.params, "?>=!") {
		s.private(final)
		return
	}
	n := s.numbers()
	arg := func(i, missing int) int {
		if i < len(n) && n[i] > 0 {
			return min(n[i], 10000)
		}
		return missing
	}
	if final != 'm' && final != 'b' {
		s.wrapNext = false
	}
	switch final {
	case 'A': // up
		s.moveBy(-arg(0, 1))
	case 'B', 'e': // down
		s.moveBy(arg(0, 1))
	case 'C', 'a': // right
		s.moveTo(s.x+arg(0, 1), s.y)
	case 'D': // left
		s.moveTo(s.x-arg(0, 1), s.y)
	case 'E':
		s.x = 0
		s.moveBy(arg(0, 1))
	case 'F':
		s.x = 0
		s.moveBy(-arg(0, 1))
	case 'G', '`':
		s.moveTo(arg(0, 1)-1, s.y)
	case 'd':
		s.moveTo(s.x, arg(0, 1)-1)
	case 'H', 'f':
		s.moveTo(arg(1, 1)-1, arg(0, 1)-1)
	case 'J':
		s.erase(arg(0, 0))
	case 'K':
		s.eraseLine(arg(0, 0))
	case 'L', 'M':
		s.shiftLines(final, arg(0, 1))
	case 'P':
		s.deleteCells(arg(0, 1))
	case '@': // insert blanks
		s.insertBlanks(arg(0, 1))
	case 'X':
		s.eraseCells(s.x, min(s.x+arg(0, 1), s.cols))
	case 'S':
		s.scrollUp(arg(0, 1))
	case 'T':
		s.scrollDown(arg(0, 1))
	case 'b':
		if printed != 0 {
			for range min(arg(0, 1), s.cols*s.rows) {
				s.put(printed)
			}
			s.printed = 0
		}
	case 'Z':
		s.moveTo((s.x-1)/8*8-(arg(0, 1)-1)*8, s.y)
	case 'm':
		s.pen.Apply(string(s.params))
	case 'r':
		top, bot := arg(0, 1)-1, arg(1, s.rows)-1
		if top < bot && bot < s.rows {
			s.top, s.bot = top, bot
			s.moveTo(0, 0)
		}
	case 's':
		s.save()
	case 'u':
		s.restore()
	}
}

// save and restore are about the cursor with its style.
func (s *Screen) save() { s.saved = cursor{s.x, s.y, s.pen} }

func (s *Screen) restore() {
	s.moveTo(s.saved.x, s.saved.y)
	s.pen, s.wrapNext = s.saved.pen, false
}

// private carries out the private modes that change what stays on the screen.
func (s *Screen) private(final byte) {
	if final != 'h' && final != 'l' {
		return
	}
	for _, mode := range s.numbers() {
		switch {
		case mode == 7:
			s.noWrap = final == 'l'
		case mode != 47 && mode != 1047 && mode != 1049:
		case final == 'h' && s.main == nil:
			main := *s
			s.main = &main
			s.grid = nil
			s.reach(s.y)
		case final == 'l' && s.main != nil:
			if mode == 1049 {
				s.x, s.y, s.pen, s.wrapNext = s.main.x, s.main.y, s.main.pen, s.main.wrapNext
			}
			s.leaveAlternate()
		}
	}
}

func (s *Screen) leaveAlternate() {
	s.grid, s.main = s.main.grid, nil
	s.reach(s.y)
}

// moveBy moves the cursor up or down, not across an edge of the scroll region.
func (s *Screen) moveBy(rows int) {
	y := s.y + rows
	if s.y >= s.top {
		y = max(y, s.top)
	}
	if s.y <= s.bot {
		y = min(y, s.bot)
	}
	s.moveTo(s.x, y)
}

func (s *Screen) moveTo(x, y int) {
	s.x = min(max(x, 0), s.cols-1)
	s.y = min(max(y, 0), s.rows-1)
	s.reach(s.y)
}

func (s *Screen) erase(how int) {
	switch how {
	case 0:
		s.eraseLine(0)
		s.grid = s.grid[:s.y+1]
		if s.pen.Bg != 0 {
			s.reach(s.rows - 1)
		}
		for i := s.y + 1; i < len(s.grid); i++ {
			s.grid[i] = s.blankRow()
		}
	case 1:
		s.unjoin(-1)
		for i := range s.y {
			s.grid[i] = s.blankRow()
		}
		s.eraseLine(1)
	case 2:
		s.unjoin(-1)
		if s.pen.Bg != 0 {
			s.reach(s.rows - 1)
		}
		for i := range s.grid {
			s.grid[i] = s.blankRow()
		}
	case 3:
		s.head, s.tail, s.open, s.cutAt = nil, nil, nil, 0
	}
}

func (s *Screen) eraseLine(how int) {
	if how == 2 || how == 0 && s.x == 0 {
		s.unjoin(s.y - 1)
	}
	switch how {
	case 0:
		s.grid[s.y].soft = false
		s.eraseCells(s.x, s.cols)
	case 1:
		s.eraseCells(0, s.x+1)
	case 2:
		s.grid[s.y] = s.blankRow()
	}
}

// eraseCells blanks the cells from and to, the second not included, of the
// cursor's row.
func (s *Screen) eraseCells(from, to int) {
	s.split(from, to)
	r := &s.grid[s.y]
	if s.pen.Bg == 0 && to >= len(r.cells) {
		r.cells = r.cells[:min(from, len(r.cells))]
		return
	}
	s.pad(to)
	copy(r.cells[from:to], s.blanks(to-from))
}

func (s *Screen) deleteCells(n int) {
	cells := s.grid[s.y].cells
	if s.x >= len(cells) && s.pen.Bg == 0 {
		return
	}
	to := min(s.x+n, s.cols)
	s.split(s.x, to)
	s.pad(to)
	cells = s.grid[s.y].cells
	if s.pen.Bg != 0 || s.grid[s.y].soft {
		s.pad(s.cols)
		cells = append(s.grid[s.y].cells, s.blanks(to-s.x)...)
	}
	s.grid[s.y].cells = append(cells[:s.x], cells[to:]...)
}

// shiftLines inserts (L) or deletes (M) lines at the cursor.
func (s *Screen) shiftLines(final byte, n int) {
	if s.y < s.top || s.y > s.bot {
		return
	}
	top := s.top
	s.unjoin(s.y - 1)
	s.top = s.y
	if final == 'L' {
		s.scrollDown(n)
	} else {
		main := s.main
		s.main = s // deleted lines are gone, they do not scroll out
		s.scrollUp(n)
		s.main = main
	}
	s.top = top
}

func (s *Screen) insertBlanks(n int) {
	cells := s.grid[s.y].cells
	if s.x >= len(cells) && s.pen.Bg == 0 {
		return
	}
	s.split(s.x, s.x)
	s.pad(s.x)
	cells = s.grid[s.y].cells
	cells = append(cells[:s.x:s.x], append(s.blanks(min(n, s.cols-s.x)), cells[s.x:]...)...)
	s.grid[s.y].cells = cells[:min(len(cells), s.cols)]
}
