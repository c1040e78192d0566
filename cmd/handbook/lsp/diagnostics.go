package lsp

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"handbook/cmd/handbook/draft"
	"handbook/content/config"
	"handbook/content/wording"
)

// A told is what the editor was last sent about a file, and what that was made from.
type told struct {
	problems []draft.Problem
	source   []byte
	sent     []Diagnostic
}

// check checks the handbooks in which something has changed, and tells the editor
// what is new.
func (s *Server) check() error {
	for _, one := range s.sites.all {
		if !one.dirty {
			continue
		}
		one.dirty = false
		if _, err := s.try(func() (any, error) { one.found = one.draft.Check(); return nil, nil }); err != nil {
			continue // it is in the log
		}
		if err := s.publish(); err != nil {
			return err
		}
		s.sites.settle(one, func() { _ = s.publish() }) // if that fails, so does the next one
	}
	return nil
}

// publish sends the diagnostics of each file for which they have changed.
func (s *Server) publish() error {
	open := s.open()
	now := map[string]bool{}
	for _, one := range s.sites.all {
		if one.found == nil {
			continue
		}
		byFile := map[string][]draft.Problem{}
		for _, p := range slices.Concat(one.found.Problems, one.rest) {
			if p.Path == "" { // it has no place of its own
				p.Path = one.draft.Path(config.File)
			}
			byFile[p.Path] = append(byFile[p.Path], p)
		}
		for file, problems := range byFile {
			d := s.document(one, file, open)
			now[d.uri] = true
			if err := s.tell(d, one, problems); err != nil {
				return err
			}
		}
	}
	for uri := range s.told {
		if !now[uri] {
			if err := s.send(&document{uri: uri}, nil); err != nil {
				return err
			}
			delete(s.told, uri)
		}
	}
	return nil
}

// open maps the paths of files to the documents that are open.
func (s *Server) open() map[string]*document {
	files := map[string]*document{}
	for _, d := range s.docs {
		if file, ok := fileOf(d.uri); ok {
			files[file] = d
		}
	}
	return files
}

// document returns the text of a file of a project, given from its root. It is
// empty where the file can't be read, as only its name is wrong then.
func (s *Server) document(one *site, file string, open map[string]*document) *document {
	full := filepath.Join(one.draft.Here.Root, filepath.FromSlash(file))
	if d := open[full]; d != nil {
		return d
	}
	d := &document{uri: uriOf(full)}
	name, ok := one.draft.Inside(file)
	if !ok {
		return d
	}
	if site := one.found.Site; site != nil && site.Page(name) != nil {
		d.text = site.Page(name).Source
	} else if text, err := one.draft.Text(name); err == nil {
		d.text = text
	}
	return d
}

// mostTold is how many problems of a file an editor is told of at most. With each
// keystroke they are sent again.
const mostTold = 1000

// tell sends the problems of a file, unless the editor has them.
func (s *Server) tell(d *document, one *site, problems []draft.Problem) error {
	before, known := s.told[d.uri]
	if known && slices.Equal(before.problems, problems) && same(before.source, d.text) {
		return nil
	}
	if d.lines == nil {
		d.set(d.text)
	}
	name, _ := one.draft.Inside(problems[0].Path)
	span := draft.Spans(name, d.text)
	list := make([]Diagnostic, min(len(problems), mostTold), mostTold+1)
	for i := range list {
		p := problems[i]
		list[i] = Diagnostic{s.rangeOf(d, span(p)), severity(p.Kind), "handbook", shown(p.Text)}
		if p.Hint != "" {
			list[i].Message += "\n" + shown(p.Hint)
		}
	}
	if more := len(problems) - mostTold; more > 0 {
		text := fmt.Sprintf("%s more in this file", wording.Count(more, "problem"))
		list = append(list, Diagnostic{Range{}, severityWarning, "handbook", text})
	}
	s.told[d.uri] = told{problems, d.text, list}
	if known && slices.Equal(before.sent, list) {
		return nil
	}
	return s.send(d, list)
}

// same reports whether two texts are the same slice. Each edit makes a new one.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (s *Server) send(d *document, list []Diagnostic) error {
	p := publishParams{URI: d.uri, Diagnostics: list}
	if list == nil {
		p.Diagnostics = []Diagnostic{}
	}
	if open := s.docs[d.uri]; open != nil {
		p.Version = &open.version
	}
	return s.conn.Notify("textDocument/publishDiagnostics", p)
}

func severity(kind draft.Kind) int {
	switch kind {
	case draft.Note:
		return severityWarning
	case draft.Stale:
		return severityHint
	}
	return severityError
}

// rangeOf returns a part of a document's line as the editor counts.
func (s *Server) rangeOf(d *document, at draft.Span) Range {
	return Range{d.position(at.Line, at.Start, s.encoding), d.position(at.Line, at.End, s.encoding)}
}

// shown returns a text without what terminals obey: some editors run in one.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if wording.Obeyed(r) {
			return '\ufffd'
		}
		return r
	}, text)
}
