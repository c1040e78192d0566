package sgr

import (
	"iter"
	"strconv"
	"strings"
)

// A Style is how characters of terminal output look, as SGR sequences
// (ECMA-48, "\x1b[1;31m") set it. The zero Style is the terminal's default.
type Style struct {
	Fg, Bg Colour
	Attrs  Attrs
}

// Attrs are what a Style has besides colours. Bit n stands for SGR n.
type Attrs uint16

const (
	Bold Attrs = 1 << (iota + 1)
	Dim
	Italic
	Underline
	Blink
	FastBlink
	Inverse
	Hidden
	Struck
)

// A Colour is 0 for the default, 1 + n for the terminal's n-th of 256, and
// 1<<24 | rgb for one by its components.
type Colour uint32

const trueColour Colour = 1 << 24

// Palette returns the number of the colour if it is one of the first 16, which
// a theme defines.
func (c Colour) Palette() (n int, ok bool) {
	return int(c) - 1, c > 0 && c <= 16
}

// RGB returns the components of any other colour. The last 240 of the 256 are
// those of xterm.
func (c Colour) RGB() (rgb [3]uint8, ok bool) {
	n := uint32(c) - 1
	switch {
	case c >= trueColour:
		return [3]uint8{uint8(c >> 16), uint8(c >> 8), uint8(c)}, true
	case c <= 16:
		return rgb, false
	case n < 232:
		level := func(v uint32) uint8 {
			if v == 0 {
				return 0
			}
			return uint8(55 + 40*v)
		}
		n -= 16
		return [3]uint8{level(n / 36), level(n / 6 % 6), level(n % 6)}, true
	}
	grey := uint8(8 + 10*(n-232))
	return [3]uint8{grey, grey, grey}, true
}

// Apply changes the style by the parameters of one SGR sequence: "1;31".
// Unknown and invalid parameters are skipped.
func (s *Style) Apply(params string) {
	fields := strings.Split(params, ";")
	for i := 0; i < len(fields); i++ {
		first, sub, colons := strings.Cut(fields[i], ":")
		n, err := strconv.Atoi(first)
		if err != nil && first != "" {
			continue
		}
		switch {
		case n == 38 || n == 48 || n == 58: // 58 is the colour of underlines, which is not shown
			colour, used, ok := Colour(0), 0, false
			if colons { // ISO 8613-6
				colour, _, ok = readColour(withoutSpace(strings.Split(sub, ":")))
			} else {
				colour, used, ok = readColour(fields[i+1:])
				i += used
			}
			switch {
			case ok && n == 38:
				s.Fg = colour
			case ok && n == 48:
				s.Bg = colour
			}
		case n == 4 && colons && sub == "0":
			s.Attrs &^= Underline
		default:
			s.set(n)
		}
	}
}

// set applies a parameter that stands alone.
func (s *Style) set(n int) {
	switch {
	case n == 0:
		*s = Style{}
	case n >= 1 && n <= 9:
		s.Attrs |= 1 << n
	case n == 21: // doubly
		s.Attrs |= Underline
	case n == 22:
		s.Attrs &^= Bold | Dim
	case n == 25:
		s.Attrs &^= Blink | FastBlink
	case n >= 23 && n <= 29 && n != 26:
		s.Attrs &^= 1 << (n - 20)
	case n >= 30 && n <= 37:
		s.Fg = Colour(n - 30 + 1)
	case n == 39:
		s.Fg = 0
	case n >= 40 && n <= 47:
		s.Bg = Colour(n - 40 + 1)
	case n == 49:
		s.Bg = 0
	case n >= 90 && n <= 97:
		s.Fg = Colour(n - 90 + 9)
	case n >= 100 && n <= 107:
		s.Bg = Colour(n - 100 + 9)
	}
}

// readColour reads "5", n or "2", r, g, b. It returns how many parameters these
// are even if they make no valid colour.
func readColour(fields []string) (c Colour, used int, ok bool) {
	if len(fields) == 0 {
		return 0, 0, false
	}
	n := map[string]int{"5": 1, "2": 3}[fields[0]]
	if n == 0 {
		return 0, 1, false
	}
	if len(fields) <= n {
		return 0, len(fields), false
	}
	for _, field := range fields[1 : n+1] {
		v, err := strconv.ParseUint(field, 10, 8)
		if err != nil && field != "" {
			return 0, n + 1, false
		}
		c = c<<8 | Colour(v)
	}
	if n == 1 {
		return c + 1, n + 1, true
	}
	return trueColour | c, n + 1, true
}

// withoutSpace removes the colour space from "2:space:r:g:b".
func withoutSpace(fields []string) []string {
	if len(fields) >= 5 && fields[0] == "2" {
		return append([]string{"2"}, fields[2:]...)
	}
	return fields
}

// From returns the shortest sequence that changes the style old to this one:
// "" if they are the same.
func (s Style) From(old Style) string {
	if s == old {
		return ""
	}
	if s == (Style{}) {
		return "\x1b[0m"
	}
	var codes []string
	if old.Attrs&^s.Attrs != 0 || old.Fg != 0 && s.Fg == 0 || old.Bg != 0 && s.Bg == 0 {
		codes = append(codes, "0")
		old = Style{}
	}
	for n := 1; n <= 9; n++ {
		if s.Attrs&^old.Attrs&(1<<n) != 0 {
			codes = append(codes, strconv.Itoa(n))
		}
	}
	if s.Fg != old.Fg {
		codes = append(codes, s.Fg.code(30))
	}
	if s.Bg != old.Bg {
		codes = append(codes, s.Bg.code(40))
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}

// code returns the SGR parameters of the colour. first is 30 for the foreground
// and 40 for the background.
func (c Colour) code(first int) string {
	n := int(c) - 1
	switch {
	case c >= trueColour:
		return strconv.Itoa(first+8) + ";2;" + strconv.Itoa(int(c>>16&255)) + ";" + strconv.Itoa(int(c>>8&255)) + ";" + strconv.Itoa(int(c&255))
	case n < 8:
		return strconv.Itoa(first + n)
	case n < 16:
		return strconv.Itoa(first + 60 + n - 8)
	}
	return strconv.Itoa(first+8) + ";5;" + strconv.Itoa(n)
}

// Styled yields the text of a line of output in parts that have one style each.
// Other escape sequences than SGR are dropped.
func Styled(line string) iter.Seq2[string, Style] {
	return func(yield func(string, Style) bool) {
		var s Style
		for line != "" {
			i := strings.IndexByte(line, 0x1b)
			if i < 0 {
				i = len(line)
			}
			if i > 0 && !yield(line[:i], s) {
				return
			}
			if line = line[i:]; line != "" {
				params, n, sgr := readEscape(line)
				if sgr {
					s.Apply(params)
				}
				line = line[n:]
			}
		}
	}
}

// Unstyled returns the text of a line of output without its styles.
func Unstyled(line string) string {
	if strings.IndexByte(line, 0x1b) < 0 {
		return line
	}
	var b strings.Builder
	for text := range Styled(line) {
		b.WriteString(text)
	}
	return b.String()
}

// readEscape reads the escape sequence at the start of s. It returns its length,
// and its parameters if it is an SGR sequence.
func readEscape(s string) (params string, n int, sgr bool) {
	if len(s) < 2 {
		return "", len(s), false
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return s[2:i], i + 1, s[i] == 'm'
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return "", i, false
			}
		}
		return "", len(s), false
	case ']', 'P', '_', '^', 'X': // strings, up to BEL or ESC \
		for i := 2; i < len(s); i++ {
			if s[i] == '\a' {
				return "", i + 1, false
			}
			if s[i] == 0x1b {
				return "", min(i+2, len(s)), false
			}
		}
		return "", len(s), false
	}
	if s[1] < 0x20 || s[1] > 0x7e {
		return "", 1, false
	}
	return "", 2, false
}
