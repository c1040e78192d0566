// Package lsp serves editors over the Language Server Protocol: what is wrong
// with a handbook is told while it is being written. Package draft finds it;
// here is the protocol.
//
// The server runs no lab and asks no engine. It reads what belongs to the
// handbooks whose pages are open, and writes to their .cache only.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"handbook/cmd/handbook/lsp/rpc"
)

// Options are what the server gets from the command.
type Options struct {
	Version string
	Hint    func(error) string // what can be done about an error, or ""
	Log     io.Writer
}

// A Server serves one editor.
type Server struct {
	Options

	conn     *rpc.Conn
	encoding encoding
	started  bool     // initialize was answered
	ended    bool     // shutdown was answered
	commands []string // that the editor can run
	edits    bool     // the editor makes edits that it is asked to make
	versions bool     // edits say of which version of a document they are
	asked    int      // how many requests the editor was sent
	docs     map[string]*document
	sites    sites
	told     map[string]told // by URI

	cancelled cancelled
}

var (
	errNoParams = errors.New("the message has no parameters")
	// ErrEnded says that the editor went away without a word.
	ErrEnded = errors.New("the editor ended the connection without shutting the server down")
)

// Serve serves an editor until it says exit, or the context ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	ctx, stop := context.WithCancel(ctx)
	s := &Server{
		Options: o, conn: rpc.NewConn(in, out), encoding: utf16Units,
		docs: map[string]*document{}, told: map[string]told{},
	}
	s.sites.begin(ctx, o)
	defer s.sites.close()
	defer stop()
	return s.loop(ctx, s.receive(ctx))
}

// An incoming is what was read: a message, or why there is none.
type incoming struct {
	message *rpc.Message
	err     error
}

// receive reads messages. Those that cancel others must not wait behind them.
func (s *Server) receive(ctx context.Context) <-chan incoming {
	messages := make(chan incoming, 1000)
	go func() {
		defer close(messages)
		for {
			m, err := s.conn.Read()
			if m != nil && m.Method == "$/cancelRequest" {
				s.cancelled.add(m.Params)
				continue
			}
			select {
			case messages <- incoming{m, err}:
			case <-ctx.Done():
				return
			}
			if _, again := errors.AsType[*rpc.Error](err); err != nil && !again {
				return
			}
		}
	}()
	return messages
}

// loop handles what comes, one after the other. While more is waiting, nothing is
// checked: the next message may be another edit.
func (s *Server) loop(ctx context.Context, messages <-chan incoming) error {
	for {
		if len(messages) == 0 {
			if err := s.check(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case in, ok := <-messages:
			if !ok {
				return ErrEnded
			}
			end, err := s.handle(in)
			if end || err != nil {
				return err
			}
		case e := <-s.sites.events:
			e()
		}
	}
}

// handle handles a message. end reports whether it was the last one.
func (s *Server) handle(in incoming) (end bool, err error) {
	if refused, ok := errors.AsType[*rpc.Error](in.err); ok {
		return false, s.conn.Refuse(nil, refused)
	}
	if in.err == io.EOF {
		if s.ended {
			return true, nil
		}
		return true, ErrEnded
	}
	if in.err != nil {
		return true, in.err
	}
	switch m := in.message; {
	case m.Method == "exit":
		if !s.ended {
			return true, ErrEnded
		}
		return true, nil
	case m.Method == "": // an answer: what the editor makes of an edit, it tells as one
		return false, nil
	case m.IsRequest():
		return false, s.answer(m)
	case s.started && !s.ended:
		s.notice(m)
	}
	return false, nil
}

// answer answers a request.
func (s *Server) answer(m *rpc.Message) error {
	switch {
	case s.cancelled.take(m.ID):
		return s.conn.Refuse(m.ID, rpc.Errorf(rpc.Cancelled, "cancelled"))
	case s.ended:
		return s.conn.Refuse(m.ID, rpc.Errorf(rpc.InvalidRequest, "the server is shutting down"))
	case !s.started && m.Method != "initialize":
		return s.conn.Refuse(m.ID, rpc.Errorf(rpc.NotInitialized, "the first request is initialize"))
	case s.started && m.Method == "initialize":
		return s.conn.Refuse(m.ID, rpc.Errorf(rpc.InvalidRequest, "initialize is sent once"))
	}
	handle, ok := requests[m.Method]
	if !ok {
		return s.conn.Refuse(m.ID, rpc.Errorf(rpc.MethodNotFound, "no method %q", m.Method))
	}
	result, err := s.try(func() (any, error) { return handle(s, m.Params) })
	if err == nil {
		return s.conn.Reply(m.ID, result)
	}
	refused, ok := errors.AsType[*rpc.Error](err)
	if !ok {
		refused = rpc.Errorf(rpc.InvalidParams, "%v", err)
	}
	return s.conn.Refuse(m.ID, refused)
}

// notice handles a notification. Unknown ones are passed over, as the protocol
// says.
func (s *Server) notice(m *rpc.Message) {
	handle, ok := notifications[m.Method]
	if !ok {
		return
	}
	if _, err := s.try(func() (any, error) { return nil, handle(s, m.Params) }); err != nil {
		fmt.Fprintf(s.Log, "handbook lsp: %s: %v\n", m.Method, err)
	}
}

// try calls a function. If it panics, the server goes on and answers with an error.
func (s *Server) try(do func() (any, error)) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(s.Log, "handbook lsp: %v\n%s", p, debug.Stack())
			err = rpc.Errorf(rpc.InternalError, "a mistake in handbook: %v", p)
		}
	}()
	return do()
}

var requests = map[string]func(*Server, json.RawMessage) (any, error){
	"initialize": (*Server).initialize,
	"shutdown": func(s *Server, _ json.RawMessage) (any, error) {
		s.ended = true
		return nil, nil
	},
	"textDocument/completion":     (*Server).completion,
	"textDocument/hover":          (*Server).hover,
	"textDocument/definition":     (*Server).definition,
	"textDocument/documentSymbol": (*Server).symbols,
	"textDocument/prepareRename":  (*Server).prepareRename,
	"textDocument/rename":         (*Server).rename,
	"textDocument/codeLens":       (*Server).lenses,
	"textDocument/codeAction":     (*Server).actions,
	"workspace/executeCommand":    (*Server).execute,
}

var notifications = map[string]func(*Server, json.RawMessage) error{
	"initialized":                     (*Server).initialized,
	"textDocument/didOpen":            (*Server).didOpen,
	"textDocument/didChange":          (*Server).didChange,
	"textDocument/didClose":           (*Server).didClose,
	"workspace/didChangeWatchedFiles": func(s *Server, _ json.RawMessage) error { s.sites.changed(); return nil },
}

// initialize tells what the server can do.
func (s *Server) initialize(params json.RawMessage) (any, error) {
	p, err := decode[initializeParams](params)
	if err != nil {
		return nil, err
	}
	s.started = true
	offered := p.Capabilities.General.PositionEncodings
	if offered == nil {
		offered = p.Capabilities.OffsetEncoding
	}
	s.encoding = negotiate(offered)
	s.commands = p.Options.Commands
	s.edits, s.versions = p.Capabilities.Workspace.ApplyEdit, p.Capabilities.Workspace.Edit.DocumentChanges
	roots := []string{p.RootURI}
	for _, folder := range p.Folders {
		roots = append(roots, folder.URI)
	}
	for _, root := range roots {
		if dir, ok := fileOf(root); ok {
			s.sites.wanted = append(s.sites.wanted, dir)
		}
	}
	return object{
		"serverInfo":     object{"name": "handbook", "version": s.Version},
		"offsetEncoding": s.encoding,
		"capabilities":   s.capabilities(),
	}, nil
}

// initialized opens the handbooks of the folders that the editor shows.
func (s *Server) initialized(json.RawMessage) error {
	for _, dir := range s.sites.wanted {
		s.sites.of(dir)
	}
	return nil
}

func (s *Server) didOpen(params json.RawMessage) error {
	p, err := decode[documentParams](params)
	if err != nil {
		return err
	}
	d := newDocument(p.TextDocument.URI, p.TextDocument.Version, []byte(p.TextDocument.Text))
	s.docs[d.uri] = d
	s.sites.set(d)
	return nil
}

func (s *Server) didChange(params json.RawMessage) error {
	p, err := decode[changeParams](params)
	if err != nil {
		return err
	}
	d := s.docs[p.TextDocument.URI]
	if d == nil {
		return fmt.Errorf("%q is not open", p.TextDocument.URI)
	}
	d.version = p.TextDocument.Version
	for _, c := range p.Changes {
		if err := d.change(c, s.encoding); err != nil {
			return err
		}
	}
	s.sites.set(d)
	return nil
}

func (s *Server) didClose(params json.RawMessage) error {
	p, err := decode[documentParams](params)
	if err != nil {
		return err
	}
	if d := s.docs[p.TextDocument.URI]; d != nil {
		delete(s.docs, d.uri)
		s.sites.drop(d)
	}
	return nil
}

// Cancelled are the requests that the editor wants no answer to any more.
type cancelled struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (c *cancelled) add(params json.RawMessage) {
	p, err := decode[struct {
		ID json.RawMessage `json:"id"`
	}](params)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids == nil || len(c.ids) > 10_000 { // of requests that were answered before
		c.ids = map[string]bool{}
	}
	c.ids[string(p.ID)] = true
}

// take reports whether a request was cancelled.
func (c *cancelled) take(id json.RawMessage) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.ids[string(id)]
	delete(c.ids, string(id))
	return was
}
