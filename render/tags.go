package render

import (
	"maps"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/markdown"
	"handbook/render/place"
)

// tagURL returns the site-relative URL of a tag's page. Tags such as C, C++
// and C# have different URLs.
func tagURL(tag string) string { return "/tags/" + tagSlug(tag) + "/" }

func tagSlug(tag string) string {
	if rest, ok := strings.CutPrefix(tag, "."); ok {
		tag = "dot" + rest
	}
	return markdown.Slug(spelt.Replace(tag))
}

var spelt = strings.NewReplacer("+", "plus", "#", "sharp", ".", "-", "/", "-", "&", "and")

// tagLinks returns links to the pages of a page's tags.
func tagLinks(out string, tags []string) []Link {
	var links []Link
	for _, tag := range tags {
		if tagSlug(tag) != "" {
			links = append(links, Link{Title: tag, URL: place.Relative(out, place.At(tagURL(tag)))})
		}
	}
	return links
}

// tags writes a page for each tag and a list of the tags.
func (g *generated) tags() error {
	names := make(map[string]string) // URL → tag as it is written first
	tagged := make(map[string][]*content.Page)
	for _, p := range g.targets.Pages {
		for _, tag := range p.Front.Tags {
			u := tagURL(tag)
			if tagSlug(tag) == "" || slices.Contains(tagged[u], p) {
				continue
			}
			if names[u] == "" {
				names[u] = tag
			}
			tagged[u] = append(tagged[u], p)
		}
	}
	if len(names) == 0 {
		return nil
	}
	urls := slices.Sorted(maps.Keys(names))
	for _, u := range urls {
		v := g.view(place.At(u), g.targets.Root, nil)
		v.Title, v.Kind = names[u], "section"
		v.Trail = []Link{{Title: g.theme.Words.Text("home"), URL: v.Site.Home}, {Title: g.theme.Words.Text("tags"), URL: place.Relative(v.out, "tags/index.html")}}
		for _, p := range tagged[u] {
			v.Children = append(v.Children, g.menu.pageLink(v.out, p))
		}
		if err := g.finish(v, u); err != nil {
			return err
		}
	}
	v := g.view("tags/index.html", g.targets.Root, nil)
	v.Title, v.Kind = g.theme.Words.Text("tags"), "section"
	v.Trail = []Link{{Title: g.theme.Words.Text("home"), URL: v.Site.Home}}
	for _, u := range urls {
		v.Children = append(v.Children, Link{Title: names[u], URL: place.Relative(v.out, place.At(u)),
			Description: g.theme.Words.Text("page-count", "n", len(tagged[u]))})
	}
	return g.finish(v, "/tags/")
}

// labsURL is the site-relative URL of the table of all labs.
const labsURL = "/verified/"

// A LabView is a row of the table of all labs.
type LabView struct {
	Link   `json:"Link"`
	*Proof `json:"Proof"`
}

// labs writes the table of all labs.
func (g *generated) labs() error {
	v := g.view(place.At(labsURL), g.targets.Root, nil)
	for _, p := range g.targets.Pages {
		if p.Lab != nil {
			v.Labs = append(v.Labs, LabView{g.menu.pageLink(v.out, p), g.proof(p)})
		}
	}
	if len(v.Labs) == 0 {
		return nil
	}
	v.Title, v.Kind = g.theme.Words.Text("labs-title"), "section"
	v.Description = g.theme.Words.Text("labs-description")
	v.Trail = []Link{{Title: g.theme.Words.Text("home"), URL: v.Site.Home}}
	return g.finish(v, labsURL)
}
