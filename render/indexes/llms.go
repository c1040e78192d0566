package indexes

import (
	"cmp"
	"strings"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/place"
)

// llms returns llms.txt, which lists the pages' Markdown (llmstxt.org).
func (x *Site) llms() []byte {
	c := x.Config
	var b strings.Builder
	b.WriteString("# " + wording.OneLine(cmp.Or(c.Title, "Handbook")) + "\n")
	if c.Description != "" {
		b.WriteString("\n> " + wording.OneLine(c.Description) + "\n")
	}
	for _, s := range x.Root.All() {
		var list strings.Builder
		if s.Page != nil {
			list.WriteString(x.llmsLine(s.Page))
		}
		for _, it := range s.Items {
			if it.Page != nil {
				list.WriteString(x.llmsLine(it.Page))
			}
		}
		if list.Len() > 0 {
			title := s.Title()
			if s.Dir == "." {
				title = x.Words.Text("home")
			}
			b.WriteString("\n## " + wording.OneLine(title) + "\n\n" + list.String())
		}
	}
	return []byte(b.String())
}

func (x *Site) llmsLine(p *content.Page) string {
	u := place.Escape(p.Path)
	if x.Address != "" {
		u = string(x.Address) + "/" + u
	}
	line := "- [" + bracketed.Replace(wording.OneLine(p.Title)) + "](" + u + ")"
	if p.Front.Description != "" {
		line += ": " + wording.OneLine(p.Front.Description)
	}
	return line + "\n"
}

// bracketed escapes brackets in the text of a link.
var bracketed = strings.NewReplacer("[", `\[`, "]", `\]`)
