package render

import (
	"bytes"
	"html"
	"image"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// anchors are the places of a page that links can name.
type anchors map[string]bool

// rawID finds anchors that raw HTML makes.
var rawID = regexp.MustCompile(`(?i)<[a-z][^>]*?\s(?:id|name)\s*=\s*["']?([^"'\s>]+)`)

func findAnchors(p *content.Page) anchors {
	found := make(anchors)
	_ = ast.Walk(p.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if id := headingID(n); id != "" {
				found[id] = true
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			for _, m := range rawID.FindAllSubmatch(rawText(n, p.Source), -1) {
				found[html.UnescapeString(string(m[1]))] = true
			}
		case *east.Footnote:
			found["fn:"+itoa(n.Index)] = true
		}
		return ast.WalkContinue, nil
	})
	return found
}

// linkSchemes are those of links that lead out of the site. GitHub allows
// more, none of which a handbook needs.
var linkSchemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}

// href resolves the destination of a link or an image as the author wrote it,
// and checks that it is there. offset is where it stands.
func (w *writer) href(dest string, offset int, image bool) (string, bool) {
	w.ways.links = append(w.ways.links, way{dest, image})
	what := "link to"
	if image {
		what = "image"
	}
	u, err := url.Parse(dest)
	if err != nil {
		w.errorAt(offset, "", "%s %q: not a URL", what, dest)
		return "", false
	}
	switch {
	case image && (u.Scheme != "" || u.Host != ""):
		w.errorAt(offset, "copy the image into the site: its pages load nothing from other hosts",
			"%s %q lies on another host", what, dest)
		return "", false
	case u.Scheme != "":
		if !linkSchemes[strings.ToLower(u.Scheme)] {
			w.errorAt(offset, "", "%s %q: scheme %q is not allowed", what, dest, u.Scheme)
			return "", false
		}
		return dest, true
	case u.Host != "":
		return dest, true
	case u.Path == "":
		return w.anchorHere(dest, u, offset)
	}
	return w.local(dest, u, offset, what, image)
}

// anchorHere resolves a link within the page.
func (w *writer) anchorHere(dest string, u *url.URL, offset int) (string, bool) {
	if u.Fragment != "" && !w.r.anchors[w.r.index[w.page.Path]][u.Fragment] {
		w.noAnchor(dest, w.page, u.Fragment, offset)
		return "", false
	}
	return dest, true
}

// local resolves a link to another file of the site.
func (w *writer) local(dest string, u *url.URL, offset int, what string, image bool) (string, bool) {
	target := path.Join(path.Dir(w.page.Path), u.Path)
	if strings.HasPrefix(u.Path, "/") {
		target = path.Clean(u.Path)[1:]
	}
	if target == ".." || strings.HasPrefix(target, "../") {
		w.errorAt(offset, "", "%s %q leads out of the site", what, dest)
		return "", false
	}
	if w.r.files[target] {
		return relative(w.out, target) + suffix(u), true
	}
	if !image {
		if p := w.r.pageAt(target); p != nil {
			return w.toPage(dest, p, u, offset)
		}
		if s := w.r.tree.find(target); s.dir == target && s.page == nil {
			return relative(w.out, outNameOf(s.url())) + suffix(u), true
		}
	}
	switch {
	case w.r.drafts[target]:
		w.errorAt(offset, "", "%s %q: that page is a draft", what, dest)
	default:
		msg := what + " " + quote(dest) + ": no such " + noun(target, image)
		if near := w.r.nearest(target, image); near != "" {
			msg += " (did you mean " + quote(w.asWritten(near)) + "?)"
		}
		w.errorAt(offset, "", "%s", msg)
	}
	return "", false
}

// toPage resolves a link to another page.
func (w *writer) toPage(dest string, p *content.Page, u *url.URL, offset int) (string, bool) {
	if u.Fragment != "" && !w.r.anchors[w.r.index[p.Path]][u.Fragment] {
		w.noAnchor(dest, p, u.Fragment, offset)
		return "", false
	}
	return relative(w.out, outName(p)) + suffix(u), true
}

func (w *writer) noAnchor(dest string, p *content.Page, fragment string, offset int) {
	where := "the page"
	if p.Path != w.page.Path {
		where = p.File()
	}
	msg := "link to " + quote(dest) + ": " + where + " has no anchor " + quote(fragment)
	var names []string
	for name := range w.r.anchors[w.r.index[p.Path]] {
		names = append(names, name)
	}
	if near := closest(fragment, names); near != "" {
		msg += " (did you mean " + quote("#"+near) + "?)"
	}
	w.errorAt(offset, "", "%s", msg)
}

// pageAt finds a page by what links may call it: its file, its folder if it
// stands for one, its URL.
func (r *Renderer) pageAt(target string) *content.Page {
	for _, name := range []string{target, path.Join(target, "index.md"), target + ".md"} {
		if i, ok := r.index[name]; ok {
			return r.pages[i]
		}
	}
	return nil
}

// nearest is the file or page whose path is most like the target.
func (r *Renderer) nearest(target string, image bool) string {
	var names []string
	for f := range r.files {
		names = append(names, f)
	}
	if !image {
		for _, p := range r.pages {
			names = append(names, p.Path)
		}
	}
	return closest(target, names)
}

// asWritten is the path of a file as a link on this page has it.
func (w *writer) asWritten(target string) string { return relative(w.page.Path, target) }

func noun(target string, image bool) string {
	switch {
	case image:
		return "file"
	case path.Ext(target) == ".md":
		return "page"
	}
	return "page or file"
}

// suffix is the query and the fragment of a URL.
func suffix(u *url.URL) string {
	s := ""
	if u.RawQuery != "" {
		s = "?" + u.RawQuery
	}
	if u.Fragment != "" {
		s += "#" + u.EscapedFragment()
	}
	return s
}

// destination is where a link's destination stands in the source: what errors
// point at. Links by reference are pointed at themselves.
func (w *writer) destination(n ast.Node, dest []byte) int {
	start := n.Pos()
	if start < 0 {
		return -1
	}
	rest := w.source[start:]
	for _, open := range []string{"](", "](<"} {
		if i := bytes.Index(rest, append([]byte(open), dest...)); i >= 0 && !bytes.Contains(rest[:i], []byte("\n\n")) {
			return start + i + len(open)
		}
	}
	return start
}

func (w *writer) renderLink(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.Link)
	dest := unescape(l.Destination)
	if m := w.measure(l); m != nil {
		if entering {
			w.writeMeasured(b, m)
		}
		return ast.WalkSkipChildren, nil
	}
	if !entering {
		b.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	href, _ := w.href(dest, w.destination(n, l.Destination), false)
	b.WriteString(`<a href="` + html.EscapeString(href) + `"`)
	writeTitle(b, l.Title)
	b.WriteString(">")
	return ast.WalkContinue, nil
}

func (w *writer) renderAutoLink(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
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

func (w *writer) renderImage(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	dest := unescape(img.Destination)
	src, ok := w.href(dest, w.destination(n, img.Destination), true)
	if ok && w.image == "" && isPicture(dest) {
		w.image = imagePath(w.page, dest)
	}
	b.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(content.PlainText(n, source)) + `"`)
	if size, ok := w.imageSize(dest); ok {
		b.WriteString(` width="` + itoa(size.X) + `" height="` + itoa(size.Y) + `"`)
	}
	b.WriteString(` loading="lazy" decoding="async"`)
	writeTitle(b, img.Title)
	b.WriteString(">")
	return ast.WalkSkipChildren, nil
}

// imageSize is the size of one of the site's images.
func (w *writer) imageSize(dest string) (image.Point, bool) {
	name := imagePath(w.page, dest)
	w.ways.images = append(w.ways.images, name)
	return w.r.images.of(name)
}

func writeTitle(b util.BufWriter, title []byte) {
	if title != nil {
		b.WriteString(` title="` + html.EscapeString(unescape(title)) + `"`)
	}
}

// unescape reads a destination or a title as CommonMark has it: backslash
// escapes and entities resolved.
func unescape(b []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b))))
}
