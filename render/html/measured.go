package html

import (
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/render/report"
	"handbook/render/results"
)

// measures writes measured values in running text.
type measures struct {
	all     []*content.Measure
	results *results.Results
	src     *source
}

// of returns the measured value that a link stands for, or nil.
func (w *measures) of(l *ast.Link) *content.Measure {
	for _, m := range w.all {
		if m.Node == l {
			return m
		}
	}
	return nil
}

// write writes the measured value in place of the author's claim. Without a
// measurement it writes the claim, marked as such.
func (w *measures) write(b util.BufWriter, m *content.Measure) {
	value, ok := w.results.Value(m)
	if !ok {
		if w.results.Status.State == content.Fresh {
			w.src.fail(m.Pos, "%s:%s: the record has no such value", m.Scheme, m.Ref)
		}
		b.WriteString(`<span class="claim" title="` + w.results.Words.HTML("not-measured") + `">` + html.EscapeString(m.Text) + "</span>")
		return
	}
	b.WriteString(`<data class="measured" value="` + html.EscapeString(m.Scheme+":"+m.Ref+engineSuffix(m.Docker)) + `" title="` +
		html.EscapeString(w.title(m)) + `">` + html.EscapeString(value) + "</data>" + w.mark(m))
}

// mark marks a size that depends on a stand-in.
func (w *measures) mark(m *content.Measure) string {
	if m.Scheme != "size" && m.Scheme != "download" {
		return ""
	}
	image := w.results.Record.ImageAt(w.results.Bind(m.Ref), m.After)
	if image == nil {
		return ""
	}
	return report.StandinMark(w.results, image)
}

// title returns an explanation of a measured value, with the machine where it
// was measured if there are several.
func (w *measures) title(m *content.Measure) string {
	words := w.results.Words
	text := words.Text("measured-"+m.Scheme, "image", w.results.Bind(m.Ref))
	if on := w.results.Measured(m.Docker); on != "" {
		text = words.Text("also-measured", "text", text, "docker", on)
	}
	return text
}

// engineSuffix writes the engine behind an image's name, as pages do.
func engineSuffix(docker string) string {
	if docker == "" {
		return ""
	}
	return "@" + docker
}
