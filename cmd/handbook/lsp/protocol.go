package lsp

import "encoding/json"

// The types below are those of the Language Server Protocol, version 3.17, with
// the fields that the server uses. They are written by hand: go.lsp.dev/protocol
// and github.com/tliron/glsp each bring a JSON-RPC stack, a logger and several
// thousand lines, and neither has grown since version 3.16 of the protocol.

// A Position is a place in a text, counted from 0.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// A Range is a part of a text; its end is not in it.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// A Location is a part of a file.
type Location struct {
	URI   string `json:"uri"`
	Range Range  `json:"range"`
}

type initializeParams struct {
	RootURI  string `json:"rootUri"`
	RootPath string `json:"rootPath"`
	Folders  []struct {
		URI string `json:"uri"`
	} `json:"workspaceFolders"`
	// Options are handbook's own: the commands that the editor runs where a lens
	// names them.
	Options struct {
		Commands []string `json:"commands"`
	} `json:"initializationOptions"`
	Capabilities struct {
		General struct {
			PositionEncodings []encoding `json:"positionEncodings"`
		} `json:"general"`
		OffsetEncoding []encoding `json:"offsetEncoding"` // of clangd, which some editors offer instead
		Workspace      struct {
			ApplyEdit bool `json:"applyEdit"`
			Edit      struct {
				DocumentChanges bool `json:"documentChanges"`
			} `json:"workspaceEdit"`
		} `json:"workspace"`
	} `json:"capabilities"`
}

type textDocument struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
	Text    string `json:"text"`
}

type documentParams struct {
	TextDocument textDocument `json:"textDocument"`
}

type changeParams struct {
	TextDocument textDocument    `json:"textDocument"`
	Changes      []contentChange `json:"contentChanges"`
}

type contentChange struct {
	Range *Range `json:"range"`
	Text  string `json:"text"`
}

type positionParams struct {
	TextDocument textDocument `json:"textDocument"`
	Position     Position     `json:"position"`
	NewName      string       `json:"newName"`
}

type rangeParams struct {
	TextDocument textDocument `json:"textDocument"`
	Range        Range        `json:"range"`
}

type commandParams struct {
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments"`
}

// Severities of diagnostics.
const (
	severityError   = 1
	severityWarning = 2
	severityHint    = 4
)

// A Diagnostic is one thing that is wrong.
type Diagnostic struct {
	Range    Range  `json:"range"`
	Severity int    `json:"severity"`
	Source   string `json:"source"`
	Message  string `json:"message"`
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"` // of the text that was looked at, if it is open
	Diagnostics []Diagnostic `json:"diagnostics"`
}

type object map[string]any

// decode reads the parameters of a message.
func decode[T any](params json.RawMessage) (v T, err error) {
	if len(params) == 0 {
		return v, errNoParams
	}
	return v, json.Unmarshal(params, &v)
}
