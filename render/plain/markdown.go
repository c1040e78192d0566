package plain

import (
	"bytes"
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/markdown"
	"handbook/content/wording"
	"handbook/render/highlight"
	"handbook/render/outline"
	"handbook/render/report"
	"handbook/render/results"
)

// An edit replaces a range of a page's source.
type edit struct {
	start, end int
	text       string
}

// A markdownPage is the Markdown of a page for programs, and for people who
// paste it. It is published under the path of its source, so that its links
// work as written.
type markdownPage struct {
	*results.Results
	tree  *content.Tree
	title *ast.Heading // or nil
}

// Markdown returns a page as Markdown with its results.
func Markdown(r *results.Results, tree *content.Tree) []byte {
	w := &markdownPage{r, tree, markdown.Title(tree.Doc)}
	lines := markdown.LineStarts(w.Page.Source)
	var edits []edit
	for _, s := range w.tree.Snippets {
		edits = append(edits, w.snippet(s, lines))
	}
	for _, m := range w.tree.Measures {
		if e, ok := w.measure(m); ok {
			edits = append(edits, e)
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })

	var b bytes.Buffer
	b.Grow(len(w.Page.Source) + 1000)
	b.WriteString("# " + wording.OneLine(w.Page.Title) + "\n\n" + w.proof())
	at := lines[min(w.Page.Front.Lines, len(lines)-1)]
	if w.title != nil {
		at = w.titleEnd()
	}
	for _, e := range edits {
		if e.start < at { // within a range that is replaced already
			continue
		}
		b.Write(w.Page.Source[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(w.Page.Source[at:])
	return append(visible(bytes.TrimSpace(b.Bytes())), '\n')
}

// visible has what stands for control characters in their place: people print the
// Markdown of a page at a terminal.
func visible(text []byte) []byte {
	if bytes.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return []byte(wording.Visible(string(text)))
	}
	return text
}

// titleEnd returns the offset after the page's title.
func (w *markdownPage) titleEnd() int {
	text := w.title.Lines()
	if text.Len() == 0 {
		return w.title.Pos()
	}
	newlines := 1
	if w.title.Pos() >= 0 && w.Page.Source[w.title.Pos()] != '#' {
		newlines = 2 // underlined
	}
	at := text.At(text.Len() - 1).Start
	for ; newlines > 0 && at < len(w.Page.Source); at++ {
		if w.Page.Source[at] == '\n' {
			newlines--
		}
	}
	for at < len(w.Page.Source) && w.Page.Source[at] == '\n' {
		at++
	}
	return at
}

// proof returns the proof of a lab as a block quote of one line.
func (w *markdownPage) proof() string {
	if w.Page.Lab == nil {
		return ""
	}
	return "> " + results.NewProof(w.Page, w.Status, outline.SkippedOf(w.tree), w.Words).Line() + "\n\n"
}

// snippet replaces a fenced block by what the page shows instead.
func (w *markdownPage) snippet(s *content.Snippet, lines []int) edit {
	line := s.Pos.Line - 1
	e := edit{start: lines[line] + s.Pos.Col - 1, end: lines[min(line+s.Node.Lines().Len()+2, len(lines)-1)]}
	text := w.text(s)
	if text == "" {
		return e
	}
	// Further lines get the list and quote markers of the fence's line.
	prefix := strings.Map(func(r rune) rune {
		if r == '>' || r == '\t' {
			return r
		}
		return ' '
	}, string(w.Page.Source[lines[line]:e.start]))
	e.text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
	return e
}

func (w *markdownPage) text(s *content.Snippet) string {
	switch {
	case s.Options.Hide && w.Unseen(s) != "":
		return "(" + w.Unseen(s) + ".)\n"
	case s.Options.Hide, w.Printed(s):
		return ""
	case s.Role == info.Report && w.Record != nil && s.Options.Skip == "":
		return table(report.Rows(w.Results, s))
	case len(s.Commands) > 0 && s.Role != info.File:
		result := w.Record.Of(s.Number, s.Role)
		text := wording.Fenced("console", transcript(s, result)) + w.gaps(result)
		if machine := w.Machine(s); machine != "" {
			text = "`" + machine + "`:\n\n" + text
		}
		for i := range s.Commands {
			text += w.otherOutputs(s, i)
		}
		return text
	}
	text := wording.Fenced(s.Lang, s.Code)
	if s.Options.File != "" {
		text = "`" + w.Label(s) + "`:\n\n" + text
	}
	if w.Page.Lab != nil && s.Options.Skip != "" {
		text += "\n(" + w.Words.Text("seal-skipped", "reason", s.Options.Skip) + ")\n"
	}
	return text
}

// gaps returns a note below a session on commands that were not checked.
func (w *markdownPage) gaps(result *content.SnippetResult) string {
	var b strings.Builder
	if result != nil {
		for _, c := range result.Commands {
			if gap := w.Gap(&c); gap != "" {
				b.WriteString("\n(" + wording.CodeSpan(c.Text) + ": " + gap + ")\n")
			}
		}
	}
	return b.String()
}

// otherOutputs returns what a command prints on other engines as text.
func (w *markdownPage) otherOutputs(s *content.Snippet, command int) string {
	var b strings.Builder
	if s.Options.Quiet {
		return ""
	}
	for engine, ran := range w.Differing(s, command) {
		var lines strings.Builder
		for _, line := range ran.Output {
			lines.WriteString(highlight.Plain(line) + "\n")
		}
		b.WriteString("\n" + wording.CodeSpan(s.Commands[command].Text) + ": " + w.Words.Text("also-prints", "docker", engine) + "\n\n" + wording.Fenced("text", lines.String()))
	}
	return b.String()
}

// transcript returns a session as text.
func transcript(s *content.Snippet, result *content.SnippetResult) string {
	var b strings.Builder
	for i, c := range s.Commands {
		var ran *content.CommandResult
		if result != nil && i < len(result.Commands) {
			ran = &result.Commands[i]
		}
		b.WriteString(cmp.Or(results.Prompt(c, ran), "$") + " " + strings.ReplaceAll(c.Text, "\n", "\n> ") + "\n")
		var lines []string
		switch {
		case s.Options.Quiet:
		case ran != nil:
			lines = ran.Output
		case c.Expect != nil:
			lines = c.Expect.Lines
		}
		for _, line := range lines {
			b.WriteString(highlight.Plain(line) + "\n")
		}
	}
	return b.String()
}

// measure replaces the link of a measured value by the value.
func (w *markdownPage) measure(m *content.Measure) (edit, bool) {
	start := m.Node.Pos()
	value, ok := w.Value(m)
	if start < 0 || !ok {
		return edit{}, false
	}
	dest := markdown.Destination(w.Page.Source, m.Node, m.Node.Destination)
	end := bytes.IndexByte(w.Page.Source[dest:], ')')
	if dest == start || end < 0 {
		return edit{}, false
	}
	return edit{start, dest + end + 1, value}, true
}

// table returns rows as a table, the first one as its head.
func table(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		for _, cell := range row {
			b.WriteString("| " + strings.NewReplacer("|", `\|`, "\n", " ").Replace(html.EscapeString(cell)) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}
