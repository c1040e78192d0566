package render

import (
	"cmp"
	"strings"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/place"
)

// llms writes llms.txt, which lists the pages' Markdown (llmstxt.org).
func (x *indexes) llms() {
	c := x.site.Config
	var b strings.Builder
	b.WriteString("# " + wording.OneLine(cmp.Or(c.Title, "Handbook")) + "\n")
	if c.Description != "" {
		b.WriteString("\n> " + wording.OneLine(c.Description) + "\n")
	}
	for _, s := range x.targets.root.all() {
		var list strings.Builder
		if s.page != nil {
			list.WriteString(x.llmsLine(s.page))
		}
		for _, it := range s.items {
			if it.page != nil {
				list.WriteString(x.llmsLine(it.page))
			}
		}
		if list.Len() > 0 {
			title := s.title()
			if s.dir == "." {
				title = x.theme.words.Text("home")
			}
			b.WriteString("\n## " + wording.OneLine(title) + "\n\n" + list.String())
		}
	}
	x.files["llms.txt"] = []byte(b.String())
}

func (x *indexes) llmsLine(p *content.Page) string {
	u := place.Escape(p.Path)
	if x.address != "" {
		u = string(x.address) + "/" + u
	}
	line := "- [" + bracketed.Replace(wording.OneLine(p.Title)) + "](" + u + ")"
	if p.Front.Description != "" {
		line += ": " + wording.OneLine(p.Front.Description)
	}
	return line + "\n"
}

// bracketed escapes brackets in the text of a link.
var bracketed = strings.NewReplacer("[", `\[`, "]", `\]`)
