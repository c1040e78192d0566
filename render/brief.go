package render

import (
	"html/template"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/cleanup"
	"handbook/render/html"
)

// A Brief is what readers want to know before they start a lab.
type Brief struct {
	Needs   []template.HTML // "Docker", "2 terminals"
	Reading int             // minutes that reading takes
	Took    string          // how long the commands took on the lab's machine, "" if that is not known
	Leaves  string          // what the lab leaves, "" if that is not known
	Cleanup string          // URL of the section that removes it, or ""
}

// brief returns what readers of a lab want to know first.
func (f *frame) brief(out string, p *content.Page, doc *html.Document) *Brief {
	words := f.theme.Words
	s := &Brief{Reading: doc.Reading, Cleanup: doc.Cleanup}
	need := func(key string, pairs ...any) { s.Needs = append(s.Needs, template.HTML(words.HTML(key, pairs...))) }
	if p.Lab.Machine == config.DockerMachine {
		need("start-docker")
	} else {
		need("start-system", "image", p.Lab.Machine)
	}
	need("start-terminals", "n", max(doc.Terminals, 1))
	if p.Lab.Hub != "" {
		need("start-account")
	}
	if len(p.Files) > 0 {
		archive := template.HTML(`<a href="` + startName + `" download>` + startName + `</a>`)
		need("start-files", "n", len(p.Files), "archive", archive, "names", template.HTML(startNames(p)), "dir", template.HTML("<code>"+template.HTMLEscapeString(p.Lab.Dir)+"</code>"))
	}
	if p.Lab.After != "" {
		before := f.menu.pageLink(out, f.site.Page(p.Lab.After))
		need("start-after", "lab", template.HTML(`<a href="`+template.HTMLEscapeString(before.URL)+`">`+template.HTMLEscapeString(before.Title)+"</a>"))
	}
	if f.menu.fresh.Of(p).State != content.Fresh || p.Record == nil {
		return s
	}
	s.Took = words.Seconds(p.Record.Seconds)
	if p.Record.Cleanup != nil {
		if s.Leaves = cleanup.Summary(p.Record, words); s.Leaves == "" {
			s.Leaves = words.Text("start-leaves-nothing")
		}
	}
	return s
}

// startNames lists what a lab has before its first command, as HTML: files, and
// folders with a slash. Of many names it has the first ones.
func startNames(p *content.Page) string {
	const most = 4
	var names []string
	for _, f := range p.Files {
		name, _, below := strings.Cut(f.Path, "/")
		if below {
			name += "/"
		}
		name = "<code>" + template.HTMLEscapeString(name) + "</code>"
		if slices.Contains(names, name) {
			continue
		}
		if len(names) == most {
			names = append(names, "…")
			break
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}
