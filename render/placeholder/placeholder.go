// Package placeholder marks the placeholders in a page's code: the names that
// readers replace by their own values, such as YOUR_NAME. The theme's script
// puts fields in their places.
//
// Type Names marks lines of HTML after the code has been coloured, and writes
// the code spans of running text.
package placeholder

import (
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content/config"
	"handbook/render/rewrite"
)

// Names are the placeholders of a page.
type Names struct {
	find  func(text string) [][]int
	stems []string // the letters with which the names begin

	patterns config.Patterns // those that the page does not contain yet, by name
}

// stemRE finds the letters with which a name begins.
var stemRE = regexp.MustCompile(`[A-Za-z]+`)

// New returns the names of placeholders; patterns say which values readers can
// give them, by name.
func New(values config.Placeholders, patterns config.Patterns) *Names {
	p := &Names{find: values.Finder(), patterns: maps.Clone(patterns)}
	for name := range values {
		p.stems = append(p.stems, stemRE.FindString(name))
	}
	return p
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (p *Names) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindCodeSpan, p.renderCodeSpan)
}

// Mark wraps the placeholders in a line of HTML in elements. A name may extend
// over several elements, such as "<" and "name", since highlighting does not
// know about placeholders.
func (p *Names) Mark(line string) string {
	if !slices.ContainsFunc(p.stems, func(stem string) bool { return strings.Contains(line, stem) }) {
		return line
	}
	pieces := split(line)
	var text strings.Builder
	for _, piece := range pieces {
		text.WriteString(piece.text)
	}
	found := p.find(text.String())
	if len(found) == 0 {
		return line
	}
	var b strings.Builder
	at := 0 // in the text
	for _, piece := range pieces {
		for len(found) > 0 && at >= found[0][1] {
			found = found[1:]
		}
		within := len(found) > 0 && at >= found[0][0] && piece.text != ""
		switch {
		case !within:
			b.WriteString(piece.html)
		case at == found[0][0]:
			name := text.String()[at:found[0][1]]
			b.WriteString(`<span class="ph" data-ph="` + html.EscapeString(name) + `"` + p.pattern(name) + ">" + html.EscapeString(name) + "</span>")
		}
		at += len(piece.text)
	}
	return b.String()
}

// pattern returns an attribute with the pattern of a name for its first
// mention on the page, and "" for others or if it has no pattern.
func (p *Names) pattern(name string) string {
	pattern, ok := p.patterns[name]
	if !ok {
		return ""
	}
	delete(p.patterns, name)
	return ` data-pattern="` + pattern.String() + `"`
}

// MarkHidden is Mark for text that is not displayed until it is needed.
func (p *Names) MarkHidden(text string) string {
	patterns := p.patterns
	p.patterns = nil
	text = p.Mark(text)
	p.patterns = patterns
	return text
}

// A piece is a tag, or the HTML of one character.
type piece struct{ html, text string }

// split cuts a line of HTML into pieces.
func split(line string) (pieces []piece) {
	for line != "" {
		n := 1
		switch line[0] {
		case '<':
			n = 1 + strings.IndexByte(line, '>')
			pieces = append(pieces, piece{html: line[:n]})
		case '&':
			n = 1 + strings.IndexByte(line, ';')
			fallthrough
		default:
			pieces = append(pieces, piece{line[:n], html.UnescapeString(line[:n])})
		}
		line = line[n:]
	}
	return pieces
}

// renderCodeSpan marks the placeholders in a code span. It leaves out spans that
// are nothing but a name ("replace NAME by yours"), and those in links and
// headings, where readers cannot type.
func (p *Names) renderCodeSpan(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
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
	if inFlow(n) && !p.isName(code) {
		line = []byte(p.Mark(string(line)))
	}
	name := ""
	if inFlow(n) && p.isName(code) { // a mention, not a place to type
		name = ` data-mention="` + html.EscapeString(code) + `"` + p.pattern(code)
	}
	b.WriteString("<code" + name + ">" + rewrite.Breakable(string(line)) + "</code>")
	return ast.WalkSkipChildren, nil
}

func (p *Names) isName(s string) bool {
	found := p.find(s)
	return len(found) == 1 && found[0][1]-found[0][0] == len(s)
}

// inFlow reports whether a node is neither in a link nor in a heading.
func inFlow(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if k := n.Kind(); k == ast.KindLink || k == ast.KindHeading {
			return false
		}
	}
	return true
}
