package render

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// snippetResults pairs a page's snippets with what its record says of them:
// one entry for each snippet that has a role on the lab, in order. Results
// count only while the page is as it was verified, or where its last run
// failed on the way.
func snippetResults(p *content.Page) []*content.SnippetResult {
	results := make([]*content.SnippetResult, len(p.Snippets))
	if p.Record == nil || p.State != content.Fresh && p.State != content.Failed {
		return results
	}
	next := 0
	for i, s := range p.Snippets {
		if s.Role == content.Shown || next == len(p.Record.Snippets) {
			continue
		}
		if result := &p.Record.Snippets[next]; result.Kind == s.Role.String() {
			results[i] = result
		}
		next++
	}
	return results
}

func (w *writer) renderCodeBlock(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		var code strings.Builder
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			code.Write(line.Value(source))
		}
		s := &content.Snippet{Code: code.String()}
		w.writeCode(b, s, nil, "")
	}
	return ast.WalkSkipChildren, nil
}

func (w *writer) renderFence(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	i, ok := w.snippets[n.(*ast.FencedCodeBlock)]
	if !ok {
		return w.renderCodeBlock(b, source, n, entering)
	}
	switch s := w.page.Snippets[i]; {
	case s.Options.Tab != "":
		w.writeTabs(b, n)
	case w.annotated(s):
		w.writeAnnotated(b, i)
	default:
		w.writeSnippet(b, i)
	}
	return ast.WalkSkipChildren, nil
}

// writeSnippet writes a snippet as what it is.
func (w *writer) writeSnippet(b util.BufWriter, i int) {
	s, result := w.page.Snippets[i], w.results[i]
	id := ownPrefix + "s" + itoa(i+1)
	switch {
	case s.Options.Hide:
	case s.Role == content.Output && result != nil && result.Verdict != content.Skipped:
		// What really came out is shown under the command.
	case s.Role == content.Report:
		w.writeReport(b, s, i, id)
	case s.Role == content.Shell && len(s.Commands) > 0, s.Role == content.Console:
		w.writeSession(b, s, result, id)
	case s.Role == content.Shell:
		w.writeScript(b, s, result, id)
	default:
		w.writeCode(b, s, result, id)
	}
}

// writeCode writes a snippet as lines of code: a file, a diff, an example.
func (w *writer) writeCode(b util.BufWriter, s *content.Snippet, result *content.SnippetResult, id string) {
	class := "code"
	if s.Role == content.File || s.Role == content.Diff {
		class += " file"
	}
	if s.Options.Wrap {
		class += " wrap"
	}
	w.openFigure(b, class, s, result, id, codeLabel(s))
	lines := highlight(languageOf(s), s.Code)
	for i := range lines {
		lines[i] = w.holders.mark(lines[i])
	}
	head, rest := foldAt(lines, s.Options.Fold, 0)
	w.writeLines(b, s, id, head, 0)
	if len(rest) > 0 {
		b.WriteString(`<details class="more"><summary>` + plural(len(rest), "more line") + "</summary>")
		w.writeLines(b, s, id, rest, len(head))
		b.WriteString("</details>")
	}
	if len(s.Commands) > 0 { // run=
		b.WriteString(`<div class="screen">`)
		w.writeCommands(b, s, result)
		b.WriteString("</div>")
	}
	b.WriteString("</figure>\n")
}

// writeLines writes lines of code; first is the number of lines before them.
// Each line is an element with its newline inside, so that what is selected
// and copied is the text of the file.
func (w *writer) writeLines(b util.BufWriter, s *content.Snippet, id string, lines []string, first int) {
	o := &s.Options
	var tied map[int]note
	if w.annotated(s) && noteList(s.Node) != nil {
		tied = notes(s.Code)
	}
	b.WriteString("<pre")
	if o.Nums {
		b.WriteString(` class="nums"`)
	}
	b.WriteString("><code data-copy>")
	for i, line := range lines {
		class := lineClass(o, first+i+1)
		if s.Lang == "diff" {
			class = diffClass(s.Code, first+i)
		}
		if n, ok := tied[first+i+1]; ok {
			class += " a" + itoa(n.number)
			if n.first {
				line = linkMark(line, w.snippets[s.Node], n.number)
			}
		}
		b.WriteString(`<span class="l` + class + `"`)
		if o.Nums {
			b.WriteString(numbered(id, first+i+1))
		} else {
			b.WriteString(">")
		}
		b.WriteString(line + "\n</span>")
	}
	b.WriteString("</code></pre>")
}

// numbered goes on in the tag of a line whose number is a link to it. The
// number is the style sheet's, as it is neither selected nor copied. Of a
// snippet's numbers the first is on the way of the Tab key; from there the
// theme's script moves with the arrow keys.
func numbered(id string, n int) string {
	anchor, number, tab := id+"-L"+itoa(n), itoa(n), ""
	if n > 1 {
		tab = ` tabindex="-1"`
	}
	return ` id="` + anchor + `"><a class="ln" href="#` + anchor + `"` + tab + ` data-n="` + number + `" aria-label="Line ` + number + `"></a>`
}

// languageOf is the language of a snippet: as written, else that of its file.
func languageOf(s *content.Snippet) string {
	if name := firstOf(s.Options.File, s.Options.Include); s.Lang == "" && name != "" {
		name, _, _ = strings.Cut(name, "#")
		return languageOfFile(name)
	}
	return s.Lang
}

func lineClass(o *content.Options, n int) string {
	switch {
	case inRanges(o.Ins, n):
		return " ins"
	case inRanges(o.Del, n):
		return " del"
	case inRanges(o.Marked, n):
		return " hl"
	}
	return ""
}

// diffClass is the class of a line of a diff, counted from 0.
func diffClass(code string, n int) string {
	for range n {
		_, code, _ = strings.Cut(code, "\n")
	}
	switch {
	case strings.HasPrefix(code, "+++"), strings.HasPrefix(code, "---"):
	case strings.HasPrefix(code, "+"):
		return " added"
	case strings.HasPrefix(code, "-"):
		return " gone"
	}
	return ""
}

func inRanges(ranges []content.LineRange, n int) bool {
	for _, r := range ranges {
		if r.First <= n && n <= r.Last {
			return true
		}
	}
	return false
}

// foldSlack is how many lines more than the limit are still shown: a fold
// that hides two lines takes a line itself.
const foldSlack = 3

// foldAt splits lines where they are folded: after the snippet's own limit,
// else after the usual one, 0 for none.
func foldAt(lines []string, limit, usual int) (head, rest []string) {
	switch {
	case limit > 0 && len(lines) > limit:
		return lines[:limit], lines[limit:]
	case limit == 0 && usual > 0 && len(lines) > usual+foldSlack:
		return lines[:usual], lines[usual:]
	}
	return lines, nil
}

// openFigure starts a snippet: what it is called, and whether it is verified.
func (w *writer) openFigure(b util.BufWriter, class string, s *content.Snippet, result *content.SnippetResult, id, label string) {
	b.WriteString(`<figure class="` + class + `"`)
	if id != "" {
		b.WriteString(` id="` + id + `"`)
	}
	b.WriteString(">")
	label = html.EscapeString(label)
	button := copyButton(label)
	seal := w.seal(s, result)
	if label == "" && seal == "" {
		b.WriteString(button)
		return
	}
	b.WriteString(`<figcaption><span class="name">` + label + "</span>" + seal + button + "</figcaption>")
}

// copyButton is shown by the style sheet where there is a script to serve it.
func copyButton(label string) string {
	if label == "" {
		return `<button type="button" class="copy">Copy</button>`
	}
	return `<button type="button" class="copy" aria-label="Copy ` + label + `">Copy</button>`
}

// codeLabel is what a snippet of code is called.
func codeLabel(s *content.Snippet) string {
	o := &s.Options
	switch {
	case o.Title != "":
		return o.Title
	case o.File != "" && s.Role == content.Diff:
		return o.File + " (changes)"
	case o.File != "" && o.Append:
		return o.File + " (appended)"
	case o.File != "":
		return o.File
	case o.Include != "":
		name, _, _ := strings.Cut(o.Include, "#")
		return name
	case s.Role == content.Output:
		return "Expected output"
	case s.Role == content.Unknown:
		return s.Lang
	}
	return ""
}

// seal tells what verification says of a snippet.
func (w *writer) seal(s *content.Snippet, result *content.SnippetResult) string {
	if w.page.Lab == nil || s.Role == content.Shown {
		return ""
	}
	if s.Options.Skip != "" {
		return `<span class="seal skipped">not verified: ` + html.EscapeString(s.Options.Skip) + "</span>"
	}
	if result == nil {
		if w.page.State == content.Failed && w.page.Record != nil && s.Role != content.Output {
			return `<span class="seal skipped">not run</span>`
		}
		return ""
	}
	switch result.Verdict {
	case content.Passed:
		return fmt.Sprintf(`<span class="seal passed" title="Verified %s">verified</span>`, date(w.page.Record.Verified))
	case content.Skipped:
		return `<span class="seal skipped">not verified: ` + html.EscapeString(result.Reason) + "</span>"
	case content.Mismatch:
		return `<span class="seal failed">failed</span>`
	}
	return ""
}

// writeTabs writes neighbouring snippets with tab= as one group, at the first
// of them. Radio buttons make it work without a script and by keyboard.
func (w *writer) writeTabs(b util.BufWriter, n ast.Node) {
	if w.tabOf(n.PreviousSibling()) >= 0 {
		return
	}
	var group []int
	for ; n != nil && w.tabOf(n) >= 0; n = n.NextSibling() {
		group = append(group, w.tabOf(n))
	}
	name := ownPrefix + "t" + itoa(group[0]+1)
	b.WriteString(`<div class="tabs" role="group" aria-label="Alternatives">`)
	for k, i := range group {
		checked := ""
		if k == 0 {
			checked = " checked"
		}
		label := html.EscapeString(w.page.Snippets[i].Options.Tab)
		id := name + "-" + itoa(k+1)
		b.WriteString(`<input type="radio" name="` + name + `" id="` + id + `" data-tab="` + label + `"` + checked + `>` +
			`<label for="` + id + `">` + label + `</label>`)
	}
	b.WriteString(`<div class="panels">`)
	for _, i := range group {
		b.WriteString(`<div class="panel">`)
		w.writeSnippet(b, i)
		b.WriteString("</div>")
	}
	b.WriteString("</div></div>\n")
}

// tabOf is the index of the snippet that a node is, if it is one of a group
// of tabs, else -1.
func (w *writer) tabOf(n ast.Node) int {
	block, ok := n.(*ast.FencedCodeBlock)
	if !ok {
		return -1
	}
	i, ok := w.snippets[block]
	if !ok || w.page.Snippets[i].Options.Tab == "" {
		return -1
	}
	return i
}
