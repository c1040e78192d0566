package render

import (
	"maps"
	"slices"
	"strings"

	"handbook/content"
)

// Pages that are made of all others: one for each tag, and one that tells of
// every lab what its verification is worth.

// tagURL is the site-relative URL of a tag's page. C, C++ and C# are three.
func tagURL(tag string) string { return "/tags/" + tagSlug(tag) + "/" }

func tagSlug(tag string) string {
	if rest, ok := strings.CutPrefix(tag, "."); ok {
		tag = "dot" + rest
	}
	return content.Slug(strings.NewReplacer("+", "plus", "#", "sharp", ".", "-", "/", "-", "&", "and").Replace(tag))
}

// tagLinks are the links to the pages of a page's tags.
func tagLinks(out string, tags []string) []Link {
	var links []Link
	for _, tag := range tags {
		if tagSlug(tag) != "" {
			links = append(links, Link{Title: tag, URL: relative(out, outNameOf(tagURL(tag)))})
		}
	}
	return links
}

// tags renders a page for each tag, and one that lists them.
func (r *Renderer) tags(files Files) error {
	names := make(map[string]string) // URL → tag as it is written first
	tagged := make(map[string][]*content.Page)
	for _, p := range r.pages {
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
		v := r.view(outNameOf(u), r.tree, nil)
		v.Title, v.Kind = names[u], "section"
		v.Trail = []Link{{Title: "Home", URL: v.Site.Home}, {Title: "Tags", URL: relative(v.out, "tags/index.html")}}
		for _, p := range tagged[u] {
			v.Children = append(v.Children, r.pageLink(v.out, p))
		}
		if err := r.finish(files, v, u); err != nil {
			return err
		}
	}
	v := r.view("tags/index.html", r.tree, nil)
	v.Title, v.Kind = "Tags", "section"
	v.Trail = []Link{{Title: "Home", URL: v.Site.Home}}
	for _, u := range urls {
		v.Children = append(v.Children, Link{Title: names[u], URL: relative(v.out, outNameOf(u)),
			Description: plural(len(tagged[u]), "page")})
	}
	return r.finish(files, v, "/tags/")
}

// labsURL is where the table of all labs stands.
const labsURL = "/verified/"

// A LabView is a lab in the table of all labs.
type LabView struct {
	Link
	*Proof
}

// labs renders the table of all labs.
func (r *Renderer) labs(files Files) error {
	v := r.view(outNameOf(labsURL), r.tree, nil)
	for _, p := range r.pages {
		if p.Lab != nil {
			v.Labs = append(v.Labs, LabView{r.pageLink(v.out, p), r.proof(p)})
		}
	}
	if len(v.Labs) == 0 {
		return nil
	}
	v.Title, v.Kind = "What is verified", "section"
	v.Description = "Every lab of this handbook, and when and on what its commands were last run."
	v.Trail = []Link{{Title: "Home", URL: v.Site.Home}}
	return r.finish(files, v, labsURL)
}

// finish renders a page that no file stands behind.
func (r *Renderer) finish(files Files, v *View, u string) error {
	if _, twice := files[v.out]; twice {
		return r.collision(len(r.pages), v.out)
	}
	v.Canonical = r.absolute(u)
	b, err := r.theme.execute("page.html", strings.TrimPrefix(u, "/"), v)
	files[v.out] = b
	return err
}
