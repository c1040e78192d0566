package render

import (
	"html"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"

	"handbook/content"
)

// printURL is where all pages stand on one, to be printed or read in one go.
const printURL = "/print/"

// What may stand on one page, in bytes of Markdown: about five times as much
// HTML comes of it, and a browser that lays out more than ten megabytes of it
// is no pleasure. A preview makes the page again after each change, and stops
// earlier.
const (
	printLimit        = 2 << 20
	printLimitPreview = 200 << 10
)

// hasPrint tells whether there is a page to print everything.
func (r *Renderer) hasPrint() bool {
	size, limit := 0, printLimit
	if r.o.Preview {
		limit = printLimitPreview
	}
	for _, p := range r.pages {
		size += len(p.Source)
	}
	return len(r.pages) > 1 && size <= limit
}

// print renders the page that has all others. A page with a problem tells of
// it elsewhere, and then nothing is published at all.
func (r *Renderer) print(files Files) error {
	if !r.prints {
		return nil
	}
	bodies := make([]string, len(r.pages))
	styles := make([]string, len(r.pages))
	unsafe := make([]bool, len(r.pages))
	names := r.printNames()
	r.each(func(i int) {
		doc, err := r.document(r.pages[i])
		if err != nil {
			return
		}
		pr := &printer{r: r, names: names, page: r.pages[i], name: names[outName(r.pages[i])]}
		bodies[i], styles[i], unsafe[i] = pr.section(doc), doc.style, doc.unsafe
	})
	v := r.view(outNameOf(printURL), r.tree, nil)
	v.Title, v.Kind, v.Description = v.Site.Title, "print", r.site.Config.Description
	v.Trail = []Link{{Title: "Home", URL: v.Site.Home}}
	v.Body = template.HTML(r.printContents(names) + strings.Join(bodies, ""))
	slices.Sort(styles)
	style := strings.Join(slices.Compact(styles), "")
	v.Style = template.CSS(style)
	if v.Policy = r.theme.policy(style); slices.Contains(unsafe, true) {
		v.Policy = ""
	}
	return r.finish(files, v, printURL)
}

// printNames gives every page, by its published name, an anchor on the page
// that has all of them.
func (r *Renderer) printNames() map[string]string {
	names, taken := make(map[string]string), make(map[string]bool)
	for _, p := range r.pages {
		base := "start"
		if slug := content.Slug(strings.ReplaceAll(strings.Trim(p.URL, "/"), "/", "-")); slug != "" {
			base = slug
		}
		name := base
		for n := 2; taken[name]; n++ {
			name = base + "-" + itoa(n)
		}
		taken[name] = true
		names[outName(p)] = name
	}
	return names
}

// printContents lists the pages as the sections have them.
func (r *Renderer) printContents(names map[string]string) string {
	var b strings.Builder
	b.WriteString(`<nav class="printed-contents" aria-label="Pages">`)
	var list func(s *section)
	list = func(s *section) {
		b.WriteString("<ul>")
		for _, it := range s.items {
			p, title := it.page, ""
			if it.sub != nil {
				p, title = it.sub.page, it.sub.title()
			}
			if p != nil {
				title = `<a href="#` + html.EscapeString(names[outName(p)]) + `">` + html.EscapeString(p.Title) + "</a>"
			} else {
				title = html.EscapeString(title)
			}
			b.WriteString("<li>" + title)
			if it.sub != nil {
				list(it.sub)
			}
			b.WriteString("</li>")
		}
		b.WriteString("</ul>")
	}
	list(r.tree)
	b.WriteString("</nav>\n")
	return b.String()
}

// A printer makes one page's HTML a part of the page that has all of them.
type printer struct {
	r     *Renderer
	names map[string]string
	page  *content.Page
	name  string
}

func (pr *printer) section(doc *document) string {
	var b strings.Builder
	b.WriteString(`<section class="printed" id="` + html.EscapeString(pr.name) + `">` + "\n<h2>")
	pr.rewrite(&b, string(doc.heading))
	b.WriteString("</h2>\n")
	if text := pr.page.Front.Description; text != "" && text != pr.r.site.Config.Description {
		b.WriteString(`<p class="lead">` + html.EscapeString(text) + "</p>\n")
	}
	if pr.page.Lab != nil {
		b.WriteString(`<p class="printed-proof">` + html.EscapeString(pr.r.proofLine(pr.page)) + "</p>\n")
	}
	pr.rewrite(&b, string(doc.body))
	b.WriteString("</section>\n")
	return b.String()
}

// idAttrs name elements of the page by their id, names of radio buttons among
// them: on one page with all others they would be those of other pages, too.
var idAttrs = set("aria-controls aria-describedby aria-labelledby for id name popovertarget")

// rewrite copies HTML with its headings a level deeper, its ids unique, and its
// links leading to the same places from here.
func (pr *printer) rewrite(b *strings.Builder, body string) {
	z := nethtml.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case nethtml.ErrorToken:
			return
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken, nethtml.EndTagToken:
			t := z.Token()
			changed := pr.deeper(&t)
			attrs := t.Attr[:0]
			for _, a := range t.Attr {
				old := a.Val
				switch {
				case a.Key == "loading": // what is printed must be there
					changed = true
					continue
				case idAttrs[a.Key]:
					a.Val = pr.ids(a.Val)
				case a.Key == "usemap":
					if name, ok := strings.CutPrefix(a.Val, "#"); ok {
						a.Val = "#" + pr.ids(name)
					}
				case a.Key == "href", a.Key == "src", a.Key == "poster":
					a.Val = pr.link(a.Val)
				case a.Key == "srcset":
					a.Val = eachSource(a.Val, pr.link)
				}
				changed = changed || a.Val != old
				attrs = append(attrs, a)
			}
			if t.Attr = attrs; changed {
				raw = t.String()
			}
		}
		b.WriteString(raw)
	}
}

// deeper makes a heading one of the next level.
func (pr *printer) deeper(t *nethtml.Token) bool {
	if len(t.Data) != 2 || t.Data[0] != 'h' || t.Data[1] < '1' || t.Data[1] > '5' {
		return false
	}
	t.Data = "h" + string(t.Data[1]+1)
	t.DataAtom = 0
	return true
}

func (pr *printer) ids(list string) string {
	ids := strings.Fields(list)
	for i := range ids {
		ids[i] = pr.name + "--" + ids[i]
	}
	return strings.Join(ids, " ")
}

// link is a page's link as it has to be written here: to the part of this page
// that it leads to, else to the same file.
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
	target := path.Join(path.Dir(outName(pr.page)), u.Path)
	if name, ok := pr.names[target]; ok {
		if u.Fragment != "" {
			name += "--" + u.Fragment
		}
		return (&url.URL{Fragment: name}).String()
	}
	return relative(outNameOf(printURL), target) + suffix(u)
}
