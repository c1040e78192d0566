package render

import (
	"fmt"
	"html"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// measured is what readers are told was measured, by the link's scheme.
var measured = map[string]string{
	"size":     "unpacked size of %s, measured",
	"download": "compressed size of %s, measured",
	"layers":   "layers of %s, counted",
	"context":  "size of the build context of %s, measured",
	"time":     "how long the build of %s took, measured",
	"cached":   "cached steps of the build of %s, as BuildKit recorded them",
}

// measure is the measured value that a link stands for, or nil.
func (w *writer) measure(l *ast.Link) *content.Measure {
	for _, m := range w.page.Measures {
		if m.Node == l {
			return m
		}
	}
	return nil
}

// writeMeasured writes the measured value in place of the author's claim. While
// nothing has been measured the claim stands, marked as such.
func (w *writer) writeMeasured(b util.BufWriter, m *content.Measure) {
	value, ok := "", false
	if r := w.record(); r != nil {
		value, ok = w.value(m, r)
		if !ok && w.page.State == content.Fresh {
			w.problemAt(m.Pos, fmt.Sprintf("%s:%s: the record has no such value", m.Scheme, m.Ref))
		}
	}
	if !ok {
		b.WriteString(`<span class="claim" title="not measured yet">` + html.EscapeString(m.Text) + "</span>")
		return
	}
	b.WriteString(`<data class="measured" value="` + html.EscapeString(m.Scheme+":"+m.Ref) + `" title="` +
		html.EscapeString(fmt.Sprintf(measured[m.Scheme], w.holders.bind(m.Ref))) + `">` + html.EscapeString(value) + "</data>")
}

// value is the text that is published in place of a claim. Of a count the words
// around it stay: "3 steps".
func (w *writer) value(m *content.Measure, r *content.Record) (string, bool) {
	_, value, ok := m.Value(r, w.holders.bind, w.page.ResultIndex(m.Before))
	if at := countRE.FindStringIndex(m.Text); ok && at != nil && (m.Scheme == "layers" || m.Scheme == "cached") {
		value = m.Text[:at[0]] + value + m.Text[at[1]:]
	}
	return value, ok
}

var countRE = regexp.MustCompile(`\d+`)

// record is the page's record while it says something about the page as it
// stands, else nil.
func (w *writer) record() *content.Record {
	if w.page.State == content.Fresh || w.page.State == content.Failed {
		return w.page.Record
	}
	return nil
}
