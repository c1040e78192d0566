package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An ink is a colour of terminal output: none, one of the 16 that the theme
// defines, or a value of its own.
type ink struct {
	kind  byte // 0: none, 'p': palette, 'c': colour
	index uint8
	rgb   [3]uint8
}

// A pen is the style that SGR sequences (ECMA-48) set.
type pen struct {
	fg, bg                                                ink
	bold, dim, italic, underline, inverse, hidden, strike bool
}

// colours are the rules of one page for colours that the style sheet does
// not have. The policy allows no style attributes, but a style element by its
// digest.
type colours map[string]string

func (c *colours) add(class, rule string) {
	if *c == nil {
		*c = make(colours)
	}
	(*c)[class] = rule
}

func (c colours) css() string {
	var rules []string
	for class, rule := range c {
		rules = append(rules, "."+class+"{"+rule+"}")
	}
	slices.Sort(rules)
	return strings.Join(rules, "")
}

// terminalLine turns a line of a record's output into HTML. Everything that
// is not text or a style is dropped, all text is escaped.
func terminalLine(line string, page *colours) string {
	var b strings.Builder
	var p pen
	open := ""
	text := func(s string) {
		if s == "" {
			return
		}
		if class := p.class(page); class != open {
			if open != "" {
				b.WriteString("</span>")
			}
			if class != "" {
				b.WriteString(`<span class="` + class + `">`)
			}
			open = class
		}
		b.WriteString(escapeText(s))
	}
	for line != "" {
		i := strings.IndexFunc(line, isControl)
		if i < 0 {
			i = len(line)
		}
		text(strings.ToValidUTF8(line[:i], "\ufffd"))
		if line = line[i:]; line == "" {
			break
		}
		r, n := utf8.DecodeRuneInString(line)
		switch {
		case r == '\t':
			text("\t")
		case r == '\x1b':
			var sgr string
			var ok bool
			if sgr, n, ok = escape(line); ok {
				p.apply(sgr)
			}
		}
		line = line[n:]
	}
	if open != "" {
		b.WriteString("</span>")
	}
	return b.String()
}

// isControl tells what is no text: control characters, and the marks that
// change the direction of what follows them.
func isControl(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// escape reads the escape sequence at the start of s: how long it is, and
// its parameters if it sets a style.
func escape(s string) (params string, n int, sgr bool) {
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
			if s[i] == '\x1b' {
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

// apply changes the pen by the parameters of one SGR sequence.
func (p *pen) apply(params string) {
	fields := strings.Split(params, ";")
	for i := 0; i < len(fields); i++ {
		first, sub, colons := strings.Cut(fields[i], ":")
		n, err := strconv.Atoi(first)
		if first == "" {
			n, err = 0, nil
		}
		if err != nil {
			continue
		}
		switch {
		case n == 38 || n == 48:
			var c ink
			var ok bool
			if colons {
				c, ok = colonColour(strings.Split(sub, ":"))
			} else {
				var used int
				c, used, ok = colour(fields[i+1:])
				i += used
			}
			if ok && n == 38 {
				p.fg = c
			} else if ok {
				p.bg = c
			}
		case n == 58 && !colons: // colour of underlines: not shown, its parameters must not be read as styles
			_, used, _ := colour(fields[i+1:])
			i += used
		case n == 4 && colons:
			p.underline = sub != "0"
		default:
			p.set(n)
		}
	}
}

// set applies a parameter that stands alone.
func (p *pen) set(n int) {
	switch {
	case n == 0:
		*p = pen{}
	case n == 1:
		p.bold = true
	case n == 2:
		p.dim = true
	case n == 3:
		p.italic = true
	case n == 4 || n == 21:
		p.underline = true
	case n == 7:
		p.inverse = true
	case n == 8:
		p.hidden = true
	case n == 9:
		p.strike = true
	case n == 22:
		p.bold, p.dim = false, false
	case n == 23:
		p.italic = false
	case n == 24:
		p.underline = false
	case n == 27:
		p.inverse = false
	case n == 28:
		p.hidden = false
	case n == 29:
		p.strike = false
	case n >= 30 && n <= 37:
		p.fg = palette(n - 30)
	case n == 39:
		p.fg = ink{}
	case n >= 40 && n <= 47:
		p.bg = palette(n - 40)
	case n == 49:
		p.bg = ink{}
	case n >= 90 && n <= 97:
		p.fg = palette(n - 90 + 8)
	case n >= 100 && n <= 107:
		p.bg = palette(n - 100 + 8)
	}
}

// colour reads "5;n" or "2;r;g;b", and how many parameters that takes.
func colour(fields []string) (c ink, used int, ok bool) {
	if len(fields) == 0 {
		return c, 0, false
	}
	switch fields[0] {
	case "5":
		if len(fields) < 2 {
			return c, 1, false
		}
		c, ok = indexed(fields[1])
		return c, 2, ok
	case "2":
		if len(fields) < 4 {
			return c, len(fields), false
		}
		c, ok = trueColour(fields[1:4])
		return c, 4, ok
	}
	return c, 1, false
}

// colonColour reads "5:n", "2:r:g:b" or "2:space:r:g:b".
func colonColour(f []string) (ink, bool) {
	switch {
	case len(f) >= 2 && f[0] == "5":
		return indexed(f[1])
	case len(f) == 4 && f[0] == "2":
		return trueColour(f[1:])
	case len(f) >= 5 && f[0] == "2":
		return trueColour(f[2:5])
	}
	return ink{}, false
}

func palette(n int) ink { return ink{kind: 'p', index: uint8(n)} }

// indexed is one of the 256 colours of xterm.
func indexed(s string) (ink, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return ink{}, false
	}
	switch {
	case n < 16:
		return palette(int(n)), true
	case n < 232:
		level := func(v uint64) uint8 {
			if v == 0 {
				return 0
			}
			return uint8(55 + 40*v)
		}
		n -= 16
		return ink{kind: 'c', rgb: [3]uint8{level(n / 36), level(n / 6 % 6), level(n % 6)}}, true
	}
	grey := uint8(8 + 10*(n-232))
	return ink{kind: 'c', rgb: [3]uint8{grey, grey, grey}}, true
}

func trueColour(f []string) (ink, bool) {
	c := ink{kind: 'c'}
	for i := range c.rgb {
		n, err := strconv.ParseUint(f[i], 10, 8)
		if err != nil && f[i] != "" {
			return ink{}, false
		}
		c.rgb[i] = uint8(n)
	}
	return c, true
}

// class is the pen as CSS classes; colours that need a rule get one.
func (p *pen) class(page *colours) string {
	var classes []string
	fg, bg := p.fg, p.bg
	if p.inverse {
		fg, bg = bg, fg
		if fg.kind == 0 {
			classes = append(classes, "fi")
		}
		if bg.kind == 0 {
			classes = append(classes, "bi")
		}
	}
	onOwn := bg.kind == 0 && !p.inverse
	classes = append(classes, fg.class("f", "color", onOwn, page), bg.class("b", "background-color", false, page))
	for _, style := range []struct {
		on   bool
		name string
	}{{p.bold, "B"}, {p.dim, "D"}, {p.italic, "I"}, {p.underline, "U"}, {p.strike, "S"}, {p.hidden, "H"}} {
		if style.on {
			classes = append(classes, style.name)
		}
	}
	return strings.Join(slices.DeleteFunc(classes, func(c string) bool { return c == "" }), " ")
}

// class names the colour; legible asks for one that can be read on the
// terminal's own background.
func (c ink) class(prefix, property string, legible bool, page *colours) string {
	switch c.kind {
	case 'p':
		return prefix + strconv.Itoa(int(c.index))
	case 'c':
		name, rgb := fmt.Sprintf("%sx%02x%02x%02x", prefix, c.rgb[0], c.rgb[1], c.rgb[2]), c.rgb
		if legible {
			rgb = lighten(rgb)
		} else if prefix == "f" {
			name += "o"
		}
		page.add(name, fmt.Sprintf("%s:#%02x%02x%02x", property, rgb[0], rgb[1], rgb[2]))
		return name
	}
	return ""
}

// terminalBackground is the theme's --term-bg.
var terminalBackground = [3]uint8{0x16, 0x1b, 0x22}

// lighten mixes a colour with white until it can be read on the terminal's
// background: programs choose colours for terminals that they can't see.
func lighten(c [3]uint8) [3]uint8 {
	mixed := c
	for share := 0.0; contrast(mixed, terminalBackground) < 4.5 && share < 1; share += 0.05 {
		for i := range c {
			mixed[i] = uint8(float64(c[i]) + (255-float64(c[i]))*share)
		}
	}
	return mixed
}

// contrast is the contrast ratio of two colours as WCAG 2 defines it.
func contrast(a, b [3]uint8) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c [3]uint8) float64 {
	var l float64
	for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		v := float64(c[i]) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}
