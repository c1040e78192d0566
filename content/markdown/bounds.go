package markdown

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// MaxLines is how many lines a page may have.
const MaxLines = 100_000

// Limits on the Markdown of a page. The time that Goldmark takes, or the text
// that it makes, grows with the square of each of these. What exceeds a limit
// is left as plain text.
const (
	maxNested    = 40 // nested blocks; a list counts as two, itself and its item
	maxFootnotes = 2_000
	maxTogether  = 10_000  // lines of a paragraph that starts with definitions of links
	maxCells     = 200_000 // of all tables; each row counts as the longest one
	maxMarks     = 1 << 30 // characters that may be markup, multiplied by the length of their paragraph
	maxRepeated  = 100_000 // bytes of destinations that come from references, or the length of the page
)

// bounds counts towards the limits while a page is parsed, and records what
// exceeds them.
type bounds struct {
	parser.Context
	source    []byte
	footnotes int
	cells     int
	marks     int
	repeated  int
	block     ast.Node // the one whose text is being parsed
	plain     bool     // it is text
	cut       []Cut
}

// A Cut is a construct that was left as plain text, at an offset of the
// source.
type Cut struct {
	Offset int
	What   string
}

func newBounds(source []byte) *bounds { return &bounds{Context: parser.NewContext(), source: source} }

// maxTold is how many cuts of a page are reported.
const maxTold = 20

func (b *bounds) cutOff(offset int, what string, args ...any) {
	if len(b.cut) == maxTold {
		return
	}
	if len(b.cut) == maxTold-1 {
		what += ", and so on"
	}
	b.cut = append(b.cut, Cut{offset, fmt.Sprintf(what, args...)})
}

// Reference finds the definition of a link by reference.
func (b *bounds) Reference(label string) (parser.Reference, bool) {
	ref, ok := b.Context.Reference(label)
	if !ok {
		return nil, false
	}
	most := max(maxRepeated, len(b.source))
	if b.repeated > most {
		return nil, false
	}
	if b.repeated += len(ref.Destination()) + len(ref.Title()); b.repeated > most {
		b.cutOff(blockStart(b.block), "links by reference from here on are shown as text: the page has more than %d bytes of their destinations", most)
		return nil, false
	}
	return ref, true
}

// blockStart returns the offset at which a block's text starts.
func blockStart(n ast.Node) int {
	if n == nil || n.Lines().Len() == 0 {
		return 0
	}
	return n.Lines().At(0).Start
}

// boundedBlocks parses blocks that contain others. Those that are nested too
// deeply become paragraphs.
type boundedBlocks struct{ parser.BlockParser }

// Trigger implements parser.BlockParser.
func (boundedBlocks) Trigger() []byte { return []byte(">-+*0123456789:[") }

// Open implements parser.BlockParser.
func (p boundedBlocks) Open(parent ast.Node, r text.Reader, pc parser.Context) (ast.Node, parser.State) {
	b, ok := pc.(*bounds)
	if !ok {
		return nil, parser.NoChildren
	}
	line, at := r.PeekLine()
	if bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("[^")) {
		if b.footnotes++; b.footnotes <= maxFootnotes {
			return nil, parser.NoChildren
		}
		if b.footnotes == maxFootnotes+1 {
			b.cutOff(at.Start, "footnotes from here on are shown as text: the page has more than %d", maxFootnotes)
		}
		return p.BlockParser.Open(parent, r, pc)
	}
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		depth++
	}
	if depth <= maxNested || parent.Kind() == ast.KindList || parent.Kind() == east.KindDefinitionList { // its items follow
		return nil, parser.NoChildren
	}
	b.cutOff(at.Start, "lists and quotes in each other are shown as text from here on: they are more than %d deep", maxNested/2)
	return p.BlockParser.Open(parent, r, pc)
}

// boundedText parses blocks with too many marks as plain text.
type boundedText struct{}

// Trigger implements parser.InlineParser.
func (boundedText) Trigger() []byte { return []byte(marks + " ") }

const marks = "*_~[]!`<("

// isMark is a table of the bytes of marks, since it is consulted for each byte
// of a page.
var isMark = func() (is [256]bool) {
	for _, c := range []byte(marks) {
		is[c] = true
	}
	return is
}()

// Parse implements parser.InlineParser.
func (boundedText) Parse(parent ast.Node, r text.Reader, pc parser.Context) ast.Node {
	b, ok := pc.(*bounds)
	if !ok {
		return nil
	}
	if b.block != parent {
		b.block, b.plain = parent, b.tooMany(parent)
	}
	if !b.plain {
		return nil
	}
	line, at := r.PeekLine()
	n := len(bytes.TrimRight(line, "\n"))
	if n == 0 {
		return nil
	}
	r.Advance(n)
	return ast.NewTextSegment(at.WithStop(at.Start + n))
}

// tooMany counts the marks of a block, and reports whether there are too many.
func (b *bounds) tooMany(block ast.Node) bool {
	n, size := 0, 0
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		size += line.Len()
		for _, c := range line.Value(b.source) {
			if isMark[c] {
				n++
			}
		}
	}
	if b.marks+n*size > maxMarks {
		b.cutOff(blockStart(block), "shown as text: %d characters that may be markup are too many in one paragraph", n)
		return true
	}
	b.marks += n * size
	return false
}

// boundedReferences parses the definitions of links, unless too many follow
// each other.
type boundedReferences struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t boundedReferences) Transform(n *ast.Paragraph, r text.Reader, pc parser.Context) {
	if b, ok := pc.(*bounds); ok && n.Lines().Len() > maxTogether {
		first := n.Lines().At(0)
		if bytes.HasPrefix(first.Value(r.Source()), []byte("[")) {
			b.cutOff(first.Start, "shown as text: more than %d lines of links together", maxTogether)
		}
		return
	}
	t.ParagraphTransformer.Transform(n, r, pc)
}

// boundedTables parses tables that are not too large. Paragraphs that look
// like a table count too.
type boundedTables struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t boundedTables) Transform(n *ast.Paragraph, r text.Reader, pc parser.Context) {
	if b, ok := pc.(*bounds); ok && b.tooLarge(n) {
		b.cutOff(blockStart(n), "shown as text: the page has tables of more than %d cells", maxCells)
		return
	}
	t.ParagraphTransformer.Transform(n, r, pc)
}

// tooLarge counts the cells of a paragraph as a table, and reports whether
// there are too many.
func (b *bounds) tooLarge(n *ast.Paragraph) bool {
	columns := 0
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		columns = max(columns, bytes.Count(line.Value(b.source), []byte("|")))
	}
	cells := columns * n.Lines().Len()
	if b.cells+cells > maxCells {
		return true
	}
	b.cells += cells
	return false
}
