package markdown

import (
	"bytes"
	"strconv"
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

// goldmarkParser returns the parser of pages. It may be used by several goroutines
// at once.
var goldmarkParser = sync.OnceValue(func() parser.Parser {
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(parser.DefaultBlockParsers()...),
			parser.WithInlineParsers(parser.DefaultInlineParsers()...),
			parser.WithParagraphTransformers(util.Prioritized(boundedReferences{parser.LinkReferenceParagraphTransformer}, 100)),
		)),
		goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.TaskList, extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(
			parser.WithASTTransformers(util.Prioritized(headingIDs{}, 900), util.Prioritized(extension.NewTableASTTransformer(), 0)),
			parser.WithParagraphTransformers(util.Prioritized(boundedTables{extension.NewTableParagraphTransformer()}, 200)),
			parser.WithBlockParsers(util.Prioritized(boundedBlocks{parser.NewParagraphParser()}, 0)),
			parser.WithInlineParsers(util.Prioritized(boundedText{}, 0)),
		),
	).Parser()
})

// Parse parses source from a byte offset on, so that every segment of the tree
// points into the whole source. It also returns what exceeded the limits and
// was left as plain text.
func Parse(source []byte, offset int) (ast.Node, []Cut) {
	r := text.NewReader(source)
	if offset > 0 {
		end := len(source)
		if i := bytes.IndexByte(source[offset:], '\n'); i >= 0 {
			end = offset + i + 1
		}
		line := bytes.Count(source[:offset], []byte("\n"))
		r.SetPosition(line, text.NewSegment(offset, end))
	}
	b := newBounds(source)
	doc := goldmarkParser().Parse(r, parser.WithContext(b))
	return doc, b.cut
}

// Walk yields a node and everything below it, in document order.
func Walk(root ast.Node) func(yield func(ast.Node) bool) {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && !yield(n) {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
	}
}

// PlainText returns the text of a node without any markup.
func PlainText(n ast.Node, source []byte) string {
	return PlainTextWith(n, source, func(ast.Node) (string, bool) { return "", false })
}

// PlainTextWith is PlainText with other texts in place of the nodes for which
// instead returns one.
func PlainTextWith(n ast.Node, source []byte, instead func(ast.Node) (text string, ok bool)) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if text, ok := instead(c); ok {
			b.WriteString(text)
			return ast.WalkSkipChildren, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			text := c.Segment.Value(source)
			if !c.IsRaw() { // code has no escapes
				text = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(text)))
			}
			b.Write(text)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.Label(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// slugs are the ids of one page's headings, each with the number that the next
// heading of the same text may have.
type slugs map[string]int

func (s slugs) next(heading string) string {
	slug := Slug(heading)
	id := slug
	for s[id] > 0 {
		id = slug + "-" + strconv.Itoa(s[slug])
		s[slug]++
	}
	s[id] = 1
	return id
}

// Slug returns the anchor that GitHub gives to a heading of this text: in lower
// case, with hyphens for spaces, and without anything but letters, digits,
// marks, hyphens and underscores.
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
