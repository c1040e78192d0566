package render

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// placeholders finds the names that readers put their own values for.
type placeholders struct {
	re     *regexp.Regexp // nil if there are none
	values *strings.Replacer
}

// newPlaceholders takes the names of the site and of the lab, whose values
// include the site's.
func newPlaceholders(c *content.Config, lab *content.Lab) *placeholders {
	values := c.Placeholders
	if lab != nil {
		values = lab.Placeholders
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	// Of names that start alike the longest is meant.
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	var pairs, patterns []string
	for _, name := range names {
		pairs = append(pairs, name, values[name])
		patterns = append(patterns, regexp.QuoteMeta(name))
	}
	p := &placeholders{values: strings.NewReplacer(pairs...)}
	if len(names) > 0 {
		p.re = regexp.MustCompile(`<[^>]*>|\b(?:` + strings.Join(patterns, "|") + `)\b`)
	}
	return p
}

// bind puts the values that verify ran with in place of the names.
func (p *placeholders) bind(s string) string { return p.values.Replace(s) }

// mark wraps the placeholders in a line of HTML. Tags are matched first and
// left alone.
func (p *placeholders) mark(line string) string {
	if p.re == nil {
		return line
	}
	return p.re.ReplaceAllStringFunc(line, func(m string) string {
		if m[0] == '<' {
			return m
		}
		return `<span class="ph" data-ph="` + m + `">` + m + "</span>"
	})
}

// renderCodeSpan marks the placeholders in a piece of code in running text. One
// that is all of it is meant as a name ("replace NAME by yours"), and in a link
// or heading nobody could type.
func (w *writer) renderCodeSpan(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var text strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		segment := c.(*ast.Text).Segment
		text.Write(segment.Value(source))
	}
	code := strings.ReplaceAll(text.String(), "\n", " ")
	line := util.EscapeHTML([]byte(code))
	if inFlow(n) && !w.holders.isName(code) {
		line = []byte(w.holders.mark(string(line)))
	}
	b.WriteString("<code>")
	b.Write(line)
	b.WriteString("</code>")
	return ast.WalkSkipChildren, nil
}

func (p *placeholders) isName(s string) bool { return p.re != nil && p.re.FindString(s) == s }

// inFlow tells whether a node stands in no link and no heading.
func inFlow(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if k := n.Kind(); k == ast.KindLink || k == ast.KindHeading {
			return false
		}
	}
	return true
}
