package html

import (
	"github.com/yuin/goldmark/ast"

	"handbook/content/markdown"
)

// A Heading is an entry of a page's table of contents.
type Heading struct {
	ID       string
	Text     string
	Headings []Heading // below it
}

// contents returns the headings from level 2 down to the lowest level, nested
// by level.
func contents(doc ast.Node, source []byte, lowest int) []Heading {
	var list []Heading
	levels := []int{} // of the headings that may contain the next one
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level < 2 || h.Level > lowest || markdown.HeadingID(h) == "" {
			continue
		}
		for len(levels) > 0 && levels[len(levels)-1] >= h.Level {
			levels = levels[:len(levels)-1]
		}
		at := &list
		for range levels {
			at = &(*at)[len(*at)-1].Headings
		}
		*at = append(*at, Heading{ID: markdown.HeadingID(h), Text: markdown.PlainText(h, source)})
		levels = append(levels, h.Level)
	}
	return list
}
