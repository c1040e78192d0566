package render

import (
	"encoding/xml"
	"html/template"
	"strings"
)

// Indexes writes files that list the pages, for programs.
type indexes struct {
	*frame
	files Files
}

// sitemap writes sitemap.xml and robots.txt. The sitemap needs absolute URLs.
func (x *indexes) sitemap() {
	robots := "User-agent: *\nAllow: /\n"
	if x.address != "" {
		var b strings.Builder
		b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
		for _, p := range x.targets.pages {
			b.WriteString("<url><loc>" + template.HTMLEscapeString(x.address.Of(p.URL)) + "</loc>")
			if at, ok := x.o.Updated[p.Path]; ok {
				b.WriteString("<lastmod>" + stamp(at) + "</lastmod>")
			}
			b.WriteString("</url>\n")
		}
		b.WriteString("</urlset>\n")
		x.files["sitemap.xml"] = []byte(b.String())
		robots += "Sitemap: " + string(x.address) + "/sitemap.xml\n"
	}
	x.files[robotsName] = []byte(robots)
}
