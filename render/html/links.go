package html

import (
	"html"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/markdown"
)

// links writes links and images.
type links struct {
	page     *content.Page
	host     string // of the site, or ""
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
// offset. If there is nothing at the destination, it records a problem and
// returns false.
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

// internal returns the URL of a page that the program, not the author, links
// to. A link that leads nowhere is not a problem of the page.
func (w *links) internal(dest string) (string, bool) {
	to, problem := w.site.Link(w.page, dest, false)
	return to, problem == nil
}

func (w *links) renderLink(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.Link)
	dest := markdown.Unescape(l.Destination)
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
	href, _ := w.href(dest, markdown.Destination(source, n, l.Destination), false)
	b.WriteString(`<a href="` + html.EscapeString(href) + `"`)
	b.WriteString(w.rel(href))
	writeTitle(b, l.Title)
	b.WriteString(">")
	return ast.WalkContinue, nil
}

// rel returns the attribute that marks a link to another host, or "".
func (w *links) rel(href string) string {
	u, err := url.Parse(href)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Host == w.host {
		return ""
	}
	return ` rel="external"`
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
	b.WriteString(`<a href="` + html.EscapeString(href) + `"` + w.rel(href) + `>` + label + "</a>")
	return ast.WalkContinue, nil
}

func (w *links) renderImage(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	dest := markdown.Unescape(img.Destination)
	src, ok := w.href(dest, markdown.Destination(source, n, img.Destination), true)
	if ok && w.picture == "" && isPicture(dest) {
		w.picture = dest
	}
	b.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(markdown.PlainText(n, source)) + `"`)
	if size, ok := w.site.Size(w.page, dest); ok {
		b.WriteString(` width="` + strconv.Itoa(size.X) + `" height="` + strconv.Itoa(size.Y) + `"`)
	}
	b.WriteString(` loading="lazy" decoding="async"`)
	if captioned(n) == nil {
		writeTitle(b, img.Title)
	}
	b.WriteString(">")
	return ast.WalkSkipChildren, nil
}

// isPicture reports whether link previews, as in chats, can show a file. They
// do not show SVG.
func isPicture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp":
		return true
	}
	return false
}

func writeTitle(b util.BufWriter, title []byte) {
	if title != nil {
		b.WriteString(` title="` + html.EscapeString(markdown.Unescape(title)) + `"`)
	}
}
