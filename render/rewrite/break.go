package rewrite

import (
	"regexp"
	"strings"
)

// longCode is the length from which on code in running text may need breaks.
const longCode = 12

var (
	breakRE  = regexp.MustCompile(`[/=:,@_?]+`)
	countRE  = regexp.MustCompile(`(\[[0-9]+/)<wbr>([0-9]+\])`) // of a build's step
	optionRE = regexp.MustCompile(`(^| )(-[\w-]*[A-Za-z_][\w-]*)`)
)

// Breakable adds line break opportunities to code in running text and in tables:
// after separators of paths, addresses and names, but not within an option such
// as -d or --no-cache. Entities and tags stay whole.
func Breakable(line string) string {
	if len(line) < longCode {
		return line
	}
	var b strings.Builder
	for line != "" {
		n := strings.IndexAny(line, "<&")
		if n < 0 {
			n = len(line)
		}
		text := breakRE.ReplaceAllString(line[:n], "$0<wbr>")
		text = countRE.ReplaceAllString(text, "$1$2")
		b.WriteString(optionRE.ReplaceAllString(text, `$1<span class="nb">$2</span>`))
		if line = line[n:]; line == "" {
			break
		}
		end := 1 + strings.IndexByte(line, map[byte]byte{'<': '>', '&': ';'}[line[0]])
		b.WriteString(line[:end])
		line = line[end:]
	}
	return strings.TrimSuffix(b.String(), "<wbr>")
}
