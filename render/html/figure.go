package html

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/wording"
	"handbook/render/placeholder"
	"handbook/render/results"
)

// figures writes what surrounds snippets of all kinds: captions, marks and
// buttons.
type figures struct {
	*results.Results
	names *placeholder.Names
	named map[string]int // snippets by the name of their buttons

	looked int // see mostLooked
}

// openFigure starts a snippet with its caption, its badge and a copy button.
func (r *figures) openFigure(b util.BufWriter, class string, s *content.Snippet, id, label string) {
	b.WriteString(`<figure class="` + class + `"`)
	if id != "" {
		b.WriteString(` id="` + id + `"`)
	}
	b.WriteString(">")
	button := r.copyButton(r.name(s, label))
	label = html.EscapeString(label)
	badge := r.badge(s)
	if label == "" && badge == "" {
		b.WriteString(button)
		return
	}
	b.WriteString(`<figcaption><span class="name">` + label + "</span>" + badge + button + "</figcaption>")
}

// longName is how many characters of a command name the button that copies it.
const longName = 60

// name returns the name of a snippet in the labels of its buttons, for users
// of screen readers: its caption, else the command or the line that it starts
// with. It is unique on the page.
func (r *figures) name(s *content.Snippet, label string) string {
	name := label
	if s.Options.Title == "" && s.Options.File == "" && s.Options.Include == "" {
		text := s.Code
		if len(s.Commands) > 0 {
			text = s.Commands[0].Text
		}
		line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		if line = wording.Shorten(line, longName); line != "" {
			name = line
		}
	}
	return r.unique(name)
}

// unique returns a name that no other button of the page has.
func (r *figures) unique(name string) string {
	r.named[name]++
	if n := r.named[name]; n > 1 {
		name += " (" + r.Words.Number(n) + ")"
	}
	return name
}

// copyButton returns a button that the style sheet shows if scripts run. The
// theme's script labels it, and adds other buttons beside it.
func (r *figures) copyButton(name string) string {
	return `<button type="button" class="copy" data-name="` + html.EscapeString(name) + `">` + r.Words.HTML("copy") + "</button>"
}

// badge returns the mark of a snippet that was not verified, or has failed. The
// page says once that all others were.
func (r *figures) badge(s *content.Snippet) string {
	if r.Page.Lab == nil {
		return ""
	}
	if s.Node == nil {
		return r.mark("skipped", "seal-skipped", "reason", r.Words.Text("unfenced"))
	}
	if s.Role == info.Shown {
		return ""
	}
	if s.Options.Skip != "" {
		return r.mark("skipped", "seal-skipped", "reason", s.Options.Skip)
	}
	result := r.Record.Of(s.Number, s.Role)
	if result == nil {
		if r.Status.State == content.Failed && r.Page.Record != nil && s.Role != info.Output {
			return r.mark("skipped", "not-run")
		}
		return ""
	}
	switch {
	case result.Verdict == content.Passed && result.Unchecked():
		return r.mark("skipped", "seal-unchecked")
	case result.Verdict == content.Skipped:
		return r.mark("skipped", "seal-skipped", "reason", result.Reason)
	case result.Verdict == content.Mismatch:
		return r.mark("failed", "seal-failed")
	}
	return ""
}

// mark returns a mark of a class with the string of a key.
func (r *figures) mark(class, key string, pairs ...any) string {
	return `<span class="seal ` + class + `">` + r.Words.HTML(key, pairs...) + "</span>"
}
