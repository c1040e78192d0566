package html

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/highlight"
)

// Snippets writes code blocks, each according to its role.
type snippets struct {
	tree     *content.Tree
	src      *source
	painter  *highlight.Painter
	results  *results
	notes    *notes
	sessions *sessions
	reports  reports
	steps    *steps
	patch    string // what applies the diff that is being written
}

func newSnippets(tree *content.Tree, src *source, inner *nodes, r *results, steps *steps, colours highlight.Colours) *snippets {
	painter := highlight.NewPainter()
	index := make(map[*ast.FencedCodeBlock]int)
	for i, s := range tree.Snippets {
		index[s.Node] = i
	}
	return &snippets{
		tree: tree, src: src, painter: painter, results: r,
		notes:    &notes{tree, index, src, inner, r.words},
		sessions: newSessions(r, steps, painter, colours),
		reports:  reports{r},
		steps:    steps,
	}
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (w *snippets) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindCodeBlock, w.renderCodeBlock)
	reg.Register(ast.KindFencedCodeBlock, w.renderFence)
}

func (w *snippets) renderCodeBlock(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		var code strings.Builder
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			code.Write(line.Value(source))
		}
		w.writeCode(b, &content.Snippet{Code: code.String()}, "")
	}
	return ast.WalkSkipChildren, nil
}

func (w *snippets) renderFence(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	i, ok := w.notes.index[n.(*ast.FencedCodeBlock)]
	if !ok {
		return w.renderCodeBlock(b, source, n, entering)
	}
	switch s := w.tree.Snippets[i]; {
	case s.Options.Tab != "":
		w.writeTabs(b, n)
	case annotated(s):
		w.notes.write(b, i, func() { w.write(b, i, "") })
	default:
		w.write(b, i, "")
	}
	return ast.WalkSkipChildren, nil
}

// write writes the i-th snippet of the page. tab is the id of its tab, or "".
func (w *snippets) write(b util.BufWriter, i int, tab string) {
	s := w.tree.Snippets[i]
	w.patch = w.steps.add(s, tab)
	if s.Options.Hide {
		w.writeUnseen(b, s, func() { w.writeShown(b, i) })
		return
	}
	w.writeShown(b, i)
}

func (w *snippets) writeShown(b util.BufWriter, i int) {
	s := w.tree.Snippets[i]
	id := ownPrefix + "s" + itoa(i+1)
	switch {
	case w.results.printed(s): // what really came out is shown under the command
	case s.Role == content.Report:
		w.reports.write(b, s, id)
	case s.Role == content.Shell && len(s.Commands) > 0, s.Role == content.Console:
		w.sessions.write(b, s, id)
	case s.Role == content.Shell:
		w.sessions.writeScript(b, s, id)
	default:
		w.writeCode(b, s, id)
	}
	if w.painter.TooMuch {
		w.painter.TooMuch = false
		w.src.note(s.Pos, "shown without colours: highlighting it takes too much")
	}
}

// writeTabs writes adjacent snippets with the option tab= as one group, when it
// gets to the first of them. Radio buttons work without a script and with the
// keyboard.
func (w *snippets) writeTabs(b util.BufWriter, n ast.Node) {
	if w.tabOf(n.PreviousSibling()) >= 0 {
		return
	}
	var group []int
	for ; n != nil && w.tabOf(n) >= 0; n = n.NextSibling() {
		group = append(group, w.tabOf(n))
	}
	name := ownPrefix + "t" + itoa(group[0]+1)
	b.WriteString(`<div class="tabs" role="group" aria-label="` + w.results.words.HTML("tabs") + `">`)
	for k, i := range group {
		checked := ""
		if k == 0 {
			checked = " checked"
		}
		label := html.EscapeString(w.tree.Snippets[i].Options.Tab)
		id := name + "-" + itoa(k+1)
		b.WriteString(`<input type="radio" name="` + name + `" id="` + id + `" data-tab="` + label + `"` + checked + `>` +
			`<label for="` + id + `">` + label + `</label>`)
	}
	b.WriteString(`<div class="panels">`)
	for k, i := range group {
		b.WriteString(`<div class="panel">`)
		w.write(b, i, name+"-"+itoa(k+1))
		b.WriteString("</div>")
	}
	b.WriteString("</div></div>\n")
}

// tabOf returns the index of a snippet with the option tab=, or -1 if the node
// is something else.
func (w *snippets) tabOf(n ast.Node) int {
	block, ok := n.(*ast.FencedCodeBlock)
	if !ok {
		return -1
	}
	i, ok := w.notes.index[block]
	if !ok || w.tree.Snippets[i].Options.Tab == "" {
		return -1
	}
	return i
}

// openFigure starts a snippet with its caption, its badge and a copy button.
func (r *results) openFigure(b util.BufWriter, class string, s *content.Snippet, id, label string) {
	b.WriteString(`<figure class="` + class + `"`)
	if id != "" {
		b.WriteString(` id="` + id + `"`)
	}
	b.WriteString(">")
	button := r.copyButton(r.name(s, label))
	label = html.EscapeString(label)
	badge := r.badge(s)
	if label == "" && badge == "" {
		b.WriteString(button)
		return
	}
	b.WriteString(`<figcaption><span class="name">` + label + "</span>" + badge + button + "</figcaption>")
}

// longName is how many characters of a command name the button that copies it.
const longName = 60

// name returns what names a snippet's buttons, to those who hear one after the
// other: its caption, else the command or the line that it starts with. No two
// snippets of a page have the same.
func (r *results) name(s *content.Snippet, label string) string {
	name := label
	if s.Options.Title == "" && s.Options.File == "" && s.Options.Include == "" {
		text := s.Code
		if len(s.Commands) > 0 {
			text = s.Commands[0].Text
		}
		line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		if line = wording.Shorten(line, longName); line != "" {
			name = line
		}
	}
	r.named[name]++
	if n := r.named[name]; n > 1 {
		name += " (" + r.words.Number(n) + ")"
	}
	return name
}

// copyButton returns a button that the style sheet shows if scripts run. The
// theme's script gives it its name, and those that it puts beside it.
func (r *results) copyButton(name string) string {
	return `<button type="button" class="copy" data-name="` + html.EscapeString(name) + `">` + r.words.HTML("copy") + "</button>"
}
