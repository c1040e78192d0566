package render

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// A note ties lines of a snippet to an item of the ordered list after it.
type note struct {
	number int
	first  bool // the line that holds the mark
}

// markRE finds a mark in a line as written, markHTML in the line's HTML:
// "# (1)", "# (1)!", "# 1)" or "# <1>", in whatever comment it stands.
var (
	markRE   = regexp.MustCompile(`(?:#|//|--|;|/\*|<!--)\s*(?:\((\d{1,2})\)!?|(\d{1,2})\)|<(\d{1,2})>)`)
	markHTML = regexp.MustCompile(`((?:#|//|--|;|/\*|&lt;!--)\s*)(\(\d{1,2}\)!?|\d{1,2}\)|&lt;\d{1,2}&gt;)`)
)

// notes finds what each line of a snippet is tied to. A mark behind code
// means its line; a mark in a comment of its own means what follows too, up
// to the next mark or an empty line.
func notes(code string) map[int]note {
	found := make(map[int]note)
	running := 0
	line := 0
	for text := range strings.Lines(code) {
		line++
		m := markRE.FindStringSubmatchIndex(text)
		switch {
		case m != nil:
			n := number(text, m)
			found[line] = note{n, true}
			running = 0
			if strings.TrimSpace(text[:m[0]]) == "" {
				running = n
			}
		case strings.TrimSpace(text) == "":
			running = 0
		case running > 0:
			found[line] = note{running, false}
		}
	}
	return found
}

func number(text string, m []int) int {
	n := 0
	for g := 2; g < len(m); g += 2 {
		if m[g] >= 0 {
			for _, c := range text[m[g]:m[g+1]] {
				n = 10*n + int(c-'0')
			}
		}
	}
	return n
}

// noteList is the ordered list that explains an annotated snippet, or nil.
func noteList(n ast.Node) *ast.List {
	if l, ok := n.NextSibling().(*ast.List); ok && l.IsOrdered() {
		return l
	}
	return nil
}

// explains tells whether a list explains the snippet before it, and is
// written with it.
func (w *writer) explains(l *ast.List) bool {
	block, ok := l.PreviousSibling().(*ast.FencedCodeBlock)
	if !ok || !l.IsOrdered() {
		return false
	}
	i, ok := w.snippets[block]
	return ok && w.annotated(w.page.Snippets[i])
}

func (w *writer) annotated(s *content.Snippet) bool {
	return s.Options.Annotate && s.Options.Tab == "" && !s.Options.Hide
}

// writeAnnotated writes a snippet and the list that explains it, each line and
// its item linked to the other.
func (w *writer) writeAnnotated(b util.BufWriter, i int) {
	s := w.page.Snippets[i]
	l := noteList(s.Node)
	tied := make(map[int]bool)
	for _, n := range notes(s.Code) {
		tied[n.number] = true
	}
	if l == nil {
		w.problemAt(s.Options.At("annotate"), "annotate: expected an ordered list after the snippet")
		w.writeSnippet(b, i)
		return
	}
	b.WriteString(`<div class="annotated">`)
	w.writeSnippet(b, i)
	b.WriteString(`<ol class="notes" start="` + itoa(l.Start) + `">`)
	n := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		if !tied[n] {
			w.errorAt(item.Pos(), "", "no line of the snippet is marked \"# %d)\" or \"# (%d)\"", n, n)
		}
		var body bytes.Buffer
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			w.node(&body, c)
		}
		b.WriteString(`<li id="` + noteID(i, n, "n") + `" class="n` + itoa(n) + `"><a class="num" href="#` + noteID(i, n, "l") +
			`" aria-label="Note ` + itoa(n) + `, to its line">` + itoa(n) + "</a>" + body.String() + "</li>\n")
		n++
	}
	b.WriteString("</ol></div>\n")
}

// noteID is the id of a note ("n") or of its line ("l").
func noteID(snippet, number int, kind string) string {
	return ownPrefix + "s" + itoa(snippet+1) + kind + itoa(number)
}

// linkMark makes the mark in a line of HTML a link to its note. The text
// stays what it is: it is part of the file.
func linkMark(line string, snippet, number int) string {
	m := markHTML.FindStringSubmatchIndex(line)
	if m == nil {
		return line
	}
	return line[:m[4]] + `<a class="num" id="` + noteID(snippet, number, "l") + `" href="#` + noteID(snippet, number, "n") +
		`">` + line[m[4]:m[5]] + "</a>" + line[m[5]:]
}

func (w *writer) problemAt(pos content.Pos, msg string) {
	w.problems = append(w.problems, &content.Error{Pos: pos, Msg: msg})
}

func (w *writer) renderList(b util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.List)
	if w.explains(l) {
		return ast.WalkSkipChildren, nil
	}
	tag := "ul"
	if l.IsOrdered() {
		tag = "ol"
	}
	if !entering {
		b.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	b.WriteString("<" + tag)
	if l.IsOrdered() && l.Start != 1 {
		b.WriteString(` start="` + html.EscapeString(itoa(l.Start)) + `"`)
	}
	b.WriteString(">\n")
	return ast.WalkContinue, nil
}
