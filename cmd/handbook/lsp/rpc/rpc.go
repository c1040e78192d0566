// Package rpc speaks JSON-RPC 2.0 as the Language Server Protocol frames it: a
// header with the length, then the message.
package rpc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// Bounds of what is read at once.
const (
	MaxMessage = 64 << 20
	maxHeader  = 4 << 10
)

// Codes of errors.
const (
	ParseError     = -32700
	InvalidRequest = -32600
	MethodNotFound = -32601
	InvalidParams  = -32602
	InternalError  = -32603
	NotInitialized = -32002
	Cancelled      = -32800
	RequestFailed  = -32803
)

// An Error is the answer to a request that has failed.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// Errorf returns an Error.
func Errorf(code int, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// A Message is a request, a notification, or a response.
type Message struct {
	ID     json.RawMessage // a number or a text; nil of a notification
	Method string          // "" of a response
	Params json.RawMessage
}

// IsRequest reports whether the message wants an answer.
func (m *Message) IsRequest() bool { return m.Method != "" && m.ID != nil }

// A Conn is a connection. Reading is for one goroutine; writing is for any.
type Conn struct {
	in  *bufio.Reader
	mu  sync.Mutex
	out io.Writer
}

// NewConn returns a connection over streams.
func NewConn(in io.Reader, out io.Writer) *Conn {
	return &Conn{in: bufio.NewReaderSize(in, 64<<10), out: out}
}

// ErrFraming says that what was read has no header of the protocol, so that
// nothing after it can be understood.
var ErrFraming = errors.New("the input is not framed as the Language Server Protocol says")

// Read reads the next message. What can't be understood is an *Error, with which
// the other side is answered; the next call reads what comes after it. Any other
// error ends the connection: io.EOF if it ended between messages.
func (c *Conn) Read() (*Message, error) {
	size, err := c.header()
	if err != nil {
		return nil, err
	}
	if size > MaxMessage {
		if _, err := io.CopyN(io.Discard, c.in, size); err != nil {
			return nil, whole(err)
		}
		return nil, Errorf(InvalidRequest, "a message of %d bytes is longer than %d", size, MaxMessage)
	}
	// The buffer grows with what comes: a header may promise more.
	var body bytes.Buffer
	if _, err := io.CopyN(&body, c.in, size); err != nil {
		return nil, whole(err)
	}
	return parse(body.Bytes())
}

// whole turns an end within a message into an error.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// header reads the header of a message and returns the length that it gives.
func (c *Conn) header() (size int64, err error) {
	size = -1
	for read := 0; ; {
		line, err := c.in.ReadSlice('\n')
		read += len(line)
		switch {
		case err == io.EOF && read == 0:
			return 0, io.EOF
		case err == io.EOF:
			return 0, io.ErrUnexpectedEOF
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return 0, err
		case err != nil || read > maxHeader:
			return 0, ErrFraming
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return 0, ErrFraming
		}
		if strings.EqualFold(name, "Content-Length") {
			if size, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil || size < 0 {
				return 0, ErrFraming
			}
		}
	}
	if size < 0 {
		return 0, ErrFraming
	}
	return size, nil
}

func parse(body []byte) (*Message, error) {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method *string         `json:"method"`
		Params json.RawMessage `json:"params"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	if !json.Valid(body) {
		return nil, Errorf(ParseError, "the message is no JSON")
	}
	if err := json.Unmarshal(body, &m); err != nil || body[0] == '[' {
		return nil, Errorf(InvalidRequest, "the message is no request")
	}
	if string(m.ID) == "null" {
		m.ID = nil
	}
	if m.ID != nil && m.ID[0] != '"' && m.ID[0] != '-' && (m.ID[0] < '0' || m.ID[0] > '9') {
		return nil, Errorf(InvalidRequest, "the id of a request is a number or a text")
	}
	switch {
	case m.Method != nil && *m.Method != "":
		return &Message{m.ID, *m.Method, m.Params}, nil
	case m.ID != nil && (m.Result != nil || m.Error != nil):
		return &Message{ID: m.ID}, nil
	}
	return nil, Errorf(InvalidRequest, "the message has no method")
}

// Reply answers a request. A nil result is null.
func (c *Conn) Reply(id json.RawMessage, result any) error {
	return c.write(struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}{"2.0", id, result})
}

// Refuse answers a request with an error. The id is nil if it is not known.
func (c *Conn) Refuse(id json.RawMessage, e *Error) error {
	if id == nil {
		id = json.RawMessage("null")
	}
	return c.write(struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *Error          `json:"error"`
	}{"2.0", id, e})
}

// Ask sends a request. Its answer is read as any message is.
func (c *Conn) Ask(id int, method string, params any) error {
	return c.write(struct {
		JSONRPC string `json:"jsonrpc"`
		ID      int    `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", id, method, params})
}

// Notify sends a notification.
func (c *Conn) Notify(method string, params any) error {
	return c.write(struct {
		JSONRPC string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", method, params})
}

func (c *Conn) write(v any) error {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	text := bytes.TrimRight(body.Bytes(), "\n")
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.out.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(text)), text...))
	return err
}
