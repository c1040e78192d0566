package render

import (
	"bytes"
	"html/template"
	"path"
	"strings"

	"handbook/content"
	"handbook/content/markdown"
	"handbook/content/mistake"
	"handbook/render/place"
	"handbook/render/tree"
)

// generated writes pages without a source file.
type generated struct {
	*frame
	out *named
}

// finish writes a page at a site-relative URL.
func (g *generated) finish(v *View, u string) error {
	v.Canonical = g.address.Of(u)
	b, err := v.execute(strings.TrimPrefix(u, "/"))
	g.out.put(v.out, b)
	return err
}

// section writes the page of a folder that has no index.md.
func (g *generated) section(s *tree.Section) error {
	out := place.At(s.URL())
	v := g.view(out, s, nil)
	v.Title, v.Kind = s.Title(), "section"
	if s.Dir == "." {
		v.Title, v.Kind, v.Description = v.Site.Title, "home", g.site.Config.Description
	}
	v.Canonical = g.address.Of(s.URL())
	if v.Kind == "home" {
		g.home(v)
	} else {
		v.Children = g.menu.children(out, s)
	}
	b, err := v.execute(out)
	g.out.put(out, b)
	return err
}

// notFound writes the page that servers send if there is nothing at a URL. Its
// links start at the root, because it is shown at any URL.
func (g *generated) notFound() error {
	v := g.view("404.html", g.targets.Root, nil)
	v.Title, v.Kind = g.theme.Words.Text("not-found"), "missing"
	v.Root = g.address.Path()
	g.rootLinks(v)
	v.Site.Home = v.Root
	v.Trail = nil
	for _, links := range [][]Link{v.Site.Nav, v.Sidebar} {
		for i := range links {
			if !links[i].External {
				links[i].URL = v.Root + links[i].URL
			}
		}
	}
	b, err := v.execute("404.html")
	g.out.put("404.html", b)
	return err
}

// redirects writes a page at every alias that redirects to the page.
func (g *generated) redirects(taken *place.Names, problems *problems) {
	for _, p := range g.targets.Pages {
		for _, alias := range p.Front.Aliases {
			name := aliasName(p, alias)
			if problem := place.BadAlias(alias, name); problem != "" {
				problems.add(aliasError(p, alias, problem))
				continue
			}
			at := aliasPos(p, alias)
			taken.Take(place.Published{Name: name, What: "alias " + quote(alias) + " of " + p.File(), At: at})
			g.out.put(name, g.redirect(name, p))
		}
	}
}

// aliasPos returns the place of an alias in the front matter.
func aliasPos(p *content.Page, alias string) content.Pos {
	front := p.Source[:markdown.LineStarts(p.Source)[p.Front.Lines]]
	key := max(bytes.Index(front, []byte("aliases")), 0)
	return mistake.At(p.File(), p.Source, key+max(bytes.Index(front[key:], []byte(alias)), 0))
}

// aliasError returns an error about an alias.
func aliasError(p *content.Page, alias, what string) error {
	return &content.Error{Pos: aliasPos(p, alias), Msg: "alias " + quote(alias) + " " + what}
}

// aliasName returns the file name of an alias, a site-relative URL or one
// relative to the page's folder.
func aliasName(p *content.Page, alias string) string {
	if !strings.HasPrefix(alias, "/") {
		alias = "/" + path.Join(path.Dir(p.Path), alias)
	}
	alias = path.Clean(alias)
	if path.Ext(alias) == ".html" {
		return alias[1:]
	}
	return path.Join(alias, "index.html")[1:]
}

func (g *generated) redirect(from string, p *content.Page) []byte {
	to := template.HTMLEscapeString(place.Relative(from, place.Of(p)))
	canonical := ""
	if u := g.address.Of(p.URL); u != "" {
		canonical = `<link rel="canonical" href="` + template.HTMLEscapeString(u) + `">`
	}
	return []byte(`<!doctype html><html lang="` + template.HTMLEscapeString(g.theme.Words.Language) + `" dir="` + g.theme.Words.Dir +
		`"><meta charset="utf-8"><title>` + template.HTMLEscapeString(p.Title) + `</title><meta name="robots" content="noindex"><link rel="icon" href="data:,">` +
		canonical + `<meta http-equiv="refresh" content="0; url=` + to + `"><p><a href="` + to + `">` +
		template.HTMLEscapeString(p.Title) + "</a></p></html>\n")
}
