package plain

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/markdown"
	"handbook/render/highlight"
	"handbook/render/report"
	"handbook/render/results"
)

// A Passage is the target of a search hit: a heading with the text under it.
type Passage struct {
	ID      string // anchor, "" for the top of the page
	Heading string
	Text    string // text that the page shows; each block and each line of code is a line

	// Commands are the commands of a lab that Text contains.
	Commands string
}

// A splitter splits a page at its headings. Outputs and measured values are
// those of the record, if there is one.
type splitter struct {
	*results.Results

	list  []Passage
	lines []string // of the last passage
}

// Passages returns the passages of a page, the one above its first heading first.
func Passages(r *results.Results, tree *content.Tree) []Passage {
	w := &splitter{Results: r}
	title := markdown.Title(tree.Doc)
	w.list = []Passage{{}}
	w.add(w.Page.Front.Description)
	snippets := make(map[ast.Node]*content.Snippet)
	for _, s := range tree.Snippets {
		snippets[s.Node] = s
	}
	measures := make(map[ast.Node]*content.Measure)
	for _, m := range tree.Measures {
		measures[m.Node] = m
	}
	_ = ast.Walk(tree.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n != title {
				w.finish()
				w.list = append(w.list, Passage{ID: markdown.HeadingID(n), Heading: oneLine(w.text(n, measures))})
			}
		case *ast.Paragraph, *ast.TextBlock, *east.TableCell, *east.DefinitionTerm:
			text := w.text(n, measures)
			if n.PreviousSibling() == nil && n.Parent().Kind() == ast.KindBlockquote {
				text = alertRE.ReplaceAllString(text, "")
			}
			w.add(text)
		case *ast.FencedCodeBlock:
			if s := snippets[n]; s != nil {
				w.snippet(s)
			}
		case *ast.CodeBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				w.add(string(line.Value(w.Page.Source)))
			}
		default:
			return ast.WalkContinue, nil
		}
		return ast.WalkSkipChildren, nil
	})
	w.finish()
	return w.list
}

// alertRE matches the marker of an alert, which the page does not show.
var alertRE = regexp.MustCompile(`(?i)^\[!(?:note|tip|important|warning|caution)\](?: |$)`)

// add adds a line to the last passage.
func (w *splitter) add(line string) {
	if line = oneLine(line); line != "" {
		w.lines = append(w.lines, line)
	}
}

func (w *splitter) addAll(text string) {
	for line := range strings.Lines(text) {
		w.add(line)
	}
}

func (w *splitter) finish() {
	w.list[len(w.list)-1].Text = strings.Join(w.lines, "\n")
	w.lines = nil
}

// oneLine returns a text with single spaces.
func oneLine(text string) string {
	if isOneLine(text) { // as most are
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

func isOneLine(text string) bool {
	last := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c >= utf8.RuneSelf || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || text == ""
}

// text returns the text of a node, with measured values.
func (w *splitter) text(n ast.Node, measures map[ast.Node]*content.Measure) string {
	if len(measures) == 0 {
		return markdown.PlainText(n, w.Page.Source)
	}
	return markdown.PlainTextWith(n, w.Page.Source, func(n ast.Node) (string, bool) {
		if m := measures[n]; m != nil {
			return w.Value(m)
		}
		return "", false
	})
}

// snippet adds what the page shows of a snippet.
func (w *splitter) snippet(s *content.Snippet) {
	switch {
	case s.Options.Hide, w.Printed(s):
	case s.Role == info.Report && w.Record != nil && s.Options.Skip == "":
		for _, row := range report.Rows(w.Results, s) {
			w.add(strings.Join(row, " "))
		}
	case len(s.Commands) > 0 && s.Role != info.File:
		w.session(s, w.Record.Of(s.Number, s.Role))
	default:
		w.add(s.Options.File)
		w.addAll(s.Code)
	}
}

// session adds commands, the comments between them, and their outputs, or else
// the expected outputs.
func (w *splitter) session(s *content.Snippet, result *content.SnippetResult) {
	end := 0
	for i, c := range s.Commands {
		if s.Role == info.Shell {
			w.comments(s.Code[end:c.Offset])
			end = c.End
		}
		w.addAll(c.Text)
		w.list[len(w.list)-1].Commands += c.Text + "\n"
		switch ran := result.Command(i); {
		case s.Options.Quiet:
		case ran != nil:
			for _, line := range ran.Output {
				w.add(highlight.Plain(line))
			}
		case c.Expect != nil:
			for _, line := range c.Expect.Lines {
				w.add(line)
			}
		}
	}
	if s.Role == info.Shell {
		w.comments(s.Code[min(end, len(s.Code)):])
	}
}

// comments adds the comments between commands, except for expected outputs.
func (w *splitter) comments(between string) {
	for line := range strings.Lines(between) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") && !strings.HasPrefix(line+" ", "# -> ") {
			w.add(line)
		}
	}
}
