// Package outline finds what other parts of a site need to know about a page
// before it is rendered: the anchors that other pages can link to, the
// snippets that are not verified, and the links to other hosts. They
// depend only on the page and its tree.
//
// It also defines the ids that are reserved for the theme.
package outline

import (
	"cmp"
	"html"
	"regexp"
	"strconv"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/markdown"
)

// Own starts the ids that the theme uses. Pages cannot define them.
const Own = "hb-"

// SnippetID returns the id of a page's i-th snippet.
func SnippetID(i int) string { return Own + "s" + strconv.Itoa(i+1) }

// An Outline is what other pages can refer to on a page.
type Outline struct {
	Anchors map[string]bool // ids and names that links can end with
	Skipped []Skipped       // snippets that are not verified
}

// A Skipped is a snippet with the option skip, or a code block that is not
// fenced.
type Skipped struct {
	What     string // its title, name, file or language
	Line     int    // of the page
	Reason   string
	URL      string // of the snippet on its page; "" if it has none
	Unfenced bool   // not a snippet, so that it is in no record and has no reason
}

// New returns the outline of a page.
func New(p *content.Page, t *content.Tree) Outline {
	return Outline{anchors(p, t), SkippedOf(t)}
}

// rawID finds anchors that raw HTML makes.
var rawID = regexp.MustCompile(`(?i)<[a-z][^>]*?\s(?:id|name)\s*=\s*["']?([^"'\s>]+)`)

// anchors returns the ids of headings and footnotes, and the ids and names of
// elements in raw HTML.
func anchors(p *content.Page, t *content.Tree) map[string]bool {
	found := make(map[string]bool)
	_ = ast.Walk(t.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if id := markdown.HeadingID(n); id != "" {
				found[id] = true
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			for _, m := range rawID.FindAllSubmatch(markdown.RawText(n, p.Source), -1) {
				found[html.UnescapeString(string(m[1]))] = true
			}
		case *east.Footnote:
			found["fn:"+strconv.Itoa(n.Index)] = true
		}
		return ast.WalkContinue, nil
	})
	return found
}

// SkippedOf lists the parts of a page that are not verified.
func SkippedOf(t *content.Tree) []Skipped {
	var list []Skipped
	for i, s := range t.Snippets {
		if s.Options.Skip == "" || s.Role == info.Shown {
			continue
		}
		v := Skipped{What: cmp.Or(s.Options.Title, s.Options.Name, s.Options.File, s.Lang), Line: s.Pos.Line, Reason: s.Options.Skip}
		if !s.Options.Hide {
			v.URL = "#" + SnippetID(i)
		}
		list = append(list, v)
	}
	for _, u := range t.Unfenced {
		list = append(list, Skipped{What: u.What, Line: u.Pos.Line, Unfenced: true})
	}
	return list
}
