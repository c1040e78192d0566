package tty

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"handbook/content/wording"
)

// A Writer prints text for people. Pages, file names, outputs of commands and
// messages of engines can't be trusted, so it makes control characters
// visible; only the sequences made by Escape reach the terminal. In the logs
// of GitHub, Azure and TeamCity, it also disables lines that would be commands
// to the runner.
type Writer struct {
	to       io.Writer
	terminal *os.File // nil if there is none
	workflow bool
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer {
	workflow := os.Getenv("GITHUB_ACTIONS") != "" || os.Getenv("TF_BUILD") != "" || os.Getenv("TEAMCITY_VERSION") != ""
	return &Writer{w, terminalOf(w), workflow}
}

// Unwrap returns the destination of a Writer, for programs that get the
// terminal.
func Unwrap(w io.Writer) io.Writer {
	if w, ok := w.(*Writer); ok {
		return w.to
	}
	return w
}

// Commands returns a Writer to the same destination whose lines may be
// commands to a workflow's runner.
func Commands(w io.Writer) io.Writer {
	if w, ok := w.(*Writer); ok {
		return &Writer{w.to, w.terminal, false}
	}
	return w
}

// key marks sequences made by Escape. It is random, so that no page can
// contain it.
var key = rand.Text()

// Escape makes a control sequence that a Writer lets through: the escape
// character and the given characters.
func Escape(sequence string) string { return "\x1b" + key + sequence }

func (w *Writer) Write(p []byte) (int, error) {
	if _, err := w.to.Write(w.visible(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// visible returns what is printed for p.
func (w *Writer) visible(p []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(p) {
		if w.workflow {
			line = notCommand(line)
		}
		for len(line) > 0 {
			if rest, ours := bytes.CutPrefix(line, []byte("\x1b"+key)); ours {
				out.WriteByte('\x1b')
				line = rest
				continue
			}
			r, n := utf8.DecodeRune(line)
			switch {
			case r == '\r' && string(line) == "\r\n":
				out.WriteByte('\r')
			case r == utf8.RuneError && n == 1:
				fmt.Fprintf(&out, `\x%02x`, line[0])
			default:
				out.WriteString(wording.Shown(r))
			}
			line = line[n:]
		}
	}
	return out.Bytes()
}

// notCommand changes a line so that it is not a command to the runner of
// GitHub, Azure or TeamCity, whose syntaxes are similar.
func notCommand(line []byte) []byte {
	if bytes.HasPrefix(bytes.TrimSpace(line), []byte("::")) {
		line = bytes.Replace(line, []byte("::"), []byte(": :"), 1)
	}
	for _, mark := range []string{"##[", "##vso[", "##teamcity["} {
		line = bytes.ReplaceAll(line, []byte(mark), []byte(strings.Replace(mark, "##", "# #", 1)))
	}
	return line
}
