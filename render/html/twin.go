package html

import (
	"bytes"
	"cmp"
	"html"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/highlight"
)

// An edit replaces a range of a page's source.
type edit struct {
	start, end int
	text       string
}

// A twin is a page as Markdown with its results, for programs and for people who
// paste it. It is published under the path of its source, so that its links
// work as they are written.
type twin struct {
	page     *content.Page
	tree     *content.Tree
	title    *ast.Heading // or nil
	results  *results
	cleaning *cleaning // or nil
}

func (w *twin) write() []byte {

	lines := LineStarts(w.page.Source)
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
	b.Grow(len(w.page.Source) + 1000)
	b.WriteString("# " + wording.OneLine(w.page.Title) + "\n\n" + w.proof())
	at := lines[min(w.page.Front.Lines, len(lines)-1)]
	if w.title != nil {
		at = w.titleEnd()
	}
	for _, e := range edits {
		if e.start < at { // within what has been replaced already
			continue
		}
		b.Write(w.page.Source[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(w.page.Source[at:])
	whole := append(bytes.TrimSpace(b.Bytes()), '\n')
	if w.cleaning != nil {
		whole = append(whole, w.cleaning.markdown()...)
	}
	return whole
}

// titleEnd returns the offset after the page's title.
func (w *twin) titleEnd() int {
	text := w.title.Lines()
	if text.Len() == 0 {
		return w.title.Pos()
	}
	newlines := 1
	if w.title.Pos() >= 0 && w.page.Source[w.title.Pos()] != '#' {
		newlines = 2 // underlined
	}
	at := text.At(text.Len() - 1).Start
	for ; newlines > 0 && at < len(w.page.Source); at++ {
		if w.page.Source[at] == '\n' {
			newlines--
		}
	}
	for at < len(w.page.Source) && w.page.Source[at] == '\n' {
		at++
	}
	return at
}

// LineStarts returns the offset of each line, and of the end of the source.
func LineStarts(source []byte) []int {
	starts := []int{0}
	for i, c := range source {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	if starts[len(starts)-1] != len(source) {
		starts = append(starts, len(source))
	}
	return starts
}

// proof returns the proof of a lab as a quote of one line.
func (w *twin) proof() string {
	if w.page.Lab == nil {
		return ""
	}
	return "> " + NewProof(w.page, w.results.status, skipped(w.tree), w.results.words).Line() + "\n\n"
}

// snippet replaces a fenced block by what the page shows instead.
func (w *twin) snippet(s *content.Snippet, lines []int) edit {
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
	}, string(w.page.Source[lines[line]:e.start]))
	e.text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
	return e
}

func (w *twin) text(s *content.Snippet) string {
	switch {
	case s.Options.Hide && w.results.unseen(s) != "":
		return "(" + w.results.unseen(s) + ".)\n"
	case s.Options.Hide, w.results.printed(s):
		return ""
	case s.Role == content.Report && w.results.record != nil && s.Options.Skip == "":
		return w.report(s)
	case len(s.Commands) > 0 && s.Role != content.File:
		result := w.results.record.Of(s)
		text := fenced("console", transcript(s, result)) + w.gaps(result)
		for i := range s.Commands {
			text += w.results.otherOutputs(s, i)
		}
		return text
	}
	text := fenced(s.Lang, s.Code)
	if s.Options.File != "" {
		text = "`" + codeLabel(s, w.results.words) + "`:\n\n" + text
	}
	if w.page.Lab != nil && s.Options.Skip != "" {
		text += "\n(" + w.results.words.Text("seal-skipped", "reason", s.Options.Skip) + ")\n"
	}
	return text
}

// gaps says below a session what of its commands was not checked.
func (w *twin) gaps(result *content.SnippetResult) string {
	var b strings.Builder
	if result != nil {
		for _, c := range result.Commands {
			if gap := gap(&c, w.results.words); gap != "" {
				b.WriteString("\n(" + codeSpan(c.Text) + ": " + gap + ")\n")
			}
		}
	}
	return b.String()
}

// codeSpan returns the first line of a text as code.
func codeSpan(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	fence := wording.Fence(text, 1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// transcript returns a session as text.
func transcript(s *content.Snippet, result *content.SnippetResult) string {
	var b strings.Builder
	for i, c := range s.Commands {
		var ran *content.CommandResult
		if result != nil && i < len(result.Commands) {
			ran = &result.Commands[i]
		}
		b.WriteString(cmp.Or(promptOf(c, ran), "$") + " " + strings.ReplaceAll(c.Text, "\n", "\n> ") + "\n")
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

// fenced returns a fenced block whose fence does not occur in the code.
func fenced(lang, code string) string {
	fence := wording.Fence(code, 3)
	return fence + lang + "\n" + code + fence + "\n"
}

// measure replaces the link of a measured value by the value.
func (w *twin) measure(m *content.Measure) (edit, bool) {
	start := m.Node.Pos()
	value, ok := w.results.value(m)
	if start < 0 || !ok {
		return edit{}, false
	}
	dest := destination(w.page.Source, m.Node, m.Node.Destination)
	end := bytes.IndexByte(w.page.Source[dest:], ')')
	if dest == start || end < 0 {
		return edit{}, false
	}
	return edit{start, dest + end + 1, value}, true
}

// report returns a report as a table.
func (w *twin) report(s *content.Snippet) string { return markdownTable(w.rows(s)) }

// rows returns the rows of a report, the first one with the names of its columns.
func (w *twin) rows(s *content.Snippet) (rows [][]string) {
	switch s.Lang {
	case "image-sizes":
		rows = [][]string{w.head("report-image", "report-unpacked", "report-download")}
		for _, ref := range reportRefs(s.Rows) {
			if image := w.results.image(ref, s); image != nil {
				rows = append(rows, []string{ref, w.results.words.Size(image.Unpacked), w.results.words.Size(image.Download)})
				for _, other := range w.results.otherSizes(ref, s) {
					rows = append(rows, []string{ref + " " + w.results.words.Text("also-size", "docker", other.name), other.unpacked, other.download})
				}
			}
		}
	case "image-layers":
		rows = [][]string{w.head("report-image", "report-instruction", "report-size")}
		for _, ref := range reportRefs(s.Rows) {
			if image := w.results.image(ref, s); image != nil {
				own := image.Layers
				if from := w.results.base(image); from != nil && from.layers > 0 {
					own = own[from.layers:]
					rows = append(rows, []string{ref, "FROM " + from.Image, wording.DecimalSize(baseBytes(image.Layers[:from.layers]))})
				}
				for _, l := range own {
					rows = append(rows, []string{ref, l.Instruction, w.results.words.Size(l.Bytes)})
				}
			}
		}
	case "build-steps":
		rows = [][]string{w.head("report-image", "report-step", "report-time", "report-cache")}
		for _, ref := range reportRefs(s.Rows) {
			if build := w.results.build(ref, s); build != nil {
				for _, step := range build.Steps {
					rows = append(rows, []string{ref, step.Name, w.results.words.Seconds(step.Seconds), w.results.stepMark(step)})
				}
			}
		}
	}
	return rows
}

// head returns the head of a table, from the keys of its columns.
func (w *twin) head(keys ...string) (row []string) {
	for _, key := range keys {
		row = append(row, w.results.words.Text(key))
	}
	return row
}

// stepMark says whether a step was cached, in BuildKit's own word.
func (r *results) stepMark(step content.BuildStep) string {
	if step.Cached {
		return "CACHED"
	}
	return r.words.Text("report-ran")
}

func markdownTable(rows [][]string) string {
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
