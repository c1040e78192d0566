package rewrite

import (
	"bytes"
	"html"
	"image"
	"io"
	"strconv"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowedTags are the elements that GitHub allows in Markdown.
var allowedTags = set(`a abbr b bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure
	h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strike strong sub
	summary sup table tbody td tfoot th thead time tr tt ul var wbr`)

// allowedAttrs are the attributes that any of them may have: GitHub's, without
// those that browsers no longer support.
var allowedAttrs = set(`abbr align alt aria-describedby aria-hidden aria-label aria-labelledby cite colspan datetime dir
	headers height hreflang id itemprop lang name open rel reversed role rowspan scope span start summary title type valign
	value width`)

// urlAttrs are attributes with a URL, each allowed on one element.
var urlAttrs = map[string]string{"href": "a", "src": "img", "srcset": "source"}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// A Filter writes the allowed part of HTML.
type Filter struct {
	// URL returns the URL to write instead of one of a link or an image; false
	// if there is none.
	URL func(to string, image bool) (string, bool)
	// Size returns the size of an image in CSS pixels; false if it is unknown.
	Size func(src string) (image.Point, bool)
	// Reserved starts ids that the HTML cannot define.
	Reserved string
}

// Write writes the allowed part of a piece of HTML. It shows other tags as
// text, so that authors see that they have no effect, and drops comments.
func (f *Filter) Write(b io.StringWriter, raw []byte) {
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
				// The tokenizer reads what follows a <script> or <title> as
				// its text. Here it is text of the page.
				continue
			}
			f.writeTag(b, t)
		}
	}
}

// writeTag writes an allowed tag with those of its attributes that are allowed.
func (f *Filter) writeTag(b io.StringWriter, t nethtml.Token) {
	if t.Type == nethtml.EndTagToken {
		b.WriteString("</" + t.Data + ">")
		return
	}
	b.WriteString("<" + t.Data)
	for _, a := range t.Attr {
		value, ok := a.Val, allowedAttrs[a.Key]
		if urlAttrs[a.Key] == t.Data {
			value, ok = f.url(a)
		}
		if a.Key == "media" && t.Data == "source" {
			ok = true
		}
		switch {
		case a.Key == "id" && strings.HasPrefix(value, f.Reserved):
			ok = false
		case a.Key == "name" && t.Data != "a":
			ok = false // <img name=body> would become document.body
		}
		if ok {
			b.WriteString(" " + a.Key + `="` + html.EscapeString(value) + `"`)
		}
	}
	if t.Data == "img" {
		f.writeImageSize(b, t)
	}
	b.WriteString(">")
}

// url returns what to write instead of an attribute's URL.
func (f *Filter) url(a nethtml.Attribute) (string, bool) {
	image := a.Key != "href"
	if a.Key == "srcset" {
		first, _, _ := strings.Cut(strings.TrimSpace(a.Val), " ")
		src, ok := f.URL(first, image)
		return strings.Replace(a.Val, first, src, 1), ok && !strings.Contains(a.Val, ",")
	}
	return f.URL(a.Val, image)
}

// writeImageSize adds the attributes that images of Markdown have: their size,
// and that they are loaded when they come into view.
func (f *Filter) writeImageSize(b io.StringWriter, t nethtml.Token) {
	attrs := make(map[string]string)
	for _, a := range t.Attr {
		attrs[a.Key] = a.Val
	}
	size, ok := f.Size(attrs["src"])
	width, wide := attrs["width"]
	height, high := attrs["height"]
	switch {
	case !ok:
	case !wide && !high:
		b.WriteString(` width="` + strconv.Itoa(size.X) + `" height="` + strconv.Itoa(size.Y) + `"`)
	case !high && Pixels(width) > 0: // only one side is given
		b.WriteString(` height="` + strconv.Itoa((Pixels(width)*size.Y+size.X/2)/size.X) + `"`)
	case !wide && Pixels(height) > 0:
		b.WriteString(` width="` + strconv.Itoa((Pixels(height)*size.X+size.Y/2)/size.Y) + `"`)
	}
	b.WriteString(` loading="lazy" decoding="async"`)
}

// Balanced closes the elements that HTML left open and drops end tags without a
// start, so that a page cannot break the frame around it. It parses the body as
// a browser would.
func Balanced(body []byte) string {
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

// Pixels returns a length of HTML or SVG in CSS pixels, or 0 if it has another
// unit.
func Pixels(s string) int {
	f, err := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 64)
	if err != nil || f < 0 || f > 1e6 {
		return 0
	}
	return int(f + 0.5)
}
