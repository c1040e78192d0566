package render

import (
	"bytes"
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"handbook/content"
)

// An edit replaces a part of a page's source.
type edit struct {
	start, end int
	text       string
}

// twin is the page as Markdown, with what was really printed and measured in
// it: for readers that are programs, and for people who paste. It is published
// under the path of its source, so that its links work as they are written.
func (w *writer) twin() []byte {
	lines := lineStarts(w.source)
	var edits []edit
	for i, s := range w.page.Snippets {
		edits = append(edits, w.twinSnippet(i, s, lines))
	}
	for _, m := range w.page.Measures {
		if e, ok := w.twinMeasure(m); ok {
			edits = append(edits, e)
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })

	var b bytes.Buffer
	b.Grow(len(w.source) + 1000)
	b.WriteString("# " + oneLine(w.page.Title) + "\n\n" + w.twinProof())
	at := lines[min(w.page.Front.Lines, len(lines)-1)]
	if w.title != nil {
		at = w.titleEnd()
	}
	for _, e := range edits {
		if e.start < at { // within what has been replaced already
			continue
		}
		b.Write(w.source[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(w.source[at:])
	return append(bytes.TrimSpace(b.Bytes()), '\n')
}

// titleEnd is the offset behind the page's title in the source.
func (w *writer) titleEnd() int {
	text := w.title.Lines()
	if text.Len() == 0 {
		return w.title.Pos()
	}
	newlines := 1
	if w.title.Pos() >= 0 && w.source[w.title.Pos()] != '#' {
		newlines = 2 // underlined
	}
	at := text.At(text.Len() - 1).Start
	for ; newlines > 0 && at < len(w.source); at++ {
		if w.source[at] == '\n' {
			newlines--
		}
	}
	for at < len(w.source) && w.source[at] == '\n' {
		at++
	}
	return at
}

// lineStarts are the offsets at which lines start, and that of the end.
func lineStarts(source []byte) []int {
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

// twinProof says in a line what the proof on the page says.
func (w *writer) twinProof() string {
	if w.page.Lab == nil {
		return ""
	}
	return "> " + w.r.proofLine(w.page) + "\n\n"
}

// proofLine is a lab's proof in a line.
func (r *Renderer) proofLine(page *content.Page) string {
	p := r.proof(page)
	text := p.Headline
	if p.State == "fresh" {
		text += " on " + p.When + ": " + itoa(p.Passed) + " of " + itoa(p.Total) + " snippets, on " +
			strings.Join(machineParts(p.Machine), ", ") + "."
	} else {
		text += "."
	}
	return strings.Join(append([]string{text}, p.StandIns...), " ")
}

// machineParts are what results depend on.
func machineParts(m content.RecordMachine) []string {
	var parts []string
	if m.Engine != "" {
		parts = append(parts, "Docker Engine "+m.Engine)
	}
	if m.Storage != "" {
		parts = append(parts, m.Storage)
	}
	return append(parts, m.Platform)
}

// twinSnippet replaces a fenced block by what the page shows in its place.
func (w *writer) twinSnippet(i int, s *content.Snippet, lines []int) edit {
	line := s.Pos.Line - 1
	e := edit{start: lines[line] + s.Pos.Col - 1, end: lines[min(line+s.Node.Lines().Len()+2, len(lines)-1)]}
	text := w.twinText(i, s)
	if text == "" {
		return e
	}
	// Lines after the first stand as deep in lists and quotes as the fence.
	prefix := strings.Map(func(r rune) rune {
		if r == '>' || r == '\t' {
			return r
		}
		return ' '
	}, string(w.source[lines[line]:e.start]))
	e.text = strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
	return e
}

func (w *writer) twinText(i int, s *content.Snippet) string {
	result := w.results[i]
	switch {
	case s.Options.Hide, s.Role == content.Output && result != nil && result.Verdict != content.Skipped:
		return ""
	case s.Role == content.Report && w.record() != nil && s.Options.Skip == "":
		return w.twinReport(s, i)
	case len(s.Commands) > 0 && s.Role != content.File:
		return fenced("console", w.transcript(s, result))
	}
	text := fenced(s.Lang, s.Code)
	if s.Options.File != "" {
		text = "`" + codeLabel(s) + "`:\n\n" + text
	}
	if w.page.Lab != nil && s.Options.Skip != "" {
		text += "\n(Not verified: " + s.Options.Skip + ")\n"
	}
	return text
}

// transcript is a session as text.
func (w *writer) transcript(s *content.Snippet, result *content.SnippetResult) string {
	var b strings.Builder
	for i, c := range s.Commands {
		var ran *content.CommandResult
		if result != nil && i < len(result.Commands) {
			ran = &result.Commands[i]
		}
		b.WriteString(firstOf(promptOf(c, ran), "$") + " " + strings.ReplaceAll(c.Text, "\n", "\n> ") + "\n")
		var lines []string
		switch {
		case s.Options.Quiet:
		case ran != nil:
			lines = ran.Output
		case c.Expect != nil:
			lines = c.Expect.Lines
		}
		for _, line := range lines {
			b.WriteString(plainLine(line) + "\n")
		}
	}
	return b.String()
}

// fenced is a fenced block whose fence is longer than any in it.
func fenced(lang, code string) string {
	fence := "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	return fence + lang + "\n" + code + fence + "\n"
}

// plainLine is the text of a line of a record's output.
func plainLine(line string) string {
	var b strings.Builder
	for line != "" {
		r, n := utf8.DecodeRuneInString(line)
		switch {
		case r == '\x1b':
			_, n, _ = escape(line)
		case r == '\t' || !isControl(r):
			b.WriteString(line[:n])
		}
		line = line[n:]
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}

// twinMeasure replaces a measured value's link by the value.
func (w *writer) twinMeasure(m *content.Measure) (edit, bool) {
	start, r := m.Node.Pos(), w.record()
	if start < 0 || r == nil {
		return edit{}, false
	}
	value, ok := w.value(m, r)
	dest := w.destination(m.Node, m.Node.Destination)
	end := bytes.IndexByte(w.source[dest:], ')')
	if !ok || dest == start || end < 0 {
		return edit{}, false
	}
	return edit{start, dest + end + 1, value}, true
}

// twinReport is a report as a table.
func (w *writer) twinReport(s *content.Snippet, i int) string {
	r, at := w.record(), w.page.ResultIndex(i)
	var rows [][]string
	switch s.Lang {
	case "image-sizes":
		rows = [][]string{{"Image", "Unpacked", "Download"}}
		for _, ref := range reportRefs(s.Rows) {
			if image := r.ImageAt(w.holders.bind(ref), at); image != nil {
				rows = append(rows, []string{ref, content.FormatSize(image.Unpacked), content.FormatSize(image.Download)})
			}
		}
	case "image-layers":
		rows = [][]string{{"Image", "Instruction", "Size"}}
		for _, ref := range reportRefs(s.Rows) {
			if image := r.ImageAt(w.holders.bind(ref), at); image != nil {
				for _, l := range image.Layers {
					rows = append(rows, []string{ref, l.Instruction, content.FormatSize(l.Bytes)})
				}
			}
		}
	case "build-steps":
		rows = [][]string{{"Image", "Step", "Time", "Cache"}}
		for _, ref := range reportRefs(s.Rows) {
			if build := r.BuildAt(w.holders.bind(ref), at); build != nil {
				for _, step := range build.Steps {
					rows = append(rows, []string{ref, step.Name, content.FormatSeconds(step.Seconds), stepMark(step)})
				}
			}
		}
	}
	return markdownTable(rows)
}

func stepMark(step content.BuildStep) string {
	if step.Cached {
		return "CACHED"
	}
	return "ran"
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

// llms lists the pages' twins for programs that read the site (llmstxt.org).
func (r *Renderer) llms(files Files) {
	c := r.site.Config
	var b strings.Builder
	b.WriteString("# " + oneLine(firstOf(c.Title, "Handbook")) + "\n")
	if c.Description != "" {
		b.WriteString("\n> " + oneLine(c.Description) + "\n")
	}
	for _, s := range r.tree.all() {
		var list strings.Builder
		if s.page != nil {
			list.WriteString(r.llmsLine(s.page))
		}
		for _, it := range s.items {
			if it.page != nil {
				list.WriteString(r.llmsLine(it.page))
			}
		}
		if list.Len() > 0 {
			title := s.title()
			if s.dir == "." {
				title = "Start"
			}
			b.WriteString("\n## " + oneLine(title) + "\n\n" + list.String())
		}
	}
	files["llms.txt"] = []byte(b.String())
}

func (r *Renderer) llmsLine(p *content.Page) string {
	u := escapePath(p.Path)
	if r.base != "" {
		u = r.base + "/" + u
	}
	line := "- [" + bracketed.Replace(oneLine(p.Title)) + "](" + u + ")"
	if p.Front.Description != "" {
		line += ": " + oneLine(p.Front.Description)
	}
	return line + "\n"
}

// bracketed escapes what would end a link's text.
var bracketed = strings.NewReplacer("[", `\[`, "]", `\]`)
