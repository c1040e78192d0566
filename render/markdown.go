package render

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// A document is the HTML of a page's Markdown.
type document struct {
	heading  template.HTML // of the level-1 heading that the page starts with, else of its title
	headID   string
	body     template.HTML // without that heading
	contents []Link
	style    string // rules for colours that only this page has
	minutes  int
	steps    int
	unsafe   bool   // has raw HTML that no policy can be made for
	image    string // path of the first picture that others can show, or ""
	twin     []byte // the page as Markdown
	script   []byte // a verified lab as a shell script, else nil
}

// A writer writes the HTML of one page's Markdown.
type writer struct {
	r        *Renderer
	page     *content.Page
	out      string
	source   []byte
	renderer renderer.Renderer
	title    *ast.Heading // the page's title, which the template shows
	snippets map[*ast.FencedCodeBlock]int
	results  []*content.SnippetResult // of each snippet, or nil
	holders  *placeholders
	colours  colours
	raw      bool // the page holds raw HTML
	unsafe   bool // the page holds raw HTML that was let through as it is
	minutes  int
	step     *step // the one being written, or nil
	steps    int   // how many there are
	image    string
	ways     ways
	problems content.Errors
}

// write renders a page's Markdown, or tells all that is wrong in it. It returns
// what the page has asked of the rest of the site, too.
func (r *Renderer) write(p *content.Page) (*document, *ways, error) {
	p = p.Parsed()
	w := newWriter(r, p)
	d := &document{headID: "", heading: template.HTML(html.EscapeString(p.Title))}
	if w.title != nil {
		d.heading, d.headID = template.HTML(w.children(w.title)), headingID(w.title)
	}
	var b bytes.Buffer
	b.Grow(4 * len(w.source))
	if err := w.renderer.Render(&b, w.source, p.Doc); err != nil {
		return nil, nil, err
	}
	d.body = template.HTML(w.endSteps(w.balanced(b.Bytes())))
	d.contents = w.contents()
	d.style = w.colours.css()
	d.minutes, d.steps, d.image, d.unsafe = w.minutes, w.steps, w.image, w.unsafe
	d.twin = w.twin()
	if p.State == content.Fresh && p.Record != nil {
		d.script = w.script()
	}
	return d, &w.ways, w.problems.Sorted()
}

func newWriter(r *Renderer, p *content.Page) *writer {
	w := &writer{r: r, page: p, out: outName(p), source: p.Source, snippets: make(map[*ast.FencedCodeBlock]int)}
	for i, s := range p.Snippets {
		w.snippets[s.Node] = i
	}
	w.results = snippetResults(p)
	w.holders = newPlaceholders(r.site.Config, p.Lab)
	if h, ok := firstBlock(p.Doc).(*ast.Heading); ok && h.Level == 1 {
		w.title = h
	}
	w.renderer = renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(w, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewTaskCheckBoxHTMLRenderer(), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteBacklinkHTML("↩"),
			extension.WithFootnoteBacklinkTitle("Back to the text")), 500),
		util.Prioritized(ghtml.NewRenderer(), 1000),
	))
	return w
}

// firstBlock is the first block of a document that a reader sees.
func firstBlock(doc ast.Node) ast.Node {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindLinkReferenceDefinition {
			return n
		}
	}
	return nil
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (w *writer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, w.renderHeading)
	reg.Register(ast.KindBlockquote, w.renderBlockquote)
	reg.Register(ast.KindCodeBlock, w.renderCodeBlock)
	reg.Register(ast.KindCodeSpan, w.renderCodeSpan)
	reg.Register(ast.KindFencedCodeBlock, w.renderFence)
	reg.Register(ast.KindList, w.renderList)
	reg.Register(ast.KindParagraph, w.renderParagraph)
	reg.Register(ast.KindLink, w.renderLink)
	reg.Register(ast.KindAutoLink, w.renderAutoLink)
	reg.Register(ast.KindImage, w.renderImage)
	reg.Register(ast.KindHTMLBlock, w.renderHTMLBlock)
	reg.Register(ast.KindRawHTML, w.renderRawHTML)
	reg.Register(east.KindTable, renderTable)
	reg.Register(east.KindTableCell, renderTableCell)
	reg.Register(east.KindTaskCheckBox, renderTaskCheckBox)
}

// children renders what is inside a node.
func (w *writer) children(n ast.Node) string {
	var b bytes.Buffer
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(&b, c)
	}
	return b.String()
}

// node renders one node. Writing to memory does not fail, and neither do the
// renderers of this package.
func (w *writer) node(b *bytes.Buffer, n ast.Node) {
	bw := bufio.NewWriter(b)
	_ = w.renderer.Render(bw, w.source, n)
	_ = bw.Flush()
}

// errorAt notes a problem at a byte of the page.
func (w *writer) errorAt(offset int, hint, format string, args ...any) {
	pos := position(w.page.File(), w.source, offset)
	w.problems = append(w.problems, &content.Error{Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

func position(file string, source []byte, offset int) content.Pos {
	if offset < 0 || offset > len(source) {
		return content.Pos{File: file}
	}
	before := source[:offset]
	return content.Pos{File: file, Line: bytes.Count(before, []byte("\n")) + 1,
		Col: offset - bytes.LastIndexByte(before, '\n')}
}

func headingID(h *ast.Heading) string {
	v, ok := h.AttributeString("id")
	if !ok {
		return ""
	}
	switch id := v.(type) {
	case []byte:
		return string(id)
	case string:
		return id
	}
	return ""
}

func (w *writer) renderHeading(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	if h == w.title {
		return ast.WalkSkipChildren, nil
	}
	id := html.EscapeString(headingID(h))
	level := strconv.Itoa(h.Level)
	if entering {
		if w.isStep(h) {
			w.startStep(b, h)
		}
		b.WriteString("<h" + level)
		if id != "" {
			b.WriteString(` id="` + id + `"`)
		}
		b.WriteString(">")
		return ast.WalkContinue, nil
	}
	if id != "" {
		name := html.EscapeString(content.PlainText(h, w.source))
		b.WriteString(` <a class="anchor" href="#` + id + `" aria-label="Link to “` + name + `”"></a>`)
	}
	b.WriteString("</h" + level + ">\n")
	return ast.WalkContinue, nil
}

// contents are the headings of levels 2 and 3.
func (w *writer) contents() []Link {
	var links []Link
	for n := w.page.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level < 2 || h.Level > 3 || headingID(h) == "" {
			continue
		}
		l := Link{Title: content.PlainText(h, w.source), URL: "#" + headingID(h)}
		if h.Level == 3 && len(links) > 0 {
			last := &links[len(links)-1]
			last.Links = append(last.Links, l)
			continue
		}
		links = append(links, l)
	}
	return links
}

// Times of steps: a paragraph "Duration: 10 min" right under a heading.
func stepMinutes(n ast.Node, source []byte) (int, bool) {
	prev := n.PreviousSibling()
	if prev == nil || prev.Kind() != ast.KindHeading {
		return 0, false
	}
	rest, ok := strings.CutPrefix(content.PlainText(n, source), "Duration:")
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

func (w *writer) renderParagraph(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if minutes, ok := stepMinutes(n, source); ok {
		if entering {
			w.minutes += minutes
			fmt.Fprintf(b, `<p class="minutes" data-minutes="%d">%s</p>`+"\n", minutes, plural(minutes, "minute"))
		}
		return ast.WalkSkipChildren, nil
	}
	if entering {
		b.WriteString("<p>")
	} else {
		b.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

// alerts are GitHub's five, by the word in brackets.
var alerts = map[string]string{
	"NOTE": "Note", "TIP": "Tip", "IMPORTANT": "Important", "WARNING": "Warning", "CAUTION": "Caution",
}

// alertOf tells which alert a block quote is: its first line is a [!WORD] alone.
func alertOf(n ast.Node, source []byte) (word string, first ast.Node) {
	p, ok := n.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return "", nil
	}
	line := p.Lines().At(0)
	text := strings.ToUpper(strings.TrimSpace(string(line.Value(source))))
	if !strings.HasPrefix(text, "[!") || !strings.HasSuffix(text, "]") {
		return "", nil
	}
	word = text[2 : len(text)-1]
	if alerts[word] == "" || p.Lines().Len() == 1 && p.NextSibling() == nil {
		return "", nil
	}
	return word, p
}

func (w *writer) renderBlockquote(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	word, first := alertOf(n, source)
	switch {
	case word == "" && entering:
		b.WriteString("<blockquote>\n")
		return ast.WalkContinue, nil
	case word == "":
		b.WriteString("</blockquote>\n")
		return ast.WalkContinue, nil
	case !entering:
		return ast.WalkContinue, nil
	}
	b.WriteString(`<div class="alert ` + strings.ToLower(word) + `" role="note"><p class="alert-title">` + alerts[word] + "</p>\n")
	var body bytes.Buffer
	if rest := w.afterFirstLine(first); rest != "" {
		body.WriteString("<p>" + rest + "</p>\n")
	}
	for c := first.NextSibling(); c != nil; c = c.NextSibling() {
		w.node(&body, c)
	}
	b.Write(body.Bytes())
	b.WriteString("</div>\n")
	return ast.WalkSkipChildren, nil
}

// afterFirstLine renders a paragraph's text from its second line on.
func (w *writer) afterFirstLine(p ast.Node) string {
	end := p.Lines().At(0).Stop
	var b bytes.Buffer
	for c := p.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Pos() >= end {
			w.node(&b, c)
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

// renderTableCell aligns by class: the page's policy allows no style attributes.
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

func renderTaskCheckBox(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	if n.(*east.TaskCheckBox).IsChecked {
		b.WriteString(`<input type="checkbox" checked disabled aria-label="done"> `)
	} else {
		b.WriteString(`<input type="checkbox" disabled aria-label="to do"> `)
	}
	return ast.WalkContinue, nil
}
