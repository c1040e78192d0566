package rpc

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func framed(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

// TestRead reads what may come, and then one good message more, unless the
// connection has to end.
func TestRead(t *testing.T) {
	huge := int64(MaxMessage) + 1
	for _, c := range []struct {
		name, in string
		want     string // method and id, or the error
		ends     bool
	}{
		{"request", framed(`{"jsonrpc":"2.0","id":1,"method":"a"}`), `a 1`, false},
		{"text as id", framed(`{"jsonrpc":"2.0","id":"x","method":"a"}`), `a "x"`, false},
		{"notification", framed(`{"jsonrpc":"2.0","method":"a","params":[]}`), `a `, false},
		{"response", framed(`{"jsonrpc":"2.0","id":1,"result":null}`), ` 1`, false},
		{"other headers", "content-length: 14\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n" + `{"method":"a"}`, `a `, false},
		{"no JSON", framed(`{"method":`), `-32700`, false},
		{"empty", framed(``), `-32700`, false},
		{"batch", framed(`[{"method":"a"}]`), `-32600`, false},
		{"a number", framed(`1`), `-32600`, false},
		{"no method", framed(`{"id":1}`), `-32600`, false},
		{"odd id", framed(`{"id":{},"method":"a"}`), `-32600`, false},
		{"huge", fmt.Sprintf("Content-Length: %d\r\n\r\n%s", huge, strings.Repeat(" ", int(huge))), `-32600`, false},
		{"longer than it comes", "Content-Length: 9223372036854775807\r\n\r\n{}", io.ErrUnexpectedEOF.Error(), true},
		{"promised, not sent", "Content-Length: 60000000\r\n\r\n{}", io.ErrUnexpectedEOF.Error(), true},
		{"no length", "Content-Type: x\r\n\r\n{}", ErrFraming.Error(), true},
		{"negative length", "Content-Length: -1\r\n\r\n{}", ErrFraming.Error(), true},
		{"no number", "Content-Length: 1e3\r\n\r\n{}", ErrFraming.Error(), true},
		{"no header", "hello\r\n\r\n", ErrFraming.Error(), true},
		{"endless header", strings.Repeat("A: b\r\n", 10_000), ErrFraming.Error(), true},
		{"endless line", strings.Repeat("a", 1<<20), ErrFraming.Error(), true},
		{"end", "", io.EOF.Error(), true},
		{"end in the header", "Content-Le", io.ErrUnexpectedEOF.Error(), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			after := ""
			if !c.ends {
				after = framed(`{"method":"next"}`)
			}
			conn := NewConn(strings.NewReader(c.in+after), io.Discard)
			if got := next(conn); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if !c.ends {
				if got := next(conn); got != "next " {
					t.Errorf("after it: %s", got)
				}
			}
		})
	}
}

func next(c *Conn) string {
	m, err := c.Read()
	var e *Error
	switch {
	case errors.As(err, &e):
		return fmt.Sprint(e.Code)
	case err != nil:
		return err.Error()
	}
	return m.Method + " " + string(m.ID)
}

func TestWrite(t *testing.T) {
	var out strings.Builder
	c := NewConn(strings.NewReader(""), &out)
	if err := errors.Join(c.Reply([]byte("1"), nil), c.Refuse(nil, Errorf(ParseError, "no")), c.Notify("m", "<é>")); err != nil {
		t.Fatal(err)
	}
	want := framed(`{"jsonrpc":"2.0","id":1,"result":null}`) +
		framed(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}`) +
		framed(`{"jsonrpc":"2.0","method":"m","params":"<é>"}`)
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
}
