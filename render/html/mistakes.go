package html

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/markdown"
	"handbook/content/wording"
	"handbook/render/highlight"
	"handbook/render/outline"
)

// likelyMistakes notes what keeps no page from being published, and is hardly
// what its author means: readers would see it, and nobody else would say so.
func likelyMistakes(p *content.Page, tree *content.Tree, src *source) {
	headings(p, tree, src)
	if p.Path == "404.md" {
		src.note(content.Pos{File: p.File(), Line: 1, Col: 1}, `published at /404/. What readers see where no page is, the theme writes: to change it, replace its templates/page.html`)
	}
	for n := range markdown.Walk(tree.Doc) {
		switch n := n.(type) {
		case *ast.Blockquote:
			unknownAlert(n, src)
		case *ast.Heading:
			takenID(n, src)
		}
	}
	for i, s := range tree.Snippets {
		outOfRange(s, src)
		unknownLanguage(s, src)
		alone := func(j int) bool {
			return j < 0 || j >= len(tree.Snippets) || tree.Snippets[j].Options.Tab == ""
		}
		if s.Options.Tab != "" && alone(i-1) && alone(i+1) {
			src.note(s.OptionAt("tab"), fmt.Sprintf("the tab %q stands alone: neighbouring fences with tab= become tabs", s.Options.Tab))
		}
	}
}

// headings notes a page without a title, and a second one.
func headings(p *content.Page, tree *content.Tree, src *source) {
	title := markdown.Title(tree.Doc)
	if title == nil && p.Front.Title == "" && !hasTitle(tree.Doc) {
		src.note(content.Pos{File: p.File(), Line: 1, Col: 1}, fmt.Sprintf("the page has no title and is called %q: begin it with a heading, # Title", p.Title))
	}
	first := true
	for n := tree.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level != 1 {
			continue
		}
		if !first && h.Lines().Len() > 0 {
			src.note(src.pos(h.Lines().At(0).Start), "a second heading of level 1, which is the page's title: write ## for a part of it")
		}
		first = false
	}
}

// hasTitle tells whether a heading gives the page its title.
func hasTitle(doc ast.Node) bool {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			return true
		}
	}
	return false
}

// alertWords are words by which other generators call GitHub's five alerts.
var alertWords = map[string]string{
	"INFO": "NOTE", "HINT": "TIP", "SUCCESS": "TIP", "ATTENTION": "WARNING", "DANGER": "CAUTION", "ERROR": "CAUTION",
}

// unknownAlert notes a block quote that looks like an alert and is none.
func unknownAlert(quote *ast.Blockquote, src *source) {
	p, ok := quote.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	line := p.Lines().At(0)
	word, _, ok := alertWord(string(line.Value(src.text)))
	if !ok || alerts[word] || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return
	}
	known := []string{"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"}
	meant := fmt.Sprintf(" (did you mean %q?)", "[!"+alertWords[word]+"]")
	if alertWords[word] == "" {
		meant = wording.DidYouMean(word, known)
	}
	src.note(src.pos(line.Start), fmt.Sprintf("no alert is called %q, expected one of %s%s", "[!"+word+"]", strings.Join(known, ", "), meant))
}

// takenID notes an id of a heading that another one has.
func takenID(h *ast.Heading, src *source) {
	want := markdown.WantedID(h)
	if want == "" || h.Lines().Len() == 0 {
		return
	}
	at := src.pos(h.Lines().At(0).Start)
	switch {
	case want != markdown.HeadingID(h):
		src.note(at, fmt.Sprintf("the id {#%s} is that of a heading above, so this one has the id %q", want, markdown.HeadingID(h)))
	case strings.HasPrefix(want, outline.Own):
		src.note(at, fmt.Sprintf("the id {#%s} may be one of the theme's own, which begin with %s", want, outline.Own))
	}
}

// outOfRange notes marked lines that the code does not have.
func outOfRange(s *content.Snippet, src *source) {
	n := strings.Count(s.Code, "\n")
	if s.Options.Include != "" || n == 0 { // its lines are those of a file
		return
	}
	for _, r := range slices.Concat(s.Options.Marked, s.Options.Ins, s.Options.Del) {
		if last := max(r.First, r.Last); last > n {
			src.note(s.Pos, fmt.Sprintf("line %d is marked, but the code has %s", last, wording.Count(n, "line")))
			return
		}
	}
}

// unknownLanguage notes code whose language nothing knows.
func unknownLanguage(s *content.Snippet, src *source) {
	if s.Role != info.Shown && s.Role != info.Unknown || s.Lang == "" || highlight.Knows(s.Lang) || slices.Contains([]string{"mermaid", "tree"}, s.Lang) {
		return
	}
	src.note(s.Pos, fmt.Sprintf("no language is called %q, so the code has no colours%s", s.Lang, wording.DidYouMean(s.Lang, highlight.Languages())))
}
