package html

import (
	"bytes"
	"html"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/markdown"
)

// Links writes links and images.
type links struct {
	page     *content.Page
	site     Site
	src      *source
	measures *measures
	picture  string // destination of the first image that link previews can show
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (w *links) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, w.renderLink)
	reg.Register(ast.KindAutoLink, w.renderAutoLink)
	reg.Register(ast.KindImage, w.renderImage)
}

// href returns the URL of a link or an image whose destination stands at an
// offset. It records a problem and returns false if nothing is there.
func (w *links) href(dest string, offset int, image bool) (string, bool) {
	to, problem := w.site.Link(w.page, dest, image)
	if problem != nil {
		placed := *problem
		placed.Pos = w.src.pos(offset)
		w.src.problems = append(w.src.problems, &placed)
		return "", false
	}
	return to, true
}

// destination returns the offset of a link's destination, for errors. For a
// link by reference it is the offset of the link.
func destination(source []byte, n ast.Node, dest []byte) int {
	start := n.Pos()
	if start < 0 {
		return -1
	}
	rest := source[start:min(len(source), start+2000+len(dest))]
	for _, open := range []string{"](", "](<"} {
		if i := bytes.Index(rest, append([]byte(open), dest...)); i >= 0 && !bytes.Contains(rest[:i], []byte("\n\n")) {
			return start + i + len(open)
		}
	}
	return start
}

func (w *links) renderLink(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.Link)
	dest := unescape(l.Destination)
	if m := w.measures.of(l); m != nil {
		if entering {
			w.measures.write(b, m)
		}
		return ast.WalkSkipChildren, nil
	}
	if !entering {
		b.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	href, _ := w.href(dest, destination(source, n, l.Destination), false)
	b.WriteString(`<a href="` + html.EscapeString(href) + `"`)
	writeTitle(b, l.Title)
	b.WriteString(">")
	return ast.WalkContinue, nil
}

func (w *links) renderAutoLink(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	l := n.(*ast.AutoLink)
	dest := string(l.URL(source))
	if l.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	href, ok := w.href(dest, n.Pos(), false)
	label := html.EscapeString(string(l.Label(source)))
	if !ok {
		b.WriteString(label)
		return ast.WalkContinue, nil
	}
	b.WriteString(`<a href="` + html.EscapeString(href) + `">` + label + "</a>")
	return ast.WalkContinue, nil
}

func (w *links) renderImage(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	dest := unescape(img.Destination)
	src, ok := w.href(dest, destination(source, n, img.Destination), true)
	if ok && w.picture == "" && isPicture(dest) {
		w.picture = dest
	}
	b.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(markdown.PlainText(n, source)) + `"`)
	if size, ok := w.site.Size(w.page, dest); ok {
		b.WriteString(` width="` + itoa(size.X) + `" height="` + itoa(size.Y) + `"`)
	}
	b.WriteString(` loading="lazy" decoding="async"`)
	writeTitle(b, img.Title)
	b.WriteString(">")
	return ast.WalkSkipChildren, nil
}

// isPicture reports whether link previews, as in chats, can show a file: they
// draw no SVG.
func isPicture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp":
		return true
	}
	return false
}

func writeTitle(b util.BufWriter, title []byte) {
	if title != nil {
		b.WriteString(` title="` + html.EscapeString(unescape(title)) + `"`)
	}
}

// unescape resolves backslash escapes and entities in a destination or a title,
// as CommonMark specifies.
func unescape(b []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b))))
}
