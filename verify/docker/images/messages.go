package images

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	buildkit "github.com/moby/buildkit/api/services/control"
	"google.golang.org/protobuf/proto"
)

// A message is one of those by which an engine tells how a build, a pull, a push
// or a load goes on.
type message struct {
	Stream, Error string
	ID            string
	Aux           json.RawMessage // depends on ID
}

// ReadMessages reads the progress of a build, a pull, a push or a load to its end,
// and returns the error message in it if it has failed.
func ReadMessages(r io.Reader, line func(string)) (failed string, err error) {
	_, err = readMessages(r, line)
	if failed, ok := errors.AsType[failedError](err); ok {
		return string(failed), nil
	}
	return "", err
}

// maxError is how many bytes are told of why something has failed. Some of that is
// what a registry has sent.
const maxError = 16 << 10

// A failedError is what an engine says of what it was asked to do.
type failedError string

func (e failedError) Error() string { return string(e) }

// readMessages is ReadMessages, and returns the digest of what was pushed.
func readMessages(r io.Reader, line func(string)) (digest string, err error) {
	trace := trace{begun: map[string]bool{}}
	tell := func(text string) {
		for part := range strings.Lines(text) {
			if part = strings.TrimRight(part, "\r\n"); part != "" {
				line(part)
			}
		}
	}
	defer func() { tell(trace.rest) }()
	for dec := json.NewDecoder(r); ; {
		var m message
		if err := dec.Decode(&m); err == io.EOF {
			return digest, nil
		} else if err != nil {
			return "", err
		}
		text := m.Stream
		switch m.ID {
		case "moby.buildkit.trace":
			text = trace.text(m.Aux)
		case "":
			var pushed struct{ Digest string }
			if json.Unmarshal(m.Aux, &pushed) == nil && pushed.Digest != "" {
				digest = pushed.Digest
			}
		}
		tell(text)
		if m.Error != "" {
			return "", failedError(strings.ToValidUTF8(m.Error[:min(len(m.Error), maxError)], ""))
		}
	}
}

// A trace is what BuildKit tells of a build.
type trace struct {
	begun map[string]bool // steps, by their digests
	rest  string          // of a line that has not ended yet
}

// text returns the names of the steps that have begun since the last message, and
// the lines that they have printed to the end.
func (t *trace) text(aux json.RawMessage) string {
	var encoded []byte
	var status buildkit.StatusResponse
	if json.Unmarshal(aux, &encoded) != nil || proto.Unmarshal(encoded, &status) != nil {
		return ""
	}
	var b strings.Builder
	for _, v := range status.Vertexes {
		if v.Started != nil && !t.begun[v.Digest] {
			t.begun[v.Digest] = true
			b.WriteString(v.Name + "\n")
		}
	}
	b.WriteString(t.rest)
	for _, log := range status.Logs {
		b.Write(log.Msg)
	}
	text := b.String()
	end := strings.LastIndexByte(text, '\n') + 1
	t.rest = text[end:]
	return text[:end]
}
