package wording

import (
	"regexp"
	"strconv"
	"strings"
)

// numeral matches a number as people write it: 1,234,567.8 and 1.234.567,8,
// 1'234 or, with no-break or thin spaces, 1 234. One comma before three digits
// separates thousands, unless only zeros stand before it; any other single
// comma, and any single point, separates decimals.
const numeral = `[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}` +
	`|[1-9]\d{0,2}(?:['’\x{a0}\x{2009}\x{202f}]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?`

var (
	sizePattern   = regexp.MustCompile(`(` + numeral + `)[\s\x{a0}\x{2009}\x{202f}]*(?:([kKMGT]i?)?B\b|[bB]ytes?\b)`)
	numberPattern = regexp.MustCompile(numeral)
	thousands     = regexp.MustCompile(`^[1-9]\d{0,2}(?:,\d{3})+(?:\.|$)`)
)

// parseNumber returns the value of what numeral matches.
func parseNumber(text string) float64 {
	point := strings.LastIndexAny(text, ".,")
	if thousands.MatchString(text) {
		point = strings.LastIndexByte(text, '.')
	} else if strings.Count(text, ".") > 1 && !strings.Contains(text, ",") {
		point = -1
	}
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s)
	}
	if point >= 0 {
		text = digits(text[:point]) + "." + digits(text[point:])
	} else {
		text = digits(text)
	}
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

// FindNumber finds the first number in a text, and where it starts and ends. at is
// nil if there is none.
func FindNumber(text string) (number float64, at []int) {
	if at = numberPattern.FindStringIndex(text); at != nil {
		number = parseNumber(text[at[0]:at[1]])
	}
	return number, at
}

// FindSize finds the first size in a text, and returns it in bytes. kB, MB and so on
// are powers of 1000, as Docker prints them; KiB, MiB and so on of 1024.
func FindSize(text string) (size float64, ok bool) {
	g := sizePattern.FindStringSubmatch(text)
	if g == nil {
		return 0, false
	}
	size = parseNumber(g[1])
	step := 1000.0
	if strings.HasSuffix(g[2], "i") {
		step = 1024
	}
	for range strings.IndexByte(" kMGT", strings.Replace(g[2]+" ", "K", "k", 1)[0]) {
		size *= step
	}
	return size, true
}
