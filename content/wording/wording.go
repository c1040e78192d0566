package wording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Count writes a number with its noun: "1 page", "2 pages".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Capital makes the first letter of a text a capital.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// Title makes a title of a file name: "05-named-volumes" becomes "Named volumes".
// It is "" of a name without letters.
func Title(name string) string {
	name = strings.TrimLeft(name, "0123456789-_. ")
	if name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name)); name == "" {
		return ""
	}
	return Capital(name)
}

// Duration writes a duration as the command prints it: "40 ms", "3.2s", "2m05s".
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
}

// Shorten cuts a text to at most width characters and replaces control
// characters by dots, so that it fits into a line and does nothing to a
// terminal. A width of 0 cuts nothing off.
func Shorten(s string, width int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '·'
		}
		return r
	}, s))
	if len(runes) <= width || width < 1 {
		return string(runes)
	}
	return string(runes[:width-1]) + "…"
}

// Seconds writes a duration as pages show it: "0.4 s", "12 s", "2 min 5 s".
func Seconds(s float64) string {
	switch {
	case s < 0.05:
		return "< 0.1 s"
	case s < 9.95:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 59.5:
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	}
	n := int(s + 0.5)
	return fmt.Sprintf("%d min %d s", n/60, n%60)
}
