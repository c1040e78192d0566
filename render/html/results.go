package html

import (
	"cmp"
	"slices"
	"strings"

	"handbook/content"
	"handbook/render/locale"
)

// Results are what a page's record says about the page as it is now.
type results struct {
	page   *content.Page
	status content.Status  // what the page's record is worth
	record *content.Record // nil if there is none that applies
	others []another       // those of other engines
	names  *placeholders
	words  *locale.Locale
	named  map[string]int // snippets by the name of their buttons
}

// newResults returns the results of a page. A record applies while the page is
// as it was verified, or if it is that of a run that failed.
func newResults(p *content.Page, status content.Status, names *placeholders, words *locale.Locale) *results {
	r := &results{page: p, status: status, names: names, words: words, named: make(map[string]int)}
	if status.State == content.Fresh || status.State == content.Failed {
		r.record, r.others = p.Record, others(p.Record)
	}
	return r
}

// image returns an image as it was when a snippet was reached, or nil. A name
// can be moved to another image, and an image can be built again.
func (r *results) image(ref string, s *content.Snippet) *content.Image {
	return r.record.ImageAt(r.names.bind(ref), s.Number)
}

// build returns the last build of an image before a snippet, or nil.
func (r *results) build(ref string, s *content.Snippet) *content.Build {
	return r.record.BuildAt(r.names.bind(ref), s.Number)
}

// included returns the tree with what the run found in the files that the page
// includes. In lines that are as the page writes them, placeholders stay.
func (r *results) included(t *content.Tree) *content.Tree {
	found := *t
	found.Snippets = slices.Clone(t.Snippets)
	for i, s := range found.Snippets {
		result := r.record.Of(s)
		if s.Role != content.Included || result == nil || result.File == "" {
			continue
		}
		written := make(map[string]string)
		for line := range strings.Lines(s.Code) {
			written[r.names.bind(line)] = line
		}
		var code strings.Builder
		for line := range strings.Lines(result.Text) {
			code.WriteString(cmp.Or(written[line], line))
		}
		on := *s
		on.Code = code.String()
		found.Snippets[i] = &on
	}
	return &found
}

// value returns the text that replaces a claim.
func (r *results) value(m *content.Measure) (string, bool) {
	if r.record == nil {
		return "", false
	}
	_, value, ok := m.Value(r.record, r.names.bind)
	return m.Published(value), ok
}

// badge returns the mark of a snippet that was not verified, or has failed. The
// page says once that all others were.
func (r *results) badge(s *content.Snippet) string {
	if r.page.Lab == nil {
		return ""
	}
	if s.Node == nil {
		return r.seal("skipped", "seal-skipped", "reason", r.words.Text("unfenced"))
	}
	if s.Role == content.Shown {
		return ""
	}
	if s.Options.Skip != "" {
		return r.seal("skipped", "seal-skipped", "reason", s.Options.Skip)
	}
	result := r.record.Of(s)
	if result == nil {
		if r.status.State == content.Failed && r.page.Record != nil && s.Role != content.Output {
			return r.seal("skipped", "not-run")
		}
		return ""
	}
	switch {
	case result.Verdict == content.Passed && result.Unchecked():
		return r.seal("skipped", "seal-unchecked")
	case result.Verdict == content.Skipped:
		return r.seal("skipped", "seal-skipped", "reason", result.Reason)
	case result.Verdict == content.Mismatch:
		return r.seal("failed", "seal-failed")
	}
	return ""
}

// seal writes a mark of a class that says the string of a key.
func (r *results) seal(class, key string, pairs ...any) string {
	return `<span class="seal ` + class + `">` + r.words.HTML(key, pairs...) + "</span>"
}

// printed reports whether a snippet is an expected output whose real output is
// shown under the command.
func (r *results) printed(s *content.Snippet) bool {
	result := r.record.Of(s)
	return s.Role == content.Output && result != nil && result.Verdict != content.Skipped
}
