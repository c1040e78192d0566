package render

import (
	"html"
	"io"
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
)

// A step of a lab is what stands under a heading of level 2. Readers mark it
// as done at its end, and copy all of its commands at once.
type step struct {
	id, title string
	sessions  int // snippets with commands
}

// isStep tells whether a heading starts a step.
func (w *writer) isStep(h *ast.Heading) bool {
	return w.page.Lab != nil && h.Level == 2 && h.Parent() == w.page.Doc && headingID(h) != ""
}

// startStep ends the step before and starts one.
func (w *writer) startStep(b io.StringWriter, h *ast.Heading) {
	w.endStep(b)
	w.step = &step{id: headingID(h), title: content.PlainText(h, w.source)}
	w.steps++
}

// endStep writes the controls at the end of a step. Without a script they
// could do nothing, so the style sheet shows them only with one.
func (w *writer) endStep(b io.StringWriter) {
	s := w.step
	if s == nil {
		return
	}
	w.step = nil
	text := `<div class="step-end"><label><input type="checkbox" data-step="` + html.EscapeString(s.id) + `"> Done<span class="hidden">: ` +
		html.EscapeString(s.title) + "</span></label>"
	if s.sessions > 1 {
		text += `<button type="button" class="copy-step">Copy all commands of this step</button>`
	}
	b.WriteString(text + "</div>\n")
}

// endSteps puts the end of the last step behind the text, before the
// footnotes.
func (w *writer) endSteps(body string) string {
	var end strings.Builder
	w.endStep(&end)
	at := strings.LastIndex(body, `<div class="footnotes"`)
	if at < 0 {
		at = len(body)
	}
	return body[:at] + end.String() + body[at:]
}
