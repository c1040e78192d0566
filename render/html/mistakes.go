package html

import (
	"cmp"
	"fmt"
	"regexp"
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

// likelyMistakes notes likely mistakes of the author that are not errors, but
// that readers would see.
func likelyMistakes(p *content.Page, tree *content.Tree, src *source, unsafe bool) {
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
			braces(n, src)
		case *ast.Paragraph:
			foreignSyntax(n, src)
		case *ast.HTMLBlock, *ast.RawHTML:
			if !unsafe {
				shownAsText(n, src)
			}
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

// hasTitle reports whether a heading gives the page its title.
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

// unknownAlert notes a block quote that looks like an alert but is not.
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
	meant := ""
	if own := cmp.Or(alertWords[word], wording.Closest(word, known)); own != "" {
		meant = fmt.Sprintf(" (did you mean %q?)", "[!"+own+"]")
	}
	src.note(src.pos(line.Start), fmt.Sprintf("no alert is called %q, expected one of %s%s", "[!"+word+"]", strings.Join(known, ", "), meant))
}

// takenID notes an id that another heading already has.
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

// bracesRE finds what other programs read as attributes of a heading.
var bracesRE = regexp.MustCompile(`\{:?\s*[#.][^{}]*\}\s*$`)

// braces notes attributes of a heading that have no meaning here.
func braces(h *ast.Heading, src *source) {
	if markdown.WantedID(h) != "" || h.Lines().Len() == 0 {
		return
	}
	line := h.Lines().At(h.Lines().Len() - 1)
	if at := bracesRE.FindIndex(line.Value(src.text)); at != nil {
		src.note(src.pos(line.Start+at[0]), fmt.Sprintf("%q is shown as it is written, expected an anchor such as {#name}, without blanks",
			strings.TrimSpace(string(line.Value(src.text)[at[0]:]))))
	}
}

// foreignSyntaxes are beginnings of paragraphs that mean something to other
// programs, each with what to write instead.
var foreignSyntaxes = []struct {
	re   *regexp.Regexp
	here string
}{
	{regexp.MustCompile(`^:::+ ?(?:\w[\w-]*|\{[^}]*\})`), "a note begins with > [!NOTE], and neighbouring fences with tab= are tabs"},
	{regexp.MustCompile(`^!!! ?\w[\w-]*`), "a note begins with > [!NOTE]"},
	{regexp.MustCompile(`^\?\?\?\+? ?\w[\w-]*`), "what is folded stands in <details>"},
	{regexp.MustCompile(`^===\+? "[^"]*"`), "neighbouring fences with tab= are tabs"},
	{regexp.MustCompile(`^\{\{[<%][^>%]*`), "there are no shortcodes"},
	{regexp.MustCompile(`^--8<-- `), "include= on a fence shows a file"},
	{regexp.MustCompile(`^import .+ from ["'].+["'];?$`), "there are no components"},
}

// foreignSyntax notes syntax that only other programs know.
func foreignSyntax(p *ast.Paragraph, src *source) {
	if p.Lines().Len() == 0 {
		return
	}
	line := p.Lines().At(0)
	text := strings.TrimSpace(string(line.Value(src.text)))
	for _, f := range foreignSyntaxes {
		if m := f.re.FindString(text); m != "" {
			src.note(src.pos(line.Start), fmt.Sprintf("%q is shown as it is written: %s", strings.TrimSpace(m), f.here))
			return
		}
	}
}

// shownTag finds tags of elements that embed or load something, and of components.
var shownTag = regexp.MustCompile(`<(?:iframe|script|style|video|audio|object|embed|form|[A-Z]\w*)\b`)

// shownAsText notes raw HTML that readers will see as text.
func shownAsText(n ast.Node, src *source) {
	raw := markdown.RawText(n, src.text)
	at := shownTag.FindIndex(raw)
	if at == nil {
		return
	}
	tag := string(raw[at[0]+1 : at[1]])
	start := markdown.RawOffset(src.text, n, string(raw[at[0]:at[1]]))
	if start < 0 {
		return
	}
	why := "html: unsafe in handbook.yaml lets it through"
	if 'A' <= tag[0] && tag[0] <= 'Z' {
		why = "there are no components"
	}
	src.note(src.pos(start), fmt.Sprintf("<%s> is shown as text: %s", tag, why))
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

// unknownLanguage notes code in an unknown language.
func unknownLanguage(s *content.Snippet, src *source) {
	if s.Role != info.Shown && s.Role != info.Unknown || s.Lang == "" || highlight.Knows(s.Lang) || slices.Contains([]string{"mermaid", "tree"}, s.Lang) {
		return
	}
	src.note(s.Pos, fmt.Sprintf("no language is called %q, so the code has no colours%s", s.Lang, wording.DidYouMean(s.Lang, append(highlight.Languages(), "mermaid", "tree", "image-sizes", "image-layers", "build-steps"))))
}
