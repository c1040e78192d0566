package tell

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/publish"
	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
)

func pageError(line int, msg string, reason content.Reason) *content.Error {
	return &content.Error{Pos: content.Pos{File: "content/a.md", Line: line, Col: 1}, Msg: msg, Reason: reason, Detail: "a, b"}
}

func TestTell(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("one\n\ntwo"), "handbook: error: one\n\n    two\n"},
		{content.Errors{pageError(1, "one", content.ReasonOpenFence), pageError(2, "two", content.ReasonOpenFence), pageError(3, "three", config.ReasonUnknownKey)}, `handbook: error: content/a.md:1:1: one
handbook: hint: close it with a line that has the same fence characters, at least as many
handbook: error: content/a.md:2:1: two
handbook: error: content/a.md:3:1: three
handbook: hint: known keys: a, b
`},
		{hints.With(errors.New("bad flag"), "see\nthere"), `handbook: error: bad flag
handbook: hint: see
handbook: hint: there
`},
		{errors.Join(
			&verify.Failures{Page: "a.md", NotRun: 2, Enter: []string{"docker exec -it x bash"}, All: []*verify.Failure{{
				Pos: content.Pos{File: "content/a.md", Line: 61, Col: 1}, Msg: "exited with 1, expected 0",
				Details: []string{"  x = 1", "IndentationError: unexpected indent"}, Reason: verify.ReasonShellEnded,
			}}},
			context.Canceled,
		), `handbook: error: content/a.md:61:1: exited with 1, expected 0
      x = 1
    IndentationError: unexpected indent
handbook: hint: a lab's shell has to stay: run what ends it in a shell of its own, (…) or bash -c
handbook: hint: 2 commands after it on a.md did not run
handbook: hint: its machine is kept: docker exec -it x bash
handbook: hint: "handbook clean" removes kept machines
handbook: error: interrupted
`},
		{&publish.ForeignError{Dir: "/home/me", Found: "thesis.tex"}, `handbook: error: /home/me holds files that handbook did not write: "thesis.tex"
handbook: hint: everything in the folder would be replaced: choose another one with -o, or empty it first
`},
	}
	for _, test := range tests {
		var b bytes.Buffer
		Error(&b, test.err)
		if b.String() != test.want {
			t.Errorf("got\n%s\nwant\n%s", &b, test.want)
		}
	}
}
