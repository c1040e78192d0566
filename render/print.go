package render

import (
	"html/template"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/content/markdown"
	"handbook/render/html"
	"handbook/render/link"
	"handbook/render/locale"
	"handbook/render/place"
	"handbook/render/results"
	"handbook/render/rewrite"
	"handbook/render/tree"
)

// printURL is the site-relative URL of the page that contains all others, to be
// printed or read in one go.
const printURL = "/print/"

// Limits of that page, in bytes of Markdown. The HTML is about five times as
// long, and browsers are slow with more than ten megabytes. A preview has a
// lower limit, since it makes the page again after each change.
const (
	printLimit        = 2 << 20
	printLimitPreview = 200 << 10
)

// hasPrint reports whether there is a page with all others.
func (f *frame) hasPrint() bool {
	size, limit := 0, printLimit
	if f.o.Preview {
		limit = printLimitPreview
	}
	for _, p := range f.targets.Pages {
		size += len(p.Source)
	}
	return len(f.targets.Pages) > 1 && size <= limit
}

// print renders the page that contains all others. It leaves out pages with
// errors; All returns these errors, and nothing is published.
func (r *Renderer) print(made *generated) error {
	if !r.frame.prints {
		return nil
	}
	pages := r.targets.Pages
	bodies := make([]string, len(pages))
	styles := make([]string, len(pages))
	unsafe, diagrams := make([]bool, len(pages)), make([]bool, len(pages))
	names := printNames(pages)
	each(r.o.Workers, len(pages), func(i int) {
		doc, err := r.docs.of(pages[i])
		if err != nil {
			return
		}
		pr := &printer{frame: r.frame, names: names, page: pages[i], name: names[place.Of(pages[i])]}
		bodies[i], styles[i], unsafe[i], diagrams[i] = pr.section(doc.Document), doc.Style, doc.Unsafe, doc.Diagrams
	})
	v := r.frame.view(place.At(printURL), r.targets.Root, nil)
	v.Title, v.Kind, v.Description = v.Site.Title, "print", r.site.Config.Description
	v.Trail = []Link{{Title: r.frame.theme.Words.Text("home"), URL: v.Site.Home}}
	v.Body = template.HTML(printContents(r.targets.Root, names, r.frame.theme.Words) + strings.Join(bodies, ""))
	slices.Sort(styles)
	v.needs(strings.Join(slices.Compact(styles), ""), slices.Contains(diagrams, true), slices.Contains(unsafe, true))
	return made.finish(v, printURL)
}

// printNames returns the anchors of the pages on the page that contains them, by
// the pages' published names.
func printNames(pages []*content.Page) map[string]string {
	names, taken := make(map[string]string), make(map[string]bool)
	for _, p := range pages {
		base := "start"
		if slug := markdown.Slug(strings.ReplaceAll(strings.Trim(p.URL, "/"), "/", "-")); slug != "" {
			base = slug
		}
		name := base
		for n := 2; taken[name]; n++ {
			name = base + "-" + strconv.Itoa(n)
		}
		taken[name] = true
		names[place.Of(p)] = name
	}
	return names
}

// printContents returns the list of the pages by section.
func printContents(root *tree.Section, names map[string]string, words *locale.Locale) string {
	var b strings.Builder
	b.WriteString(`<nav class="printed-contents" aria-label="` + words.HTML("pages") + `">`)
	var list func(s *tree.Section)
	list = func(s *tree.Section) {
		b.WriteString("<ul>")
		for _, it := range s.Items {
			p, title := it.Page, ""
			if it.Sub != nil {
				p, title = it.Sub.Page, it.Sub.Title()
			}
			if p != nil {
				title = `<a href="#` + template.HTMLEscapeString(names[place.Of(p)]) + `">` + template.HTMLEscapeString(p.Title) + "</a>"
			} else {
				title = template.HTMLEscapeString(title)
			}
			b.WriteString("<li>" + title)
			if it.Sub != nil {
				list(it.Sub)
			}
			b.WriteString("</li>")
		}
		b.WriteString("</ul>")
	}
	list(root)
	b.WriteString("</nav>\n")
	return b.String()
}

// A printer makes the HTML of a page part of the page that contains all
// others.
type printer struct {
	frame *frame
	names map[string]string
	page  *content.Page
	name  string
}

func (pr *printer) section(doc *html.Document) string {
	var b strings.Builder
	in := rewrite.Inset{Name: pr.name, Link: pr.link}
	b.WriteString(`<section class="printed" id="` + template.HTMLEscapeString(pr.name) + `">` + "\n<h2>")
	in.Rewrite(&b, string(doc.Heading))
	b.WriteString("</h2>\n")
	if text := pr.page.Front.Description; text != "" && text != pr.frame.site.Config.Description {
		b.WriteString(`<p class="lead">` + template.HTMLEscapeString(text) + "</p>\n")
	}
	if pr.page.Lab != nil {
		b.WriteString(`<p class="printed-proof">` + template.HTMLEscapeString(results.NewProof(pr.page, pr.frame.menu.fresh.Of(pr.page), pr.frame.targets.Outline(pr.page).Skipped, pr.frame.theme.Words).Line()) + "</p>\n")
	}
	in.Rewrite(&b, string(doc.Body))
	b.WriteString("</section>\n")
	return b.String()
}

// link rewrites a URL of the page: to the anchor of the page that it leads to,
// or else to the URL of the same file from here.
func (pr *printer) link(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil || u.Scheme != "" || u.Host != "":
		return to
	case u.Path == "" && u.Fragment == "":
		return "#" + (&url.URL{Path: pr.name}).EscapedPath()
	case u.Path == "":
		return (&url.URL{Fragment: pr.name + "--" + u.Fragment}).String()
	}
	target := path.Join(path.Dir(place.Of(pr.page)), u.Path)
	if name, ok := pr.names[target]; ok {
		if u.Fragment != "" {
			name += "--" + u.Fragment
		}
		return (&url.URL{Fragment: name}).String()
	}
	return place.Relative(place.At(printURL), target) + link.Suffix(u)
}
