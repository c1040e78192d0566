package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// Title returns the level-1 heading that a page starts with, or nil.
func Title(doc ast.Node) *ast.Heading {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindLinkReferenceDefinition { // which is not rendered
			h, ok := n.(*ast.Heading)
			if ok && h.Level == 1 {
				return h
			}
			return nil
		}
	}
	return nil
}

// HeadingID returns the id of a heading, or "".
func HeadingID(h *ast.Heading) string {
	v, ok := h.AttributeString("id")
	if !ok {
		return ""
	}
	switch id := v.(type) {
	case []byte:
		return string(id)
	case string:
		return id
	}
	return ""
}

// LineStarts returns the offset of each line, and of the end of the source.
func LineStarts(source []byte) []int {
	starts := append(make([]int, 0, 2+bytes.Count(source, []byte("\n"))), 0)
	for i, c := range source {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	if starts[len(starts)-1] != len(source) {
		starts = append(starts, len(source))
	}
	return starts
}

// Destination returns the offset of a link's or an image's destination. For a
// link by reference it is the offset of the link itself. It is -1 if that is
// not known.
func Destination(source []byte, n ast.Node, dest []byte) int {
	start := n.Pos()
	if start < 0 {
		return -1
	}
	rest := source[start:min(len(source), start+2000+len(dest))]
	for _, open := range []string{"](", "](<"} {
		if i := bytes.Index(rest, append([]byte(open), dest...)); i >= 0 && !bytes.Contains(rest[:i], []byte("\n\n")) {
			return start + i + len(open)
		}
	}
	return start
}

// Unescape resolves backslash escapes and entities in a destination or a title,
// as CommonMark specifies.
func Unescape(b []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b))))
}

// RawText returns the source of a piece of raw HTML.
func RawText(n ast.Node, source []byte) []byte {
	var b bytes.Buffer
	switch n := n.(type) {
	case *ast.HTMLBlock:
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			b.Write(line.Value(source))
		}
		if n.HasClosure() {
			b.Write(n.ClosureLine.Value(source))
		}
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			b.Write(s.Value(source))
		}
	}
	return b.Bytes()
}

// RawOffset returns the offset of a text in a piece of raw HTML, -1 if it is not
// known.
func RawOffset(source []byte, n ast.Node, text string) int {
	start := n.Pos()
	switch n := n.(type) {
	case *ast.HTMLBlock:
		if n.Lines().Len() > 0 {
			start = n.Lines().At(0).Start
		}
	case *ast.RawHTML:
		start = n.Segments.At(0).Start
	}
	if start < 0 {
		return -1
	}
	return start + max(0, bytes.Index(source[start:], []byte(text)))
}
