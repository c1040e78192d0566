package look

import (
	"bytes"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"handbook/content/config"
)

// head checks HTML for the head of every page. Inline scripts and styles in it are
// allowed by their hashes.
func (c *checker) head(v config.Value) Rooted {
	h := &head{checker: c, value: v, z: html.NewTokenizer(strings.NewReader(v.Text)), line: 1}
	for kind := h.z.Next(); kind != html.ErrorToken; kind = h.z.Next() {
		raw := string(h.z.Raw())
		h.token(kind, raw)
		h.line += strings.Count(raw, "\n")
	}
	if h.inside != "" {
		h.wrong("<%s> is never closed", h.inside)
	}
	return Rooted(h.out.String())
}

// A head checks HTML for the head.
type head struct {
	*checker
	value  config.Value
	z      *html.Tokenizer
	line   int    // of the value, from 1
	inside string // "script" or "style", or ""
	out    bytes.Buffer
}

func (h *head) wrong(format string, args ...any) {
	what := "head: "
	if strings.Contains(strings.TrimSpace(h.value.Text), "\n") {
		what = "head, line " + strconv.Itoa(h.line) + ": "
	}
	h.fail(h.value.Pos, what+format, args...)
}

func (h *head) token(kind html.TokenType, raw string) {
	switch kind {
	case html.TextToken:
		h.text(raw)
		h.out.WriteString(raw)
	case html.CommentToken:
		h.out.WriteString(raw)
	case html.StartTagToken, html.SelfClosingTagToken:
		h.start(h.z.Token())
	case html.EndTagToken:
		h.inside = ""
		h.out.WriteString(raw)
	default:
		h.wrong("%s cannot stand there", raw)
	}
}

func (h *head) text(raw string) {
	switch {
	case h.inside == "script" || h.inside == "style":
		directive := h.inside + "-src"
		if hash := Hash(raw); !slices.Contains(h.policy.hashes[directive], hash) {
			h.policy.hashes[directive] = append(h.policy.hashes[directive], hash)
		}
	case strings.TrimSpace(raw) != "":
		h.wrong("the text %q cannot stand in the head of a page, expected elements: meta, link, script or style", strings.TrimSpace(raw))
	}
}

func (h *head) start(t html.Token) {
	switch t.Data {
	case "script", "style":
		h.inside = t.Data
	case "meta", "link":
	case "base", "title":
		h.wrong("<%s> is the theme's own, and cannot stand there twice", t.Data)
		return
	default:
		h.wrong("<%s> cannot stand in the head of a page, expected meta, link, script or style", t.Data)
		return
	}
	for i := range t.Attr {
		h.attribute(t, &t.Attr[i])
	}
	h.out.WriteString(t.String())
}

func (h *head) attribute(t html.Token, a *html.Attribute) {
	switch {
	case strings.HasPrefix(a.Key, "on"):
		h.wrong("the attribute %s is not run: pages run no scripts in attributes", a.Key)
	case a.Key == "style":
		h.wrong("the attribute style has no effect")
	case a.Key == "http-equiv" && strings.EqualFold(a.Val, "Content-Security-Policy"):
		h.wrong("a second Content-Security-Policy can only forbid more: use the setting csp")
	case a.Key == "src" || a.Key == "href":
		h.address(t, a)
	}
}

// address checks what an element loads or leads to. A path is one from the root of
// the site.
func (h *head) address(t html.Token, a *html.Attribute) {
	u, err := url.Parse(a.Val)
	if err != nil {
		h.wrong("%q is not an address", a.Val)
		return
	}
	if u.Host != "" || u.Scheme != "" {
		if directive := directiveOf(t); directive != "" && u.Scheme != "data" {
			h.allowed(config.Value{Text: a.Val, Pos: h.value.Pos}, directive, "head: the file")
		}
		return
	}
	name := path.Clean(strings.TrimPrefix(u.Path, "/"))
	if u.Path == "" || !h.files.Has(name) {
		h.wrong("there is no file %q in %s/", a.Val, h.site.Name)
		return
	}
	u.Path = name
	a.Val = root + u.String()
}

// directiveOf returns the directive of the policy that controls what an
// element loads, "" if it loads nothing.
func directiveOf(t html.Token) string {
	if t.Data == "script" {
		return "script-src"
	}
	for _, a := range t.Attr {
		if a.Key != "rel" {
			continue
		}
		rel := strings.Fields(strings.ToLower(a.Val))
		switch {
		case slices.Contains(rel, "stylesheet"):
			return "style-src"
		case slices.Contains(rel, "icon"), slices.Contains(rel, "apple-touch-icon"):
			return "img-src"
		case slices.Contains(rel, "manifest"):
			return "manifest-src"
		case slices.Contains(rel, "modulepreload"):
			return "script-src"
		}
	}
	return ""
}
