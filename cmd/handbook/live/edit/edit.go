// Package edit connects an author's editor and the preview: it opens the line
// of a snippet in the editor, and finds the place on the page of an edit.
package edit

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
	"handbook/content/markdown"
	"handbook/render/outline"
)

// A Command opens a file at a line. FILE and LINE in its arguments stand for
// these. It is run without a shell.
type Command []string

// known are the arguments that open a file at a line, by the names of editors.
var known = map[string][]string{
	"code": {"--goto", "FILE:LINE"}, "codium": {"--goto", "FILE:LINE"}, "cursor": {"--goto", "FILE:LINE"},
	"emacsclient": {"--no-wait", "+LINE", "FILE"}, "gvim": {"--remote-silent", "+LINE", "FILE"}, "idea": {"--line", "LINE", "FILE"},
	"kate": {"--line", "LINE", "FILE"}, "gedit": {"+LINE", "FILE"}, "subl": {"FILE:LINE"}, "zed": {"FILE:LINE"},
}

// Parse reads a command, whose words are separated by spaces. The name of a
// known editor is enough.
func Parse(text string) (Command, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, errors.New("expected a command")
	}
	if slices.ContainsFunc(words[1:], func(w string) bool { return strings.Contains(w, "FILE") }) {
		return words, nil
	}
	more := known[strings.TrimSuffix(filepath.Base(words[0]), ".exe")]
	if more == nil {
		return nil, fmt.Errorf("%q does not say where the name of the file stands, expected FILE, and LINE for the line, as in %q", text, words[0]+" +LINE FILE")
	}
	return append(words, more...), nil
}

// ParseFlag is Parse for the value of --editor, where "" means no editor.
func ParseFlag(text string) (Command, error) {
	if text == "" {
		return nil, nil
	}
	c, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("--editor: %w", err)
	}
	return c, nil
}

// args returns the arguments for a file and a line.
func (c Command) args(file string, line int) []string {
	in := strings.NewReplacer("FILE", file, "LINE", strconv.Itoa(line))
	args := []string{c[0]}
	for _, word := range c[1:] {
		args = append(args, in.Replace(word))
	}
	return args
}

// soon is how long Open waits for an editor to fail.
const soon = 500 * time.Millisecond

// Open runs the command. It does not wait until the editor is closed.
func (c Command) Open(file string, line int) error {
	args := c.args(file, line)
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s: %w", c[0], err)
		}
	case <-time.After(soon):
	}
	return nil
}

// LineOf returns the line of the snippet of a page that has an id.
func LineOf(p *content.Page, id string) (int, bool) {
	for i, s := range p.Tree().Snippets {
		if outline.SnippetID(i) == id {
			return s.Pos.Line, true
		}
	}
	return 0, false
}

// Edited returns the number of the first line of a text that has changed, from
// 1.
func Edited(old, now []byte) int {
	line := 1
	for i, c := range now {
		if i >= len(old) || old[i] != c {
			break
		}
		if c == '\n' {
			line++
		}
	}
	return line
}

// IDAt returns the id of the element of a page at a line: a snippet, or the
// heading above; "" at the top.
func IDAt(p *content.Page, line int) string {
	id, at := "", 0
	tree := p.Tree()
	take := func(its string, begins int) {
		if its != "" && begins <= line && begins > at {
			id, at = its, begins
		}
	}
	_ = ast.Walk(tree.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering && h.Lines().Len() > 0 {
			take(markdown.HeadingID(h), 1+strings.Count(string(p.Source[:h.Lines().At(0).Start]), "\n"))
		}
		return ast.WalkContinue, nil
	})
	for i, s := range tree.Snippets {
		if !s.Options.Hide {
			take(outline.SnippetID(i), s.Pos.Line)
		}
	}
	return id
}
