package screen

import "fmt"

// obey takes a byte of ASCII that is no text, or any byte of a control sequence, and
// does what it asks for.
func (s *Screen) obey(b byte) {
	switch s.next(b) {
	case single:
		s.character(b)
	case escaped:
		s.escape(b)
	case extended:
		s.control(b)
	}
}

// character obeys a control character.
func (s *Screen) character(b byte) {
	switch b {
	case '\r':
		s.x, s.wrapNext = 0, false
	case '\n', '\v', '\f':
		s.lineFeed()
	case '\b':
		s.x, s.wrapNext = max(s.x-1, 0), false
	case '\t':
		s.wrapNext = false
		s.tab(1)
	}
}

// escape obeys ESC and the byte behind it.
func (s *Screen) escape(b byte) {
	switch b {
	case 'D':
		s.lineFeed()
	case 'E':
		s.x = 0
		s.lineFeed()
	case 'M':
		s.reverseLineFeed()
	case '7':
		s.save()
	case '8':
		s.restore()
	case 'c':
		s.reset()
		s.modes = modes{}
	}
}

// control obeys a control sequence (ECMA-48, 8.3) with its final byte.
func (s *Screen) control(final byte) {
	printed := s.printed
	s.printed = 0
	if s.private() {
		s.setModes(final)
		return
	}
	if s.ask(final) {
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
		if how := arg(0, 0); how == 3 { // the lines that have scrolled out
			s.past.clear()
		} else {
			s.erase(how)
		}
	case 'K':
		s.eraseLine(arg(0, 0))
	case 'L':
		s.insertLines(arg(0, 1))
	case 'M':
		s.deleteLines(arg(0, 1))
	case 'P':
		s.at().remove(s.x, min(s.x+arg(0, 1), s.width), s.width, s.pen.Bg)
	case '@': // insert blanks
		s.at().insert(s.x, arg(0, 1), s.width, s.pen.Bg)
	case 'X':
		s.at().erase(s.x, min(s.x+arg(0, 1), s.width), s.pen.Bg)
	case 'S':
		s.scrollUp(arg(0, 1))
	case 'T':
		s.scrollDown(arg(0, 1))
	case 'b':
		if printed != 0 {
			for range min(arg(0, 1), s.width*s.height) {
				s.put(printed)
			}
		}
	case 'Z':
		s.tab(-arg(0, 1))
	case 'm':
		s.pen.Apply(string(s.params))
	case 'r':
		top, bot := arg(0, 1)-1, arg(1, s.height)-1
		if top < bot && bot < s.height {
			s.top, s.bot = top, bot
			s.moveTo(0, 0)
		}
	case 's':
		s.save()
	case 'u':
		s.restore()
	}
}

// setModes sets or resets the private modes that change what stays on the screen.
func (s *Screen) setModes(final byte) {
	if final != 'h' && final != 'l' {
		return
	}
	for _, mode := range s.numbers() {
		switch {
		case mode == 1:
			s.modes.keys = final == 'h'
		case mode == 7:
			s.noWrap = final == 'l'
		case mode == 25:
			s.modes.hidden = final == 'l'
		case mode == 2004:
			s.modes.paste = final == 'h'
		case mode != 47 && mode != 1047 && mode != 1049:
		case final == 'h' && s.main == nil:
			main := s.grid
			s.main = &main
			s.rows, s.above = nil, nil
			s.reach(s.y)
		case final == 'l' && s.main != nil:
			if mode == 1049 {
				s.x, s.y, s.pen, s.wrapNext = s.main.x, s.main.y, s.main.pen, s.main.wrapNext
			}
			s.leaveAlternate()
		}
	}
}

// mostReply is how many bytes of answers are kept.
const mostReply = 1 << 10

// ask answers a question. It reports whether the sequence is one.
func (s *Screen) ask(final byte) bool {
	what := s.numbers()[0]
	answer := ""
	switch {
	case final == 'c' && what <= 0: // what are you? A VT102
		answer = "\x1b[?6c"
	case final == 'n' && what == 5: // are you well?
		answer = "\x1b[0n"
	case final == 'n' && what == 6: // where is the cursor?
		answer = fmt.Sprintf("\x1b[%d;%dR", s.y+1, s.x+1)
	}
	if len(s.reply) < mostReply {
		s.reply = append(s.reply, answer...)
	}
	return answer != ""
}

func (s *Screen) leaveAlternate() {
	s.rows, s.above, s.main = s.main.rows, s.main.above, nil
	s.reach(s.y)
}
