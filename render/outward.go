package render

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	nethtml "golang.org/x/net/html"

	"handbook/content"
)

// An Outward link leads to another host.
type Outward struct {
	URL string
	Pos content.Pos
}

// Outwards lists the links of a site's pages that lead to other hosts over
// HTTP, drafts' too, page by page as they stand there, and those of the header.
func Outwards(site *content.Site) []Outward {
	var links []Outward
	for _, item := range site.Config.Nav {
		if isOutward(item.URL) {
			links = append(links, Outward{item.URL, item.Pos})
		}
	}
	for _, p := range site.Pages {
		links = append(links, outwards(p)...)
	}
	return links
}

func isOutward(dest string) bool {
	u, err := url.Parse(dest)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func outwards(p *content.Page) []Outward {
	var links []Outward
	p = p.Parsed()
	w := &writer{page: p, source: p.Source}
	add := func(dest string, offset int) {
		if isOutward(dest) {
			links = append(links, Outward{dest, position(p.File(), p.Source, offset)})
		}
	}
	_ = ast.Walk(p.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			add(unescape(n.Destination), w.destination(n, n.Destination))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				add(string(n.URL(p.Source)), n.Pos())
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			z := nethtml.NewTokenizer(bytes.NewReader(rawText(n, p.Source)))
			for kind := z.Next(); kind != nethtml.ErrorToken; kind = z.Next() {
				if t := z.Token(); t.Data == "a" {
					for _, a := range t.Attr {
						if a.Key == "href" {
							add(a.Val, w.rawOffset(n, a.Val))
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
