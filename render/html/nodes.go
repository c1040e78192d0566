package html

import (
	"bufio"
	"bytes"
	"fmt"
	"sort"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"

	"handbook/content"
)

// nodes renders parts of a page: the children of nodes that this package
// writes itself.
type nodes struct {
	renderer renderer.Renderer
	source   []byte
}

// children returns the HTML of a node's children.
func (in *nodes) children(n ast.Node) string {
	var b bytes.Buffer
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		in.write(&b, c)
	}
	return b.String()
}

// write renders one node. It cannot fail: it writes to memory, and none of the
// node renderers returns an error.
func (in *nodes) write(b *bytes.Buffer, n ast.Node) {
	bw := bufio.NewWriter(b)
	_ = in.renderer.Render(bw, in.source, n)
	_ = bw.Flush()
}

// A source is a page's Markdown and the problems found in it.
type source struct {
	file     string
	text     []byte
	problems content.Errors
	notes    content.Errors // on what is not shown as written
	lines    []int          // offsets at which lines start; nil before the first problem
}

// note records a note, which does not keep the page from being published.
func (s *source) note(pos content.Pos, msg string) {
	s.notes = append(s.notes, &content.Error{Pos: pos, Msg: msg})
}

// fail records a problem.
func (s *source) fail(pos content.Pos, format string, args ...any) {
	s.problems = append(s.problems, &content.Error{Pos: pos, Msg: fmt.Sprintf(format, args...)})
}

// pos returns the place of a byte of the page.
func (s *source) pos(offset int) content.Pos {
	if offset < 0 || offset > len(s.text) {
		return content.Pos{File: s.file}
	}
	if s.lines == nil {
		s.lines = []int{0}
		for i, c := range s.text {
			if c == '\n' {
				s.lines = append(s.lines, i+1)
			}
		}
	}
	line := sort.SearchInts(s.lines, offset+1)
	return content.Pos{File: s.file, Line: line, Col: offset - s.lines[line-1] + 1}
}
