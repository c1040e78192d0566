package html

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
)

// How many words are read in a minute of prose, and of code, which is also
// typed or looked at line by line.
const (
	proseWords = 200
	codeWords  = 100
)

// readingTime returns how many minutes it takes to read a lab, 0 for other pages.
func readingTime(p *content.Page, t *content.Tree) int {
	if p.Lab == nil {
		return 0
	}
	prose, code := 0, 0
	_ = ast.Walk(t.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if text, ok := n.(*ast.Text); ok && entering {
			prose += len(strings.Fields(string(text.Segment.Value(p.Source))))
		}
		return ast.WalkContinue, nil
	})
	for _, s := range t.Snippets {
		if !s.Options.Hide {
			code += len(strings.Fields(s.Code))
		}
	}
	return max(1, (prose*60/proseWords+code*60/codeWords+30)/60)
}

// terminals returns how many terminals commands of a page are typed at.
func terminals(t *content.Tree) int {
	type terminal struct {
		machine string
		number  int
	}
	used := map[terminal]bool{}
	for _, s := range t.Snippets {
		if len(s.Commands) > 0 && s.Runs() {
			used[terminal{s.Options.On, s.Options.Term}] = true
		}
	}
	return len(used)
}
