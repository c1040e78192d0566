package lsp

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"handbook/cmd/handbook/draft"
	"handbook/cmd/handbook/lsp/assist"
	"handbook/cmd/handbook/lsp/rpc"
	"handbook/content/config"
)

// capabilities are what the server tells the editor that it can do.
func (s *Server) capabilities() object {
	const incremental = 2
	can := object{
		"positionEncoding":       s.encoding,
		"textDocumentSync":       object{"openClose": true, "change": incremental, "save": false},
		"completionProvider":     object{"triggerCharacters": []string{"`", " ", "=", "(", "/", "#", ":"}},
		"hoverProvider":          true,
		"definitionProvider":     true,
		"documentSymbolProvider": true,
		"renameProvider":         object{"prepareProvider": true},
	}
	can["codeActionProvider"] = object{"codeActionKinds": []string{"quickfix"}}
	if s.edits {
		can["executeCommandProvider"] = object{"commands": []string{acceptCommand}}
	}
	if len(s.commands) > 0 || s.edits {
		can["codeLensProvider"] = object{}
	}
	return can
}

// A found is the place in a handbook that a position in the editor stands for.
type found struct {
	*assist.Place
	site *site
	doc  *document
}

// at returns the place of a position, as of the last edit, or nil if it lies in
// no handbook.
func (s *Server) at(params json.RawMessage) (*found, positionParams, error) {
	p, err := decode[positionParams](params)
	if err != nil {
		return nil, p, err
	}
	doc := s.docs[p.TextDocument.URI]
	if doc == nil {
		return nil, p, nil
	}
	one, name := s.sites.place(doc.uri)
	if one == nil {
		return nil, p, nil
	}
	if err := s.check(); err != nil {
		return nil, p, err
	}
	if one.found == nil || one.found.Site == nil {
		return nil, p, nil
	}
	place := &assist.Place{Site: one.found.Site, Fresh: one.found.Fresh, Targets: one.found.Targets, Page: one.found.Site.Page(name)}
	if place.Page == nil && name != config.File {
		return nil, p, nil
	}
	place.Lines = strings.Split(string(draft.Normal(doc.text)), "\n")
	place.Line, place.Col = doc.place(p.Position, s.encoding)
	return &found{place, one, doc}, p, nil
}

// part returns a part of the document's line as the editor counts.
func (s *Server) part(at *found, span assist.Span) Range {
	return s.rangeOf(at.doc, draft.Span(span))
}

// Kinds of items of a completion.
var itemKinds = map[assist.Kind]int{assist.Option: 5, assist.Key: 10, assist.Value: 12, assist.File: 17, assist.Anchor: 18, assist.Language: 14}

func (s *Server) completion(params json.RawMessage) (any, error) {
	at, _, err := s.at(params)
	if at == nil {
		return nil, err
	}
	items, span := at.Complete()
	list := make([]object, len(items))
	for i, item := range items {
		list[i] = object{
			"label": shown(item.Label), "kind": itemKinds[item.Kind], "filterText": item.Label,
			"textEdit": object{"range": s.part(at, span), "newText": item.Text},
		}
		if item.About != "" {
			list[i]["documentation"] = markup(item.About)
		}
	}
	return object{"isIncomplete": false, "items": list}, nil
}

func markup(text string) object { return object{"kind": "markdown", "value": shown(text)} }

func (s *Server) hover(params json.RawMessage) (any, error) {
	at, _, err := s.at(params)
	if at == nil {
		return nil, err
	}
	text, span := at.Hover()
	if text == "" {
		return nil, nil
	}
	return object{"contents": markup(text), "range": s.part(at, span)}, nil
}

func (s *Server) definition(params json.RawMessage) (any, error) {
	at, _, err := s.at(params)
	if at == nil {
		return nil, err
	}
	to, ok := at.Definition()
	if !ok {
		return nil, nil
	}
	file := filepath.Join(at.site.draft.Here.Content, filepath.FromSlash(to.Name))
	uri := uriOf(file)
	if d := s.open()[file]; d != nil {
		uri = d.uri
	}
	line := Position{to.Line, 0}
	return Location{uri, Range{line, line}}, nil
}

// Kinds of symbols.
const (
	symbolHeading = 15
	symbolFile    = 1
	symbolSnippet = 12
)

func (s *Server) symbols(params json.RawMessage) (any, error) {
	at, _, err := s.at(params)
	if at == nil || at.Page == nil {
		return nil, err
	}
	return s.symbolList(at, assist.Symbols(at.Page)), nil
}

func (s *Server) symbolList(at *found, symbols []*assist.Symbol) []object {
	list := make([]object, len(symbols))
	for i, one := range symbols {
		kind := symbolSnippet
		switch {
		case one.Heading > 0:
			kind = symbolHeading
		case one.Detail == "file":
			kind = symbolFile
		}
		end := func(line int) int { return len(at.doc.line(line)) }
		name := s.part(at, assist.Span{Line: one.Line, Start: 0, End: end(one.Line)})
		list[i] = object{
			"name": shown(one.Name), "detail": one.Detail, "kind": kind, "selectionRange": name,
			"range":    Range{name.Start, s.part(at, assist.Span{Line: one.End, Start: 0, End: end(one.End)}).End},
			"children": s.symbolList(at, one.Inner),
		}
	}
	return list
}

func (s *Server) prepareRename(params json.RawMessage) (any, error) {
	at, _, err := s.at(params)
	if at == nil {
		return nil, err
	}
	name, span, err := at.Renames()
	if err != nil {
		return nil, rpc.Errorf(rpc.RequestFailed, "%v", err)
	}
	return object{"range": s.part(at, span), "placeholder": name}, nil
}

func (s *Server) rename(params json.RawMessage) (any, error) {
	at, p, err := s.at(params)
	if at == nil {
		return nil, err
	}
	edits, err := at.Rename(p.NewName)
	if errors.Is(err, assist.ErrBadName) {
		return nil, rpc.Errorf(rpc.InvalidParams, "%v", err)
	}
	if err != nil {
		return nil, rpc.Errorf(rpc.RequestFailed, "%v", err)
	}
	changes := []object{}
	for _, e := range edits {
		changes = append(changes, object{"range": s.part(at, e.Span), "newText": e.Text})
	}
	return object{"changes": object{at.doc.uri: changes}}, nil
}

// Commands that lenses name. The server runs no lab, so the editor has to say
// that it can run the first two, in a terminal: "handbook verify FILE", and "handbook
// shell FILE:LINE". The last one is the server's own.
const (
	verifyCommand = "handbook.verify"
	shellCommand  = "handbook.shell"
	acceptCommand = "handbook.accept"
)

// lenses offers to verify a lab, at its head, a shell on a machine on which the lab
// has run up to a snippet, at that, and to accept what a command has printed, at what the
// page expects.
func (s *Server) lenses(params json.RawMessage) (any, error) {
	at, _, err := s.at(params)
	list := []object{}
	if at == nil || at.Page == nil || at.Page.Lab == nil {
		return list, err
	}
	file, _ := fileOf(at.doc.uri)
	add := func(line int, title, command string, arguments ...any) {
		if slices.Contains(s.commands, command) {
			span := s.part(at, assist.Span{Line: line, Start: 0, End: len(at.doc.line(line))})
			list = append(list, object{"range": span, "command": object{"title": title, "command": command, "arguments": arguments}})
		}
	}
	add(max(at.Page.Lab.Pos.Line-1, 0), "verify", verifyCommand, file)
	for _, one := range at.Page.Tree().Snippets {
		if len(one.Commands) > 0 {
			add(one.Pos.Line-1, "run up to here, open a shell", shellCommand, file, one.Pos.Line)
		}
	}
	if s.edits {
		for _, o := range at.offers() {
			list = append(list, object{"range": s.lineRange(at.doc, o.Line-1), "command": object{"title": acceptTitle, "command": acceptCommand, "arguments": []any{at.doc.uri, o.Line}}})
		}
	}
	return list, nil
}
