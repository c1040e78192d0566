package html

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content/markdown"
	"handbook/render/locale"
)

// blocks writes headings, paragraphs, quotes, lists and tables.
type blocks struct {
	source []byte
	inner  *nodes
	words  *locale.Locale
	title  *ast.Heading // not part of the body
	steps  *steps
	notes  *notes
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (w *blocks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, w.renderHeading)
	reg.Register(ast.KindBlockquote, w.renderBlockquote)
	reg.Register(ast.KindList, w.renderList)
	reg.Register(ast.KindParagraph, w.renderParagraph)
	reg.Register(east.KindTable, renderTable)
	reg.Register(east.KindTableCell, renderTableCell)
	reg.Register(east.KindTaskCheckBox, w.renderTaskCheckBox)
}

func (w *blocks) renderHeading(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	if h == w.title {
		return ast.WalkSkipChildren, nil
	}
	id := html.EscapeString(markdown.HeadingID(h))
	level := strconv.Itoa(h.Level)
	if entering {
		if w.steps.starts(h) {
			w.steps.start(b, h)
		}
		if id != "" {
			b.WriteString(`<div class="heading">`)
		}
		b.WriteString("<h" + level)
		if id != "" {
			b.WriteString(` id="` + id + `"`)
		}
		b.WriteString(">")
		return ast.WalkContinue, nil
	}
	b.WriteString("</h" + level + ">")
	if id != "" { // outside of the heading, so that screen readers do not read it as part of it
		name := html.EscapeString(markdown.PlainText(h, w.source))
		b.WriteString(`<a class="anchor" href="#` + id + `" aria-label="` + w.words.HTML("link-to", "title", template.HTML(name)) + `"></a></div>`)
	}
	b.WriteString("\n")
	return ast.WalkContinue, nil
}

// stepMinutes returns the duration that a paragraph right under a heading states:
// "Duration: 10 min".
func stepMinutes(n ast.Node, source []byte) (int, bool) {
	prev := n.PreviousSibling()
	if prev == nil || prev.Kind() != ast.KindHeading {
		return 0, false
	}
	rest, ok := strings.CutPrefix(markdown.PlainText(n, source), "Duration:")
	if !ok {
		return 0, false
	}
	fields := strings.Fields(rest)
	if len(fields) != 2 {
		return 0, false
	}
	minutes, err := strconv.Atoi(fields[0])
	if err != nil || minutes <= 0 {
		return 0, false
	}
	switch strings.TrimSuffix(strings.TrimRight(fields[1], "."), "s") {
	case "min", "minute":
		return minutes, true
	case "h", "hour":
		return 60 * minutes, true
	}
	return 0, false
}

func (w *blocks) renderParagraph(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if minutes, ok := stepMinutes(n, source); ok {
		if entering {
			w.steps.minutes += minutes
			fmt.Fprintf(b, `<p class="minutes" data-minutes="%d">%s</p>`+"\n", minutes, w.words.HTML("minutes", "n", minutes))
		}
		return ast.WalkSkipChildren, nil
	}
	img := captioned(n.FirstChild())
	switch {
	case img != nil && entering:
		b.WriteString(`<figure class="picture">`)
	case img != nil:
		b.WriteString("<figcaption>" + html.EscapeString(markdown.Unescape(img.Title)) + "</figcaption></figure>\n")
	case entering:
		b.WriteString("<p>")
	default:
		b.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

// captioned returns the image of a paragraph that contains nothing else, whose
// title is shown as a caption. Otherwise it returns nil.
func captioned(n ast.Node) *ast.Image {
	img, ok := n.(*ast.Image)
	if !ok || len(img.Title) == 0 || n.PreviousSibling() != nil || n.NextSibling() != nil || n.Parent().Kind() != ast.KindParagraph {
		return nil
	}
	return img
}

// alerts are GitHub's five alerts, by the word in brackets. That word in lower
// case is the key of the title.
var alerts = map[string]bool{"NOTE": true, "TIP": true, "IMPORTANT": true, "WARNING": true, "CAUTION": true}

// An alert is a block quote that starts with a line [!WORD], with an optional
// title after it.
type alert struct {
	word   string // in lower case
	titled bool
	first  ast.Node // paragraph
}

// alertOf returns a block quote as an alert, or nil if it is not one.
func alertOf(n ast.Node, source []byte) *alert {
	p, ok := n.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return nil
	}
	line := p.Lines().At(0)
	word, title, ok := alertWord(string(line.Value(source)))
	if !ok || !alerts[word] || title == "" && p.Lines().Len() == 1 && p.NextSibling() == nil {
		return nil
	}
	return &alert{strings.ToLower(word), title != "", p}
}

// alertWord splits a line [!WORD] Title.
func alertWord(line string) (word, title string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "[!")
	word, title, closed := strings.Cut(rest, "]")
	if !ok || !closed || title != "" && title[0] != ' ' && title[0] != '\t' {
		return "", "", false
	}
	return strings.ToUpper(word), strings.TrimSpace(title), true
}

func (w *blocks) renderBlockquote(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	a := alertOf(n, source)
	switch {
	case a == nil && entering:
		b.WriteString("<blockquote>\n")
		return ast.WalkContinue, nil
	case a == nil:
		b.WriteString("</blockquote>\n")
		return ast.WalkContinue, nil
	case !entering:
		return ast.WalkContinue, nil
	}
	title := w.words.HTML(a.word)
	if a.titled {
		_, own, _ := strings.Cut(w.firstLine(a.first), "]")
		title = `<span class="hidden">` + title + ": </span>" + strings.TrimSpace(own) // others see its colour and sign
	}
	b.WriteString(`<div class="alert ` + a.word + `" role="note"><p class="alert-title">` + title + "</p>\n")
	var body bytes.Buffer
	if rest := w.afterFirstLine(a.first); rest != "" {
		body.WriteString("<p>" + rest + "</p>\n")
	}
	for c := a.first.NextSibling(); c != nil; c = c.NextSibling() {
		w.inner.write(&body, c)
	}
	b.Write(body.Bytes())
	b.WriteString("</div>\n")
	return ast.WalkSkipChildren, nil
}

// firstLine returns the HTML of a paragraph's first line.
func (w *blocks) firstLine(p ast.Node) string {
	end := p.Lines().At(0).Stop
	var b bytes.Buffer
	for c := p.FirstChild(); c != nil && c.Pos() < end; c = c.NextSibling() {
		w.inner.write(&b, c)
	}
	return b.String()
}

// afterFirstLine returns the HTML of a paragraph from its second line on.
func (w *blocks) afterFirstLine(p ast.Node) string {
	end := p.Lines().At(0).Stop
	var b bytes.Buffer
	for c := p.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Pos() >= end {
			w.inner.write(&b, c)
		}
	}
	return b.String()
}

func renderTable(b util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		b.WriteString(`<div class="table"><table>` + "\n")
	} else {
		b.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

// renderTableCell aligns by class: the content policy allows no style attributes.
func renderTableCell(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	cell := n.(*east.TableCell)
	tag := "td"
	if cell.Parent().Kind() == east.KindTableHeader {
		tag = "th"
	}
	if !entering {
		b.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	b.WriteString("<" + tag)
	if cell.Alignment != east.AlignNone {
		b.WriteString(` class="` + cell.Alignment.String() + `"`)
	}
	b.WriteString(">")
	return ast.WalkContinue, nil
}

func (w *blocks) renderTaskCheckBox(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	if n.(*east.TaskCheckBox).IsChecked {
		b.WriteString(`<input type="checkbox" checked disabled aria-label="` + w.words.HTML("task-done") + `"> `)
	} else {
		b.WriteString(`<input type="checkbox" disabled aria-label="` + w.words.HTML("task-open") + `"> `)
	}
	return ast.WalkContinue, nil
}

func (w *blocks) renderList(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.List)
	if w.notes.explain(l) {
		return ast.WalkSkipChildren, nil
	}
	tag := "ul"
	if l.IsOrdered() {
		tag = "ol"
	}
	if !entering {
		b.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	b.WriteString("<" + tag)
	if l.IsOrdered() && l.Start != 1 {
		b.WriteString(` start="` + html.EscapeString(strconv.Itoa(l.Start)) + `"`)
	}
	b.WriteString(">\n")
	return ast.WalkContinue, nil
}
