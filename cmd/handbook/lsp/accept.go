package lsp

import (
	"encoding/json"
	"strings"

	"handbook/cmd/handbook/draft"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/lsp/rpc"
)

// acceptTitle is what a change is called with which a page expects what was printed.
const acceptTitle = "accept what the last run printed"

// offers are what can be accepted on the page.
func (at *found) offers() []labs.Offer {
	if at.Page == nil {
		return nil
	}
	return at.site.found.Offers[at.Page.Path]
}

// lineRange returns a whole line, without its end.
func (s *Server) lineRange(d *document, line int) Range {
	return s.rangeOf(d, draft.Span{Line: line, Start: 0, End: len(d.line(line))})
}

// editOf returns the edit of a document that makes a change, or nil if the document has
// other lines there.
func (s *Server) editOf(d *document, o labs.Offer) object {
	for i, old := range o.Old {
		if string(draft.Normal(d.line(o.First-1+i))) != old {
			return nil
		}
	}
	end := "\n"
	if first := d.lines[min(o.First-1, len(d.lines)-1)]; first > 1 && string(d.text[first-2:first]) == "\r\n" {
		end = "\r\n"
	}
	text, span := strings.Join(o.New, end), Range{Start: s.lineRange(d, o.First-1).Start}
	if span.End = span.Start; len(o.Old) > 0 {
		span.End = s.lineRange(d, o.First-2+len(o.Old)).End
	} else {
		text += end
	}
	edits := []object{{"range": span, "newText": text}}
	if s.versions {
		return object{"documentChanges": []object{{"textDocument": object{"uri": d.uri, "version": d.version}, "edits": edits}}}
	}
	return object{"changes": object{d.uri: edits}}
}

// actions offers to accept what was printed for expectations in a range.
func (s *Server) actions(params json.RawMessage) (any, error) {
	p, err := decode[rangeParams](params)
	if err != nil {
		return nil, err
	}
	list := []object{}
	at, _, err := s.at(params)
	if at == nil {
		return list, err
	}
	for _, o := range at.offers() {
		if line := o.Line - 1; line < p.Range.Start.Line || line > p.Range.End.Line {
			continue
		}
		if edit := s.editOf(at.doc, o); edit != nil {
			list = append(list, object{"title": acceptTitle, "kind": "quickfix", "edit": edit})
		}
	}
	return list, nil
}

// execute runs the server's own command: it has the editor accept what was printed for
// an expectation, given by the document and the line.
func (s *Server) execute(params json.RawMessage) (any, error) {
	p, err := decode[commandParams](params)
	if err != nil {
		return nil, err
	}
	var uri string
	var line int
	if p.Command != acceptCommand || len(p.Arguments) != 2 || json.Unmarshal(p.Arguments[0], &uri) != nil || json.Unmarshal(p.Arguments[1], &line) != nil {
		return nil, rpc.Errorf(rpc.InvalidParams, "no command %q with these arguments", p.Command)
	}
	where, err := json.Marshal(positionParams{TextDocument: textDocument{URI: uri}, Position: Position{Line: line - 1}})
	if err != nil {
		return nil, err
	}
	at, _, err := s.at(where)
	if err != nil {
		return nil, err
	}
	if at != nil {
		for _, o := range at.offers() {
			if edit := s.editOf(at.doc, o); o.Line == line && edit != nil {
				s.asked++
				return nil, s.conn.Ask(s.asked, "workspace/applyEdit", object{"label": acceptTitle, "edit": edit})
			}
		}
	}
	return nil, rpc.Errorf(rpc.RequestFailed, "nothing can be accepted at line %d any more", line)
}
