package verify

import (
	"bytes"
	"strconv"
	"strings"
)

// control carries out a control sequence (ECMA-48, 8.3) by its final byte.
func (s *screen) control(final byte) {
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
	if final != 'm' {
		s.wrapNext = false
	}
	switch final {
	case 'A': // up
		s.y = max(s.y-arg(0, 1), 0)
	case 'B', 'e': // down
		s.moveTo(s.x, s.y+arg(0, 1))
	case 'C', 'a': // right
		s.moveTo(s.x+arg(0, 1), s.y)
	case 'D': // left
		s.moveTo(s.x-arg(0, 1), s.y)
	case 'E':
		s.moveTo(0, s.y+arg(0, 1))
	case 'F':
		s.moveTo(0, s.y-arg(0, 1))
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
	case 'P': // delete characters
		cells := s.grid[s.y].cells
		if s.x < len(cells) {
			s.grid[s.y].cells = append(cells[:s.x], cells[min(s.x+arg(0, 1), len(cells)):]...)
		}
	case '@': // insert blanks
		s.insertBlanks(arg(0, 1))
	case 'X': // erase characters
		s.pad(min(s.x+arg(0, 1), s.cols))
		for i := s.x; i < min(s.x+arg(0, 1), s.cols); i++ {
			s.grid[s.y].cells[i] = cell{text: " "}
		}
	case 'S':
		s.scrollUp(arg(0, 1))
	case 'T':
		s.scrollDown(arg(0, 1))
	case 'm':
		s.pen.apply(n, string(s.params))
	case 'r':
		top, bot := arg(0, 1)-1, arg(1, s.rows)-1
		if top < bot && bot < s.rows {
			s.top, s.bot = top, bot
			s.moveTo(0, 0)
		}
	case 's':
		s.saved = cursor{s.x, s.y, s.pen}
	case 'u':
		s.moveTo(s.saved.x, s.saved.y)
	}
}

// private carries out the private modes that change what stays on the screen.
func (s *screen) private(final byte) {
	if final != 'h' && final != 'l' {
		return
	}
	for _, mode := range s.numbers() {
		if mode != 47 && mode != 1047 && mode != 1049 {
			continue
		}
		switch {
		case final == 'h' && s.main == nil:
			main := *s
			s.main = &main
			s.grid, s.x, s.y, s.pen, s.wrapNext = []row{{}}, 0, 0, style{}, false
			s.top, s.bot = 0, s.rows-1
		case final == 'l' && s.main != nil:
			s.leaveAlternate()
		}
	}
}

func (s *screen) leaveAlternate() {
	m := s.main
	s.grid, s.x, s.y, s.pen, s.wrapNext = m.grid, m.x, m.y, m.pen, m.wrapNext
	s.top, s.bot, s.saved, s.main = m.top, m.bot, m.saved, nil
}

func (s *screen) moveTo(x, y int) {
	s.x = min(max(x, 0), s.cols-1)
	s.y = min(max(y, 0), s.rows-1)
	s.reach(s.y)
}

func (s *screen) erase(how int) {
	switch how {
	case 0:
		s.eraseLine(0)
		s.grid = s.grid[:s.y+1]
	case 1:
		for i := range s.y {
			s.grid[i] = row{}
		}
		s.eraseLine(1)
	case 2, 3:
		for i := range s.grid {
			s.grid[i] = row{}
		}
		if how == 3 {
			s.head, s.tail, s.open, s.cutAt = nil, nil, nil, 0
		}
	}
}

func (s *screen) eraseLine(how int) {
	r := &s.grid[s.y]
	switch how {
	case 0:
		r.cells, r.soft = r.cells[:min(s.x, len(r.cells))], false
	case 1:
		for i := range min(s.x+1, len(r.cells)) {
			r.cells[i] = cell{text: " "}
		}
	case 2:
		*r = row{}
	}
}

// shiftLines inserts (L) or deletes (M) lines at the cursor.
func (s *screen) shiftLines(final byte, n int) {
	if s.y < s.top || s.y > s.bot {
		return
	}
	top := s.top
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

func (s *screen) insertBlanks(n int) {
	cells := s.grid[s.y].cells
	if s.x >= len(cells) {
		return
	}
	blanks := make([]cell, min(n, s.cols))
	for i := range blanks {
		blanks[i].text = " "
	}
	cells = append(cells[:s.x:s.x], append(blanks, cells[s.x:]...)...)
	s.grid[s.y].cells = cells[:min(len(cells), s.cols)]
}

// A style is how characters look. Colours are 0 for the default, 1 + n for
// the palette's n, or rgb | 1<<24.
type style struct {
	fg, bg uint32
	attrs  uint16 // bit n: SGR n is on
}

const rgb = 1 << 24

// apply carries out SGR parameters. Colours with colons (ISO 8613-6) are
// taken with semicolons alike.
func (p *style) apply(n []int, raw string) {
	if strings.Contains(raw, ":") {
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "::", ":"), ":", ";")
		n = n[:0]
		for part := range strings.SplitSeq(raw, ";") {
			v, err := strconv.Atoi(part)
			if err != nil {
				v = 0
			}
			n = append(n, v)
		}
	}
	if len(n) == 0 {
		*p = style{}
	}
	for i := 0; i < len(n); i++ {
		switch v := n[i]; {
		case v <= 0:
			*p = style{}
		case v <= 9:
			p.attrs |= 1 << v
		case v == 21 || v == 22:
			p.attrs &^= 1<<1 | 1<<2
		case v >= 23 && v <= 29:
			off := v - 20
			if off == 5 {
				p.attrs &^= 1 << 6
			}
			p.attrs &^= 1 << off
		case v >= 30 && v <= 37:
			p.fg = uint32(v - 30 + 1)
		case v >= 90 && v <= 97:
			p.fg = uint32(v - 90 + 8 + 1)
		case v >= 40 && v <= 47:
			p.bg = uint32(v - 40 + 1)
		case v >= 100 && v <= 107:
			p.bg = uint32(v - 100 + 8 + 1)
		case v == 39:
			p.fg = 0
		case v == 49:
			p.bg = 0
		case v == 38 || v == 48:
			colour, used := extended(n[i+1:])
			i += used
			if v == 38 {
				p.fg = colour
			} else {
				p.bg = colour
			}
		}
	}
}

// extended reads a colour after 38 or 48.
func extended(n []int) (colour uint32, used int) {
	part := func(i int) uint32 { return uint32(min(max(n[i], 0), 255)) }
	switch {
	case len(n) >= 2 && n[0] == 5:
		return 1 + part(1), 2
	case len(n) >= 4 && n[0] == 2:
		return rgb | part(1)<<16 | part(2)<<8 | part(3), 4
	}
	return 0, len(n)
}

// from returns the shortest sequence that changes another style to this one.
func (p style) from(old style) string {
	if p == (style{}) {
		return "\x1b[0m"
	}
	var codes []string
	if old.attrs&^p.attrs != 0 || old.fg != 0 && p.fg == 0 || old.bg != 0 && p.bg == 0 {
		codes = append(codes, "0")
		old = style{}
	}
	for i := 1; i <= 9; i++ {
		if p.attrs&^old.attrs&(1<<i) != 0 {
			codes = append(codes, strconv.Itoa(i))
		}
	}
	if p.fg != old.fg {
		codes = append(codes, sgrColour(p.fg, 30))
	}
	if p.bg != old.bg {
		codes = append(codes, sgrColour(p.bg, 40))
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}

func sgrColour(c uint32, first int) string {
	switch {
	case c&rgb != 0:
		return strings.Join([]string{strconv.Itoa(first + 8), "2", strconv.Itoa(int(c >> 16 & 255)), strconv.Itoa(int(c >> 8 & 255)), strconv.Itoa(int(c & 255))}, ";")
	case c <= 8:
		return strconv.Itoa(first + int(c) - 1)
	case c <= 16:
		return strconv.Itoa(first + 60 + int(c) - 9)
	}
	return strconv.Itoa(first+8) + ";5;" + strconv.Itoa(int(c)-1)
}
