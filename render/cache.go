package render

import (
	"encoding/binary"
	"encoding/json"

	"handbook/content"
	"handbook/render/outline"
)

// A Cache saves work of earlier renderings. The files that are rendered are the
// same with and without it.
//
// The key of a value is a digest of everything the value depends on, so no
// value is ever out of date:
//
//	outline    the page
//	questions  the page, its record and status, the settings of documents
//	document   the same, and the answers to the questions
//	HTML       the view that the templates see, and the theme
type Cache struct {
	Store content.Store // must not have values of another build of the program; may be nil
}

// Visit saves a page's outline while the page is parsed: see
// content.Loader.
func (c *Cache) Visit(p *content.Page) {
	if c.Store != nil {
		c.outline(p)
	}
}

// outline returns the outline of a page.
func (c *Cache) outline(p *content.Page) (o outline.Outline) {
	b := c.value("outline", p, func() []byte { return toJSON(outline.New(p, p.Tree())) })
	fromJSON(b, &o)
	return o
}

// value returns a value that depends on a page alone.
func (c *Cache) value(kind string, p *content.Page, make func() []byte) []byte {
	b, _ := content.Cached(c.Store, content.KeyOf(kind, string(p.Key[:])), func() ([]byte, error) { return make(), nil })
	return b
}

// pack encodes several texts as one value. It is for large texts: decoding them
// from JSON takes ten times as long.
func pack[T string | []byte](texts ...T) []byte {
	size := 0
	for _, text := range texts {
		size += binary.MaxVarintLen64 + len(text)
	}
	b := make([]byte, 0, size)
	for _, text := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// unpack decodes what pack has encoded. The texts share the memory of b, since
// copies would take much of the memory of a build.
func unpack(b []byte) [][]byte {
	var texts [][]byte
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		end := size + int(n)
		texts = append(texts, b[size:end:end])
		b = b[end:]
	}
	return texts
}

// toJSON encodes a value that JSON can hold.
func toJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("render: " + err.Error())
	}
	return b
}

// fromJSON decodes what toJSON has encoded. It can't fail, since a store only
// has values of the same build of the program.
func fromJSON(b []byte, v any) {
	if err := json.Unmarshal(b, v); err != nil {
		panic("render: " + err.Error())
	}
}
