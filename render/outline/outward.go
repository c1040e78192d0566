package outline

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	nethtml "golang.org/x/net/html"

	"handbook/content"
	"handbook/content/markdown"
	"handbook/content/mistake"
)

// An Outward link leads to another host.
type Outward struct {
	URL string
	Pos content.Pos
}

// isOutward reports whether a URL leads to another host over HTTP.
func isOutward(dest string) bool {
	u, err := url.Parse(dest)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// Outwards lists the links of a site that lead to other hosts over HTTP: those
// of the header, then those of each page, drafts included.
func Outwards(site *content.Site) []Outward {
	var links []Outward
	for _, item := range site.Config.Nav {
		if isOutward(item.URL) {
			links = append(links, Outward{item.URL, item.Pos})
		}
	}
	for _, p := range site.Pages {
		links = append(links, outwardsOf(p)...)
	}
	return links
}

// outwardsOf lists the links of a page that lead to other hosts over HTTP, in
// order.
func outwardsOf(p *content.Page) []Outward {
	var links []Outward
	add := func(dest string, offset int) {
		if isOutward(dest) {
			links = append(links, Outward{dest, mistake.At(p.File(), p.Source, offset)})
		}
	}
	_ = ast.Walk(p.Tree().Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			add(markdown.Unescape(n.Destination), markdown.Destination(p.Source, n, n.Destination))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				add(string(n.URL(p.Source)), n.Pos())
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			z := nethtml.NewTokenizer(bytes.NewReader(markdown.RawText(n, p.Source)))
			for kind := z.Next(); kind != nethtml.ErrorToken; kind = z.Next() {
				if t := z.Token(); t.Data == "a" {
					for _, a := range t.Attr {
						if a.Key == "href" {
							add(a.Val, markdown.RawOffset(p.Source, n, a.Val))
						}
					}
				}
			}
		}
		return ast.WalkContinue, nil
	})
	slices.SortStableFunc(links, func(a, b Outward) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col), strings.Compare(a.URL, b.URL))
	})
	return links
}
