package html

import (
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/info"
	"handbook/render/highlight"
	"handbook/render/outline"
	"handbook/render/report"
)

// snippets writes code blocks, each according to its role.
type snippets struct {
	tree     *content.Tree
	src      *source
	painter  *highlight.Painter
	figures  *figures
	notes    *notes
	sessions *sessions
	steps    *steps
	diagrams bool   // diagrams can be drawn
	drawn    bool   // a diagram is drawn
	told     bool   // reported that diagrams can't be drawn
	patch    string // commands that apply the diff that is being written
}

func newSnippets(tree *content.Tree, src *source, settings Settings, inner *nodes, f *figures, steps *steps, colours highlight.Colours) *snippets {
	painter := highlight.NewPainter()
	index := make(map[*ast.FencedCodeBlock]int)
	for i, s := range tree.Snippets {
		index[s.Node] = i
	}
	return &snippets{
		tree: tree, src: src, painter: painter, figures: f, diagrams: settings.Diagrams,
		notes:    &notes{tree, index, src, inner, f.Words},
		sessions: newSessions(f, steps, painter, colours),
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
	id := outline.SnippetID(i)
	switch {
	case w.figures.Printed(s): // the real output is shown under the command
	case s.Role == info.Report:
		report.Write(b, w.figures.Results, s, id, w.figures.badge(s))
	case s.Role == info.Shell && len(s.Commands) > 0, s.Role == info.Console:
		w.sessions.write(b, s, id)
	case s.Role == info.Shell:
		w.sessions.writeScript(b, s, id)
	case s.Lang == treeLang && s.Role == info.Shown:
		w.writeTree(b, s, id)
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
	name := outline.Own + "t" + strconv.Itoa(group[0]+1)
	b.WriteString(`<div class="tabs" role="group" aria-label="` + w.figures.Words.HTML("tabs") + `">`)
	for k, i := range group {
		checked := ""
		if k == 0 {
			checked = " checked"
		}
		label := html.EscapeString(w.tree.Snippets[i].Options.Tab)
		id := name + "-" + strconv.Itoa(k+1)
		b.WriteString(`<input type="radio" name="` + name + `" id="` + id + `" data-tab="` + label + `"` + checked + `>` +
			`<label for="` + id + `">` + label + `</label>`)
	}
	b.WriteString(`<div class="panels">`)
	for k, i := range group {
		b.WriteString(`<div class="panel" data-label="` + html.EscapeString(w.tree.Snippets[i].Options.Tab) + `">`)
		w.write(b, i, name+"-"+strconv.Itoa(k+1))
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

// writeUnseen writes a snippet with the option hide: a sentence on what it
// does, and the folded snippet.
func (w *snippets) writeUnseen(b util.BufWriter, s *content.Snippet, write func()) {
	text := w.figures.Unseen(s)
	if text == "" {
		return
	}
	b.WriteString(`<details class="unseen"><summary>` + html.EscapeString(text) + "</summary>\n")
	write()
	b.WriteString("</details>\n")
}
