package render

import (
	"bytes"
	"encoding/xml"
	"html"
	"path"
	"strings"

	"handbook/content"
)

// sectionPage renders the page of a folder that has no index.md.
func (r *Renderer) sectionPage(files Files, s *section) error {
	out := outNameOf(s.url())
	v := r.view(out, s, nil)
	v.Title, v.Kind = s.title(), "section"
	if s.dir == "." {
		v.Title, v.Kind, v.Description = v.Site.Title, "home", r.site.Config.Description
	}
	v.Canonical = r.absolute(s.url())
	v.Children = r.children(out, s)
	var err error
	files[out], err = r.theme.execute("page.html", out, v)
	return err
}

// notFound renders the page that servers answer with where nothing is. It is
// shown under any URL, so that its links start at the root.
func (r *Renderer) notFound(files Files) error {
	v := r.view("404.html", r.tree, nil)
	v.Title, v.Kind = "Page not found", "missing"
	v.Root = r.basePath()
	r.rootLinks(v)
	v.Site.Home = v.Root
	v.Trail = nil
	for _, links := range [][]Link{v.Site.Nav, v.Sidebar} {
		for i := range links {
			if !links[i].External {
				links[i].URL = v.Root + links[i].URL
			}
		}
	}
	var err error
	files["404.html"], err = r.theme.execute("page.html", "404.html", v)
	return err
}

// redirects renders a page at every alias that leads to where the page is.
func (r *Renderer) redirects(files Files, problems *problems) {
	taken := make(map[string]bool)
	for _, p := range r.pages {
		taken[outName(p)], taken[p.Path] = true, true
	}
	for name := range files {
		taken[name] = true
	}
	for _, p := range r.pages {
		for _, alias := range p.Front.Aliases {
			name := aliasName(p, alias)
			switch {
			case strings.ContainsAny(alias, "?#"):
				problems.add(aliasError(p, alias, "has a query or a fragment, which no file can have"))
			case taken[name]:
				problems.add(aliasError(p, alias, "is taken by another page"))
			default:
				files[name] = r.redirect(name, p)
			}
			taken[name] = true
		}
	}
}

// aliasError points at where the alias stands in the front matter.
func aliasError(p *content.Page, alias, what string) error {
	front := p.Source[:lineStarts(p.Source)[p.Front.Lines]]
	return &content.Error{Pos: position(p.File(), p.Source, bytes.Index(front, []byte(alias))), Msg: "alias " + quote(alias) + " " + what}
}

// aliasName is the file of an alias: a site-relative URL, or one relative to
// the page's folder.
func aliasName(p *content.Page, alias string) string {
	if !strings.HasPrefix(alias, "/") {
		alias = "/" + path.Join(path.Dir(p.Path), alias)
	}
	alias = path.Clean(alias)
	if path.Ext(alias) == ".html" {
		return alias[1:]
	}
	return strings.TrimPrefix(alias+"/index.html", "/")
}

func (r *Renderer) redirect(from string, p *content.Page) []byte {
	to := html.EscapeString(relative(from, outName(p)))
	canonical := ""
	if u := r.absolute(p.URL); u != "" {
		canonical = `<link rel="canonical" href="` + html.EscapeString(u) + `">`
	}
	return []byte(`<!doctype html><html lang="` + html.EscapeString(firstOf(r.site.Config.Language, "en")) +
		`"><meta charset="utf-8"><title>` + html.EscapeString(p.Title) + `</title><meta name="robots" content="noindex"><link rel="icon" href="data:,">` +
		canonical + `<meta http-equiv="refresh" content="0; url=` + to + `"><p><a href="` + to + `">` +
		html.EscapeString(p.Title) + "</a></p></html>\n")
}

// sitemap lists the pages for search engines. Both files need absolute URLs.
func (r *Renderer) sitemap(files Files) {
	robots := "User-agent: *\nAllow: /\n"
	if r.base != "" {
		var b strings.Builder
		b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
		for _, p := range r.pages {
			b.WriteString("<url><loc>" + html.EscapeString(r.absolute(p.URL)) + "</loc>")
			if at, ok := r.o.Updated[p.Path]; ok {
				b.WriteString("<lastmod>" + stamp(at) + "</lastmod>")
			}
			b.WriteString("</url>\n")
		}
		b.WriteString("</urlset>\n")
		files["sitemap.xml"] = []byte(b.String())
		robots += "Sitemap: " + r.base + "/sitemap.xml\n"
	}
	files["robots.txt"] = []byte(robots)
}
