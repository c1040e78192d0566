package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sort"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/markdown"
)

// A Tree is what a page's Markdown was parsed into.
type Tree struct {
	Doc      ast.Node   // Source as package markdown parses it, without the front matter; segments point into Source
	Snippets []*Snippet // every fenced block, in order
	Measures []*Measure // measured values in the text of a lab, in order
	Unfenced []Unfenced // code blocks of a lab that are not fenced, in order
	Cut      Errors     // what is left as plain text, since parsing it as Markdown would take too long
}

// An Unfenced is a code block that can't be verified, since it is not fenced.
type Unfenced struct {
	Pos  Pos
	What string // "indented code", "<pre>"
}

// Tree returns the page's tree. A page that was read light (see Loader) is parsed
// again on each call.
func (p *Page) Tree() *Tree {
	if p.tree != nil {
		return p.tree
	}
	t := newTreeReader(p, nil) // the page has the files that it includes
	t.read()                   // has no errors: pages with errors are not light
	return t.tree
}

// Numbered returns the snippet with that number, or nil.
func (t *Tree) Numbered(n int) *Snippet {
	i := slices.IndexFunc(t.Snippets, func(s *Snippet) bool { return n > 0 && s.Number == n })
	if i < 0 {
		return nil
	}
	return t.Snippets[i]
}

// Named returns the first snippet with that name (name=), or nil.
func (t *Tree) Named(name string) *Snippet {
	i := slices.IndexFunc(t.Snippets, func(s *Snippet) bool { return name != "" && s.Options.Name == name })
	if i < 0 {
		return nil
	}
	return t.Snippets[i]
}

// A treeReader makes a page's tree.
type treeReader struct {
	page     *Page
	fsys     fs.FS              // where included files are read; nil: all of them are in included
	included map[string]*string // their texts, by path; nil: there is none
	index    lineIndex          // of the page's source
	looked   int                // bytes of included files; a file counts each time
	written  written            // by the snippets so far
	numbered int                // how many of the snippets have a role
	tree     *Tree
	errs     Errors
}

func newTreeReader(p *Page, fsys fs.FS) *treeReader {
	t := &treeReader{page: p, fsys: fsys, included: p.included, index: newLineIndex(p.Source)}
	if n := len(t.index); n > markdown.MaxLines {
		t.fail(Pos{File: p.pos, Line: markdown.MaxLines + 1, Col: 1}, fmt.Sprintf("the page has more than %d lines", markdown.MaxLines))
		t.tree = &Tree{Doc: ast.NewDocument()}
		return t
	}
	doc, cuts := markdown.Parse(p.Source, config.FrontSize(p.Source))
	t.tree = &Tree{Doc: doc}
	for _, c := range cuts {
		t.tree.Cut = append(t.tree.Cut, &Error{Pos: t.pos(c.Offset), Msg: c.What})
	}
	return t
}

func (t *treeReader) read() {
	for n := range markdown.Walk(t.tree.Doc) {
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			s := t.snippet(n)
			if s.Role != info.Shown {
				t.numbered++
				s.Number = t.numbered
			}
			t.tree.Snippets = append(t.tree.Snippets, s)
			t.written.add(s, t.page.Lab.MachineOf(s.Options.On))
		case *ast.Link:
			t.measure(n)
		case *ast.CodeBlock:
			t.unfenced("indented code", n.Lines().At(0).Start)
		case *ast.HTMLBlock:
			if n.HTMLBlockType != ast.HTMLBlockType2 { // a comment
				t.pre(n.Lines())
			}
		case *ast.RawHTML:
			t.pre(n.Segments)
		}
	}
	if t.page.Lab != nil {
		t.commands()
		t.sources()
	}
}

// unfenced records a code block of a lab that is not fenced.
func (t *treeReader) unfenced(what string, offset int) {
	if t.page.Lab != nil {
		t.tree.Unfenced = append(t.tree.Unfenced, Unfenced{t.pos(offset), what})
	}
}

var preRE = regexp.MustCompile(`(?i)<pre[\s>]`)

// pre records the code blocks that start in raw HTML.
func (t *treeReader) pre(html *text.Segments) {
	for i := range html.Len() {
		line := html.At(i)
		for _, at := range preRE.FindAllIndex(line.Value(t.page.Source), -1) {
			t.unfenced("<pre>", line.Start+at[0])
		}
	}
}

func (t *treeReader) fail(pos Pos, msg string) {
	t.errs = append(t.errs, &Error{Pos: pos, Msg: msg})
}

// pos returns the place of an offset of the page's source.
func (t *treeReader) pos(offset int) Pos {
	line, col := t.index.at(offset)
	return Pos{File: t.page.pos, Line: line, Col: col}
}

// A lineIndex has the offset of each line's first byte.
type lineIndex []int

func newLineIndex(source []byte) lineIndex {
	index := append(make(lineIndex, 0, 1+bytes.Count(source, []byte("\n"))), 0)
	for i, b := range source {
		if b == '\n' {
			index = append(index, i+1)
		}
	}
	return index
}

// at returns the line and the column, both from 1, of an offset.
func (x lineIndex) at(offset int) (line, col int) {
	line = sort.SearchInts(x, offset+1)
	return line, offset - x[line-1] + 1
}
