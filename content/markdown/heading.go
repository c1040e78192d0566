package markdown

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// headingIDs gives every heading an id: the one at its end, {#id}, or else the
// one that GitHub makes from the heading's rendered text.
type headingIDs struct{}

func (headingIDs) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	var headings []*ast.Heading
	ids := make(slugs)
	for n := range Walk(doc) {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		headings = append(headings, h)
		// Other headings, even those above, yield to it.
		if id := cutID(h, r.Source()); id != "" {
			h.SetAttributeString(wantedID, []byte(id))
			if ids[id] == 0 {
				h.SetAttributeString("id", []byte(id))
				ids[id] = 1
			}
		}
	}
	for _, h := range headings {
		if HeadingID(h) == "" {
			h.SetAttributeString("id", []byte(ids.next(PlainText(h, r.Source()))))
		}
	}
}

// wantedID is the attribute with the id that the author has written.
const wantedID = "wanted"

// WantedID returns the id that the author has given a heading, or "". It is
// not the heading's id if another heading above already has it.
func WantedID(h *ast.Heading) string {
	if v, ok := h.AttributeString(wantedID); ok {
		return string(v.([]byte))
	}
	return ""
}

var ownID = regexp.MustCompile(`[ \t]+\{#([\pL\pN_.:-]+)\}[ \t]*$`)

// cutID takes the id away from the end of a heading's text and returns it. It
// returns "" if there is none.
func cutID(h *ast.Heading, source []byte) string {
	n := h.Lines().Len()
	if n == 0 {
		return ""
	}
	line := h.Lines().At(n - 1)
	value := bytes.TrimRight(line.Value(source), "\n")
	if !bytes.HasSuffix(bytes.TrimRight(value, " \t"), []byte("}")) {
		return ""
	}
	m := ownID.FindSubmatchIndex(value)
	if m == nil {
		return ""
	}
	cut := line.Start + m[0]
	for c := h.LastChild(); c != nil; c = h.LastChild() {
		t, ok := c.(*ast.Text)
		if !ok || t.Segment.Stop <= cut {
			break
		}
		if t.Segment.Start < cut {
			t.Segment.Stop = cut
			break
		}
		h.RemoveChild(h, c)
	}
	return string(value[m[2]:m[3]])
}
