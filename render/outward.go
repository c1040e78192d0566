package render

import (
	"handbook/content"
	"handbook/render/outline"
)

// An Outward link leads to another host.
type Outward = outline.Outward

// Outwards lists the links that lead to other hosts over HTTP: those of the
// header, then those of each page, drafts included.
func Outwards(site *content.Site) []Outward {
	var links []Outward
	for _, item := range site.Config.Nav {
		if outline.IsOutward(item.URL) {
			links = append(links, Outward{URL: item.URL, Pos: item.Pos})
		}
	}
	for _, p := range site.Pages {
		links = append(links, outline.Outwards(p)...)
	}
	return links
}
