package render

import (
	"bytes"
	"html"
	"io"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowedTags are the elements that GitHub lets through from Markdown.
var allowedTags = set(`a abbr b bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure
	h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strike strong sub
	summary sup table tbody td tfoot th thead time tr tt ul var wbr`)

// allowedAttrs are the attributes that any of them may have, as GitHub has
// them but for those that browsers no longer know.
var allowedAttrs = set(`abbr align alt aria-describedby aria-hidden aria-label aria-labelledby cite colspan datetime dir
	headers height hreflang id itemprop lang name open rel reversed role rowspan scope span start summary title type valign
	value width`)

// urlAttrs are allowed on one element each, and lead somewhere.
var urlAttrs = map[string]string{"href": "a", "src": "img", "srcset": "source"}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// rawText is the source of a piece of raw HTML.
func rawText(n ast.Node, source []byte) []byte {
	var b bytes.Buffer
	switch n := n.(type) {
	case *ast.HTMLBlock:
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			b.Write(line.Value(source))
		}
		if n.HasClosure() {
			b.Write(n.ClosureLine.Value(source))
		}
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			b.Write(s.Value(source))
		}
	}
	return b.Bytes()
}

func (w *writer) renderHTMLBlock(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.writeRaw(b, n)
	}
	return ast.WalkSkipChildren, nil
}

func (w *writer) renderRawHTML(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.writeRaw(b, n)
	}
	return ast.WalkSkipChildren, nil
}

// writeRaw writes what is allowed of a piece of raw HTML. Other tags are
// shown as text, so that their author sees that they have no effect; comments
// are dropped.
func (w *writer) writeRaw(b util.BufWriter, n ast.Node) {
	raw := rawText(n, w.source)
	if w.r.unsafe() {
		w.unsafe = true
		w.writeUnsafe(b, n, raw)
		return
	}
	w.raw = true
	z := nethtml.NewTokenizer(bytes.NewReader(raw))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			if z.Err() != io.EOF {
				b.WriteString(html.EscapeString(string(z.Raw())))
			}
			return
		case nethtml.TextToken:
			b.WriteString(html.EscapeString(html.UnescapeString(string(z.Raw()))))
		case nethtml.CommentToken, nethtml.DoctypeToken:
		default:
			asWritten := string(z.Raw()) // before Token, which lower-cases in place
			t := z.Token()
			if !allowedTags[t.Data] {
				b.WriteString(html.EscapeString(asWritten))
				// The tokenizer takes what follows a <script> or <title>
				// for its text; here it is Markdown's author's text.
				continue
			}
			w.writeTag(b, n, t)
		}
	}
}

// writeTag writes an allowed tag with those of its attributes that are allowed.
func (w *writer) writeTag(b util.BufWriter, n ast.Node, t nethtml.Token) {
	if t.Type == nethtml.EndTagToken {
		b.WriteString("</" + t.Data + ">")
		return
	}
	b.WriteString("<" + t.Data)
	for _, a := range t.Attr {
		value, ok := a.Val, allowedAttrs[a.Key]
		if urlAttrs[a.Key] == t.Data {
			value, ok = w.rawURL(n, a)
		}
		switch {
		case a.Key == "id" && strings.HasPrefix(value, ownPrefix):
			ok = false
		case a.Key == "name" && t.Data != "a":
			ok = false // <img name=body> would become document.body
		}
		if ok {
			b.WriteString(" " + a.Key + `="` + html.EscapeString(value) + `"`)
		}
	}
	if t.Data == "img" {
		w.writeRawImage(b, t)
	}
	b.WriteString(">")
}

// ownPrefix starts the ids that the theme uses; pages can't take them.
const ownPrefix = "hb-"

// unsafe tells whether the site lets all raw HTML through.
func (r *Renderer) unsafe() bool { return r.site.Config.HTML == "unsafe" }

// localAttrs lead to files of the site, on whatever element they stand.
var localAttrs = set("href poster src")

// writeUnsafe writes raw HTML as it is, but for the ways to other files of the
// site: those are checked and lead to where the files are published.
func (w *writer) writeUnsafe(b util.BufWriter, n ast.Node, raw []byte) {
	z := nethtml.NewTokenizer(bytes.NewReader(raw))
	for {
		kind := z.Next()
		asWritten := string(z.Raw())
		if kind == nethtml.ErrorToken {
			b.WriteString(asWritten)
			return
		}
		if kind != nethtml.StartTagToken && kind != nethtml.SelfClosingTagToken {
			b.WriteString(asWritten)
			continue
		}
		t, changed := z.Token(), false
		local := func(to string) string { return w.unsafeURL(n, to, t.Data == "img") }
		for i, a := range t.Attr {
			switch {
			case localAttrs[a.Key]:
				t.Attr[i].Val = local(a.Val)
			case a.Key == "srcset":
				t.Attr[i].Val = eachSource(a.Val, local)
			}
			changed = changed || t.Attr[i].Val != a.Val
		}
		if changed {
			asWritten = t.String()
		}
		b.WriteString(asWritten)
	}
}

// unsafeURL resolves and checks a URL that leads to a file of the site; others
// stay as they are.
func (w *writer) unsafeURL(n ast.Node, to string, image bool) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || to == "" {
		return to
	}
	if at, ok := w.href(to, w.rawOffset(n, to), image); ok {
		return at
	}
	return to
}

// eachSource changes the URLs of a srcset, each with its descriptor behind it.
func eachSource(list string, change func(string) string) string {
	if strings.Contains(list, "data:") {
		return list // has commas of its own
	}
	var all []string
	for one := range strings.SplitSeq(list, ",") {
		to, descriptor, _ := strings.Cut(strings.TrimSpace(one), " ")
		all = append(all, strings.TrimSpace(change(to)+" "+descriptor))
	}
	return strings.Join(all, ", ")
}

// rawURL resolves and checks a URL of raw HTML like one of Markdown.
func (w *writer) rawURL(n ast.Node, a nethtml.Attribute) (string, bool) {
	image := a.Key != "href"
	if a.Key == "srcset" {
		first, _, _ := strings.Cut(strings.TrimSpace(a.Val), " ")
		src, ok := w.href(first, w.rawOffset(n, first), image)
		return strings.Replace(a.Val, first, src, 1), ok && !strings.Contains(a.Val, ",")
	}
	return w.href(a.Val, w.rawOffset(n, a.Val), image)
}

// rawOffset is where a text stands in a piece of raw HTML.
func (w *writer) rawOffset(n ast.Node, text string) int {
	start := n.Pos()
	switch n := n.(type) {
	case *ast.HTMLBlock:
		if n.Lines().Len() > 0 {
			start = n.Lines().At(0).Start
		}
	case *ast.RawHTML:
		start = n.Segments.At(0).Start
	}
	if start < 0 {
		return -1
	}
	return start + max(0, bytes.Index(w.source[start:], []byte(text)))
}

// writeRawImage adds an image's size, as Markdown images have it.
func (w *writer) writeRawImage(b util.BufWriter, t nethtml.Token) {
	attrs := make(map[string]string)
	for _, a := range t.Attr {
		attrs[a.Key] = a.Val
	}
	size, ok := w.imageSize(attrs["src"])
	width, wide := attrs["width"]
	height, high := attrs["height"]
	switch {
	case !ok:
	case !wide && !high:
		b.WriteString(` width="` + itoa(size.X) + `" height="` + itoa(size.Y) + `"`)
	case !high && pixels(width) > 0: // one side was given, the other one follows
		b.WriteString(` height="` + itoa((pixels(width)*size.Y+size.X/2)/size.X) + `"`)
	case !wide && pixels(height) > 0:
		b.WriteString(` width="` + itoa((pixels(height)*size.X+size.Y/2)/size.Y) + `"`)
	}
	b.WriteString(` loading="lazy" decoding="async"`)
}

// balanced closes what raw HTML left open and drops end tags that close
// nothing, by reading the body as a browser would: a page's HTML must not
// reach into the frame around it. Pages without raw HTML are balanced.
func (w *writer) balanced(body []byte) string {
	if !w.raw {
		return string(body)
	}
	context := &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := nethtml.ParseFragment(bytes.NewReader(body), context)
	if err != nil {
		return html.EscapeString(string(body)) // reading from memory does not fail
	}
	var b bytes.Buffer
	for _, n := range nodes {
		if err := nethtml.Render(&b, n); err != nil {
			return html.EscapeString(string(body))
		}
	}
	return b.String()
}
