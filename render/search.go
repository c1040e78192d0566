package render

import (
	"encoding/json"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"handbook/content"
)

// searchName is the file that holds what readers search in. It is a script, as
// pages from file:// can load scripts but no data, and has no digest in its
// name, as otherwise a changed word would change every page.
const searchName = "search.js"

// A passage is what a hit of the search leads to: a heading with the text
// under it.
type passage struct {
	page    int
	id      string // anchor, "" for the top of the page
	heading string
	text    string
}

// passages cuts a page at its headings.
func passages(p *content.Page, index int) []passage {
	list := []passage{{page: index, text: p.Front.Description}}
	code := make(map[ast.Node]*content.Snippet)
	for _, s := range p.Snippets {
		code[s.Node] = s
	}
	add := func(text string) {
		last := &list[len(list)-1]
		last.text = strings.TrimSpace(last.text + " " + strings.Join(strings.Fields(text), " "))
	}
	title := firstBlock(p.Doc)
	_ = ast.Walk(p.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n != title || n.Level != 1 {
				list = append(list, passage{page: index, id: headingID(n), heading: content.PlainText(n, p.Source)})
			}
		case *ast.Paragraph, *ast.TextBlock, *east.TableCell, *east.DefinitionTerm:
			add(content.PlainText(n, p.Source))
		case *ast.FencedCodeBlock:
			if s := code[n]; s != nil && !s.Options.Hide {
				add(s.Options.File + " " + s.Code)
			}
		case *ast.CodeBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				add(string(line.Value(p.Source)))
			}
		default:
			return ast.WalkContinue, nil
		}
		return ast.WalkSkipChildren, nil
	})
	return list
}

// search writes the pages and their passages as a call of the theme's script:
// hbSearch([[url, title], …], [[page, id, heading, text], …]).
func (r *Renderer) search(files Files) error {
	found := make([][]passage, len(r.pages))
	r.each(func(i int) { found[i] = r.cache.passages(r.pages[i]) })
	pages, rows := make([][2]string, 0, len(r.pages)), [][4]any{}
	for i, p := range r.pages {
		pages = append(pages, [2]string{escapePath(outName(p)), p.Title})
		for _, part := range found[i] {
			part.page = i
			if part.heading != "" || part.text != "" || part.id == "" {
				rows = append(rows, [4]any{part.page, part.id, part.heading, part.text})
			}
		}
	}
	a, err := json.Marshal(pages)
	if err != nil {
		return err
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	files[searchName] = []byte("hbSearch(" + string(a) + "," + string(b) + ")\n")
	return nil
}
