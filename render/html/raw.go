package html

import (
	"image"
	"net/url"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content/markdown"
	"handbook/render/outline"
	"handbook/render/rewrite"
)

// rawHTML writes the raw HTML of a page.
type rawHTML struct {
	links  *links
	src    *source
	unsafe bool // let all of it through
	some   bool // some was sanitized
	passed bool // some was let through
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (w *rawHTML) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHTMLBlock, w.render)
	reg.Register(ast.KindRawHTML, w.render)
}

func (w *rawHTML) render(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	raw := markdown.RawText(n, source)
	if w.unsafe {
		w.passed = true
		rewrite.Local(b, raw, func(to string, image bool) string { return w.local(n, to, image) })
	} else {
		w.some = true
		filter := rewrite.Filter{URL: w.url(n), Size: w.size, Reserved: outline.Own}
		filter.Write(b, raw)
	}
	return ast.WalkSkipChildren, nil
}

// url returns a function that resolves and checks a URL in a piece of raw HTML
// like one in Markdown.
func (w *rawHTML) url(n ast.Node) func(to string, image bool) (string, bool) {
	return func(to string, image bool) (string, bool) {
		return w.links.href(to, markdown.RawOffset(w.src.text, n, to), image)
	}
}

// size returns the size of an image of the page.
func (w *rawHTML) size(src string) (image.Point, bool) {
	return w.links.site.Size(w.links.page, src)
}

// local resolves and checks a URL of the site. Other URLs stay as they are.
func (w *rawHTML) local(n ast.Node, to string, image bool) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || to == "" {
		return to
	}
	if at, ok := w.url(n)(to, image); ok {
		return at
	}
	return to
}

// balanced closes elements that raw HTML left open. Pages without sanitized
// HTML are balanced anyway, or let through as they are.
func (w *rawHTML) balanced(body []byte) string {
	if !w.some {
		return string(body)
	}
	return rewrite.Balanced(body)
}
