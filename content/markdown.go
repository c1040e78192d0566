package content

import (
	"strings"
	"sync"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Parser returns the parser of pages: CommonMark with GFM, footnotes,
// definition lists, and heading ids as GitHub makes them. It may be used by
// several goroutines at once.
var Parser = sync.OnceValue(func() parser.Parser {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(headingIDs{}, 900))),
	).Parser()
})

// parseMarkdown parses source from a byte offset on, so that every segment
// of the tree points into the whole source.
func parseMarkdown(source []byte, offset int) ast.Node {
	r := text.NewReader(source)
	if offset > 0 {
		end := len(source)
		if i := strings.IndexByte(string(source[offset:]), '\n'); i >= 0 {
			end = offset + i + 1
		}
		line := strings.Count(string(source[:offset]), "\n")
		r.SetPosition(line, text.NewSegment(offset, end))
	}
	return Parser().Parse(r)
}

// headingIDs gives every heading the id that GitHub would, which is made of
// the heading's text, not of its source.
type headingIDs struct{}

func (headingIDs) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	ids := make(slugs)
	for n := range walk(doc) {
		if h, ok := n.(*ast.Heading); ok {
			h.SetAttributeString("id", []byte(ids.next(PlainText(h, r.Source()))))
		}
	}
}

// walk yields a node and all that is below it, in document order.
func walk(root ast.Node) func(yield func(ast.Node) bool) {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && !yield(n) {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
	}
}

// PlainText returns what a node reads as, without any markup.
func PlainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := range walk(n) {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(c.Segment.Value(source)))))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.Label(source))
		}
	}
	return b.String()
}

// slugs makes the ids of one page's headings.
type slugs map[string]bool

func (s slugs) next(heading string) string {
	slug := Slug(heading)
	id := slug
	for n := 1; s[id]; n++ {
		id = slug + "-" + itoa(n)
	}
	s[id] = true
	return id
}

// Slug returns the anchor that GitHub gives to a heading of this text: lower
// case, spaces as hyphens, letters, digits, marks, hyphens and low lines
// kept, all else dropped.
func Slug(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(heading)) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.Is(unicode.Pc, r):
			b.WriteRune(r)
		}
	}
	return b.String()
}
