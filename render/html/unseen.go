package html

import (
	"html"

	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// unseen tells what a snippet with the option hide does on a lab, in a sentence
// without its full stop: "2 commands run here that the page does not show". It is
// empty if the snippet does nothing.
func (r *results) unseen(s *content.Snippet) string {
	if r.page.Lab == nil || !s.Runs() {
		return ""
	}
	key := "hidden"
	if r.record.Of(s) != nil {
		key = "hid"
	}
	alone := key
	switch s.Role {
	case content.File:
		key += "-file"
	case content.Diff:
		key += "-diff"
	}
	if n := len(s.Commands); n > 0 {
		return r.words.Text(key+"-commands", "n", n)
	}
	if key == alone {
		return ""
	}
	return r.words.Text(key)
}

// writeUnseen writes a snippet with the option hide: what it does in a
// sentence, and below that, folded, the snippet.
func (w *snippets) writeUnseen(b util.BufWriter, s *content.Snippet, write func()) {
	text := w.results.unseen(s)
	if text == "" {
		return
	}
	b.WriteString(`<details class="unseen"><summary>` + html.EscapeString(text) + "</summary>\n")
	write()
	b.WriteString("</details>\n")
}
