package prompt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arrowRE matches comments that begin with an arrow. They state expected output,
// or nearly so: authors write "#->", "# =>" and "# →" for "# ->". Longer arrows
// ("# -->") are seen in prose.
var arrowRE = regexp.MustCompile(`^#+[ \t]*(?:->|=>|[→⇒])[ \t]*`)

// Mistakes in the placement of expected output.
const (
	noCommand     = "expected output without a command before it"
	insideCommand = "expected output inside a command, expected it behind the command's end"
	besideSession = "expected output in a comment of a session, expected it in the lines below the command"
)

// claimOf returns the expected output that a comment states. wrong says what
// is wrong with a comment that looks like one. Both are empty for other
// comments.
func claimOf(comment string) (text string, claims bool, wrong string) {
	comment = strings.TrimRight(comment, " \t\n")
	arrow := arrowRE.FindString(comment)
	if arrow == "" {
		return "", false, ""
	}
	if text, ok := strings.CutPrefix(comment+" ", "# -> "); ok {
		return strings.TrimSuffix(text, " "), true, ""
	}
	right := strings.TrimRight("# -> "+comment[len(arrow):], " ")
	return "", false, fmt.Sprintf("%q is not read as expected output, expected %q", comment, right)
}

// A comment is a comment within code.
type comment struct {
	text   string // with its "#"
	offset int
}

// shellComments returns the comments of parsed code in the order in which they
// stand there.
func shellComments(file *syntax.File) (all []comment) {
	syntax.Walk(file, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Comment); ok {
			all = append(all, comment{"#" + c.Text, int(c.Hash.Offset())})
		}
		return true
	})
	slices.SortFunc(all, func(a, b comment) int { return a.offset - b.offset })
	return all
}

// lineComments returns what looks like comments in code of any language, at
// most one in each line.
func lineComments(code string) (all []comment) {
	offset := 0
	for line := range strings.Lines(code) {
		if at := commentAt(line); at >= 0 {
			all = append(all, comment{strings.TrimRight(line[at:], "\n"), offset + at})
		}
		offset += len(line)
	}
	return all
}

// commentAt returns the index of the comment in a line, or -1. A "#" between
// quotation marks starts none, unless the last of the marks is an apostrophe.
func commentAt(line string) int {
	found, quote := -1, byte(0)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			if quote == 0 {
				return i
			}
			if found < 0 && arrowRE.MatchString(line[i:]) {
				found = i
			}
		case c == '\\':
			i++
		case quote == c:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'' || c == '`'):
			quote = c
		}
	}
	if quote == 0 {
		return -1 // it is quoted
	}
	return found
}

// add adds a line of expected output that stands at an offset of the code.
func (c *Command) add(line string, offset int) {
	if c.Expect == nil {
		c.Expect = &Expect{Offset: offset}
	}
	c.Expect.Lines = append(c.Expect.Lines, line)
}

// trim removes empty lines at the end, which are invisible on a screen.
func (e *Expect) trim() {
	if e == nil {
		return
	}
	for n := len(e.Lines); n > 0 && e.Lines[n-1] == ""; n-- {
		e.Lines = e.Lines[:n-1]
	}
}
