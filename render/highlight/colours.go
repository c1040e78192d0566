package highlight

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"handbook/content/sgr"

	"handbook/content/wording"
)

// Colours are the CSS rules, by class, for colours that the style sheet does not
// define. They go into a style element, which the content policy allows by its
// digest; it does not allow style attributes.
type Colours map[string]string

// CSS returns the rules, sorted.
func (c Colours) CSS() string {
	var rules []string
	for class, rule := range c {
		rules = append(rules, "."+class+"{"+rule+"}")
	}
	slices.Sort(rules)
	return strings.Join(rules, "")
}

// Terminal returns the HTML of a line of a record's output: its text,
// escaped, and its styles. It adds the rules that the styles need to page.
func Terminal(line string, page Colours) string {
	var b strings.Builder
	open := ""
	for text, style := range sgr.Styled(line) {
		text = printable(text)
		if text == "" {
			continue
		}
		if class := classOf(style, page); class != open {
			if open != "" {
				b.WriteString("</span>")
			}
			if class != "" {
				b.WriteString(`<span class="` + class + `">`)
			}
			open = class
		}
		b.WriteString(Escape(text))
	}
	if open != "" {
		b.WriteString("</span>")
	}
	return b.String()
}

// printable drops control characters except tabs, and the marks that change the
// direction of the text after them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || wording.Obeyed(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Plain returns the text of a line of a record's output.
func Plain(line string) string { return printable(sgr.Unstyled(line)) }

// classOf returns the CSS classes of a style, and adds their rules to page.
func classOf(s sgr.Style, page Colours) string {
	var classes []string
	fg, bg, inverse := s.Fg, s.Bg, s.Attrs&sgr.Inverse != 0
	if inverse {
		fg, bg = bg, fg
		if fg == 0 {
			classes = append(classes, "fi")
		}
		if bg == 0 {
			classes = append(classes, "bi")
		}
	}
	onOwn := bg == 0 && !inverse
	classes = append(classes, page.class(fg, "f", "color", onOwn), page.class(bg, "b", "background-color", false))
	for _, attr := range []struct {
		attr sgr.Attrs
		name string
	}{{sgr.Bold, "B"}, {sgr.Dim, "D"}, {sgr.Italic, "I"}, {sgr.Underline, "U"}, {sgr.Struck, "S"}, {sgr.Hidden, "H"}} {
		if s.Attrs&attr.attr != 0 {
			classes = append(classes, attr.name)
		}
	}
	return strings.Join(slices.DeleteFunc(classes, func(c string) bool { return c == "" }), " ")
}

// class returns the CSS class of a colour, and adds its rule. A legible colour
// is lightened until it can be read on the terminal's background.
func (page Colours) class(c sgr.Colour, prefix, property string, legible bool) string {
	if n, ok := c.Palette(); ok {
		return prefix + strconv.Itoa(n)
	}
	rgb, ok := c.RGB()
	if !ok {
		return ""
	}
	name := fmt.Sprintf("%sx%02x%02x%02x", prefix, rgb[0], rgb[1], rgb[2])
	if legible {
		rgb = lighten(rgb)
	} else if prefix == "f" {
		name += "o"
	}
	page[name] = fmt.Sprintf("%s:#%02x%02x%02x", property, rgb[0], rgb[1], rgb[2])
	return name
}

// terminalBackground is the theme's --term-bg.
var terminalBackground = [3]uint8{0x16, 0x1b, 0x22}

// lighten mixes a colour with white until it can be read on the terminal's
// background: programs do not know the colours of the terminal that they print to.
func lighten(c [3]uint8) [3]uint8 {
	mixed := c
	for share := 0.0; Contrast(mixed, terminalBackground) < 4.5 && share < 1; share += 0.05 {
		for i := range c {
			mixed[i] = uint8(float64(c[i]) + (255-float64(c[i]))*share)
		}
	}
	return mixed
}

// Contrast returns the contrast ratio of two colours as defined by WCAG 2,
// from 1 to 21. Text needs 4.5.
func Contrast(a, b [3]uint8) float64 {
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
