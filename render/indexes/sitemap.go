package indexes

import (
	"encoding/xml"
	"html/template"
	"strings"
)

// robots returns robots.txt, which names the sitemap if there is one.
func (x *Site) robots() []byte {
	text := "User-agent: *\nAllow: /\n"
	if x.Address != "" {
		text += "Sitemap: " + string(x.Address) + "/" + sitemapName + "\n"
	}
	return []byte(text)
}

// sitemap returns sitemap.xml. It needs absolute URLs.
func (x *Site) sitemap() []byte {
	var b strings.Builder
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, p := range x.Pages {
		b.WriteString("<url><loc>" + template.HTMLEscapeString(x.Address.Of(p.URL)) + "</loc>")
		if at, ok := x.Updated[p.Path]; ok {
			b.WriteString("<lastmod>" + Stamp(at) + "</lastmod>")
		}
		b.WriteString("</url>\n")
	}
	b.WriteString("</urlset>\n")
	return []byte(b.String())
}
