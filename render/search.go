package render

import (
	"bytes"
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

// searchPart is how much text the search gets in one file, in bytes. A site
// with more has its pages and headings in searchName, to be searched at once,
// and its texts in files that follow: an edit changes one of them.
const searchPart = 256 << 10

// search writes the pages and their passages as a call of the theme's script:
// hbSearch([[url, title], …], [[page, id, heading, text], …], parts). On a big
// site the texts are left out there, and each part calls
// hbSearchText(number of its first passage, [text, …]).
func (r *Renderer) search(files Files) error {
	found := make([][]passage, len(r.pages))
	r.each(func(i int) { found[i] = r.cache.passages(r.pages[i]) })
	pages, rows, texts, size := make([][2]string, 0, len(r.pages)), [][]any{}, []string{}, 0
	for i, p := range r.pages {
		pages = append(pages, [2]string{escapePath(outName(p)), p.Title})
		for _, part := range found[i] {
			part.page = i
			if part.heading != "" || part.text != "" || part.id == "" {
				rows = append(rows, []any{part.page, part.id, part.heading})
				texts = append(texts, part.text)
				size += len(part.text)
			}
		}
	}
	parts := 0
	if size <= searchPart {
		for i, text := range texts {
			rows[i] = append(rows[i], text)
		}
	} else {
		for first := 0; first < len(texts); parts++ {
			last, size := first, 0
			for ; last < len(texts) && size < searchPart; last++ {
				size += len(texts[last])
			}
			if err := writeCall(files, searchPartName(parts), "hbSearchText", first, texts[first:last]); err != nil {
				return err
			}
			first = last
		}
	}
	return writeCall(files, searchName, "hbSearch", pages, rows, parts)
}

func searchPartName(i int) string {
	return strings.TrimSuffix(searchName, ".js") + "-" + itoa(i+1) + ".js"
}

// writeCall writes a script that is one call of a function.
func writeCall(files Files, name, function string, args ...any) error {
	var b bytes.Buffer
	b.WriteString(function + "(")
	for i, arg := range args {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := json.Marshal(arg)
		if err != nil {
			return err
		}
		b.Write(text)
	}
	b.WriteString(")\n")
	files[name] = b.Bytes()
	return nil
}
