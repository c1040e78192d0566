package look

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"handbook/content/config"
	"handbook/content/markdown"
)

// footer makes HTML from the Markdown of the footer.
func (c *checker) footer(v config.Value) Rooted {
	if strings.TrimSpace(v.Text) == "" {
		return ""
	}
	source := []byte(v.Text)
	doc, _ := markdown.Parse(source, 0)
	w := &footer{checker: c, value: v}
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(w, 100),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(ghtml.NewRenderer(), 1000),
	))
	for n := range markdown.Walk(doc) {
		switch n.Kind() {
		case ast.KindDocument, ast.KindParagraph, ast.KindTextBlock, ast.KindText, ast.KindString, ast.KindLink, ast.KindAutoLink,
			ast.KindEmphasis, ast.KindCodeSpan, ast.KindList, ast.KindListItem:
		case ast.KindHTMLBlock, ast.KindRawHTML:
			c.fail(v.Pos, "footer: HTML cannot stand there, expected Markdown")
			return ""
		case ast.KindImage:
			c.fail(v.Pos, "footer: an image cannot stand there: give it a place in the template footer.html")
			return ""
		default:
			c.fail(v.Pos, "footer: expected paragraphs, lists and links in Markdown, not %s", strings.ToLower(n.Kind().String()))
			return ""
		}
	}
	var b bytes.Buffer
	if err := r.Render(&b, source, doc); err != nil {
		c.fail(v.Pos, "footer: %v", err)
	}
	return Rooted(b.String())
}

// A footer writes the links of the footer.
type footer struct {
	*checker
	value config.Value
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (w *footer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, w.link)
}

func (w *footer) link(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		b.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	dest := string(n.(*ast.Link).Destination)
	href, problem := w.files.Link(dest)
	if problem != nil {
		w.fail(w.value.Pos, "footer: %s", problem.Msg)
	}
	rel := ` rel="external"`
	if !outwards(dest) {
		href, rel = root+href, ""
	}
	b.WriteString(`<a href="` + html.EscapeString(href) + `"` + rel + `>`)
	return ast.WalkContinue, nil
}
