package html

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/render/locale"
	"handbook/render/outline"
)

// notes writes snippets with the option annotate: each is followed by an
// ordered list that explains some of its lines.
type notes struct {
	tree  *content.Tree
	index map[*ast.FencedCodeBlock]int // into tree.Snippets
	src   *source
	inner *nodes
	words *locale.Locale
}

// A note connects a line of a snippet with an item of the list after it.
type note struct {
	number int
	first  bool // the line contains the mark
}

// markRE finds a mark in a line as written, markHTML in the line's HTML:
// "# (1)", "# (1)!", "# 1)" or "# <1>", in whatever comment it stands.
var (
	markRE   = regexp.MustCompile(`(?:#|//|--|;|/\*|<!--)\s*(?:\((\d{1,2})\)!?|(\d{1,2})\)|<(\d{1,2})>)`)
	markHTML = regexp.MustCompile(`((?:#|//|--|;|/\*|&lt;!--)\s*)(\(\d{1,2}\)!?|\d{1,2}\)|&lt;\d{1,2}&gt;)`)
)

// notedLines returns the notes of a snippet by line, counted from 1. A mark
// after code belongs to its line. A mark in a comment line of its own belongs
// to the lines below too, up to the next mark or an empty line.
func notedLines(code string) map[int]note {
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

// noteList returns the ordered list after an annotated snippet, or nil.
func noteList(n ast.Node) *ast.List {
	if l, ok := n.NextSibling().(*ast.List); ok && l.IsOrdered() {
		return l
	}
	return nil
}

// explain reports whether a list explains the snippet before it. It is then
// written with the snippet.
func (w *notes) explain(l *ast.List) bool {
	block, ok := l.PreviousSibling().(*ast.FencedCodeBlock)
	if !ok || !l.IsOrdered() {
		return false
	}
	i, ok := w.index[block]
	return ok && annotated(w.tree.Snippets[i])
}

func annotated(s *content.Snippet) bool {
	return s.Options.Annotate && s.Options.Tab == "" && !s.Options.Hide
}

// write writes the i-th snippet of the page, by calling snippet, and its list.
// Marks and items link to each other.
func (w *notes) write(b util.BufWriter, i int, snippet func()) {
	s := w.tree.Snippets[i]
	l := noteList(s.Node)
	noted := make(map[int]bool)
	for _, n := range notedLines(s.Code) {
		noted[n.number] = true
	}
	if l == nil {
		w.src.fail(s.OptionAt("annotate"), "annotate: expected an ordered list after the snippet")
		snippet()
		return
	}
	b.WriteString(`<div class="annotated">`)
	snippet()
	b.WriteString(`<ol class="notes" start="` + strconv.Itoa(l.Start) + `">`)
	n := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		if !noted[n] {
			w.src.fail(w.src.pos(item.Pos()), "no line of the snippet is marked \"# %d)\" or \"# (%d)\"", n, n)
		}
		var body bytes.Buffer
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			w.inner.write(&body, c)
		}
		b.WriteString(`<li id="` + noteID(i, n, "n") + `" class="n` + strconv.Itoa(n) + `"><a class="num" href="#` + noteID(i, n, "l") +
			`" aria-label="` + w.words.HTML("note-to-line", "number", strconv.Itoa(n)) + `">` + strconv.Itoa(n) + "</a>" + body.String() + "</li>\n")
		n++
	}
	b.WriteString("</ol></div>\n")
}

// noteID returns the id of a note (kind "n") or of its line (kind "l").
func noteID(snippet, number int, kind string) string {
	return outline.Own + "s" + strconv.Itoa(snippet+1) + kind + strconv.Itoa(number)
}

// linkMark turns the mark in a line of HTML into a link to its note. The text
// stays as it is, because it is part of the file.
func linkMark(line string, snippet, number int) string {
	m := markHTML.FindStringSubmatchIndex(line)
	if m == nil {
		return line
	}
	return line[:m[4]] + `<a class="num" id="` + noteID(snippet, number, "l") + `" href="#` + noteID(snippet, number, "n") +
		`">` + line[m[4]:m[5]] + "</a>" + line[m[5]:]
}
