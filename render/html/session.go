package html

import (
	"bufio"
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/wording"
	"handbook/render/highlight"
	"handbook/render/locale"
	"handbook/render/results"
)

// terminalColumns is the width of a lab's terminal, which wraps longer lines.
const terminalColumns = 100

// sessions writes commands and their output as terminals.
type sessions struct {
	figures *figures
	steps   *steps
	painter *highlight.Painter
	colours highlight.Colours
}

func newSessions(f *figures, steps *steps, painter *highlight.Painter, colours highlight.Colours) *sessions {
	return &sessions{f, steps, painter, colours}
}

// write writes a snippet as a terminal.
func (w *sessions) write(b util.BufWriter, s *content.Snippet, id string) {
	w.figures.openFigure(b, "term", s, id, w.label(s))
	b.WriteString(`<div class="screen">`)
	if len(s.Commands) > 0 {
		w.writeCommands(b, s)
	} else {
		w.writeTranscript(b, s)
	}
	b.WriteString("</div></figure>\n")
}

// label returns the caption of a terminal: its machine if the lab names some, and
// its number if the page has several.
func (w *sessions) label(s *content.Snippet) string {
	label := s.Options.Title
	if label == "" && w.steps.several {
		label = w.figures.Words.Text("terminal-number", "number", strconv.Itoa(s.Options.Term))
	}
	switch machine := w.figures.Machine(s); {
	case machine == "":
		return label
	case label == "":
		return machine
	default:
		return machine + " · " + label
	}
}

// writeScript writes a shell snippet that is not split into commands. Comments
// are shown but not copied, since some shells do not accept them at their
// prompt. They are copied if there is a here-document, where they may be text.
func (w *sessions) writeScript(b util.BufWriter, s *content.Snippet, id string) {
	class, open := "term script", "<pre>"
	if s.Options.Wrap {
		class += " wrap"
	}
	if s.Options.Nums {
		open = `<pre class="nums">`
	}
	w.figures.openFigure(b, class, s, id, w.label(s))
	source := strings.Split(strings.TrimSuffix(s.Code, "\n"), "\n")
	heredoc := strings.Contains(s.Code, "<<")
	b.WriteString(open + `<code data-copy>`)
	for i, line := range w.painter.Code("bash", s.Code) {
		attr := ""
		if !heredoc && strings.HasPrefix(strings.TrimSpace(source[i]), "#") {
			attr = " data-nocopy"
		}
		number := ">"
		if s.Options.Nums {
			number = numbered(id, i+1, w.figures.Words)
		}
		b.WriteString(`<span class="l` + lineClass(&s.Options, i+1) + `"` + attr + number + w.figures.names.Mark(line) + "\n</span>")
	}
	b.WriteString("</code></pre></figure>\n")
}

// writeCommands writes the commands of a snippet, each with its comments and its
// output: the real one if there is a result, else the expected one.
func (w *sessions) writeCommands(b util.BufWriter, s *content.Snippet) {
	result := w.figures.Record.Of(s.Number, s.Role)
	end := 0
	for i, c := range s.Commands {
		if s.Role == info.Shell {
			w.writeComments(b, s.Code[end:c.Offset])
			end = c.End
		}
		ran := result.Command(i)
		b.WriteString(`<div class="run">`)
		w.writeCommand(b, c, ran)
		if s.Role == info.Shell {
			w.writeComments(b, s.Code[min(c.Offset+len(c.Text), c.End):c.End])
		}
		switch {
		case ran != nil:
			w.writeResult(b, s, i, ran)
			w.writeOthers(b, s, i)
		case result != nil && w.figures.Status.State == content.Failed:
			b.WriteString(`<p class="after">` + w.figures.Words.HTML("not-run") + "</p>")
		case c.Expect != nil && len(c.Expect.Lines) > 0 && !s.Options.Quiet:
			w.writeOutput(b, s, w.expectedLines(c.Expect.Lines), "expected", all)
		}
		b.WriteString("</div>")
	}
	if s.Role == info.Shell {
		w.writeComments(b, s.Code[min(end, len(s.Code)):])
	}
	w.writeMeant(b, &s.Options)
}

// writeMeant tells readers what looks like a mistake but is intended.
func (w *sessions) writeMeant(b util.BufWriter, o *info.Options) {
	var meant []string
	for _, name := range o.Ends {
		if name == "" {
			meant = append(meant, w.figures.Words.HTML("meant-to-end"))
		} else {
			meant = append(meant, w.figures.Words.HTML("meant-to-end-name", "name", locale.Code(name)))
		}
	}
	if o.Unready {
		meant = append(meant, w.figures.Words.HTML("meant-unready"))
	}
	if len(meant) > 0 {
		b.WriteString(`<p class="after meant">` + strings.Join(meant, " · ") + "</p>")
	}
}

// writeComments writes the comments between commands, except for expected
// output.
func (w *sessions) writeComments(b util.BufWriter, between string) {
	var lines []string
	for line := range strings.Lines(between) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") && line != "# ->" && !strings.HasPrefix(line, "# -> ") {
			lines = append(lines, w.figures.names.Mark(highlight.Escape(line)))
		}
	}
	if len(lines) > 0 {
		b.WriteString(`<pre class="note"><span class="c">` + strings.Join(lines, "\n") + "</span></pre>")
	}
}

// writeCommand writes a command as it is typed. The style sheet draws the prompt,
// so that it is neither selected nor copied.
func (w *sessions) writeCommand(b util.BufWriter, c *content.Command, ran *content.CommandResult) {
	if ran != nil && ran.Seconds >= 0.5 {
		b.WriteString(`<span class="took" title="` + w.figures.Words.HTML("time-taken") + `">` + w.figures.Words.Seconds(ran.Seconds) + "</span>")
	}
	prompt, copied := results.Prompt(c, ran), " data-copy"
	if c.Key {
		copied = "" // it is pressed, not typed
	}
	class := "cmd"
	if strings.Contains(c.Text, "<<") && strings.Contains(c.Text, "\n") {
		class += " here" // a here-document keeps its columns
	}
	b.WriteString(w.said("said-command") + `<pre class="` + class + `"><code` + copied + ">")
	for i, line := range w.linesOfCommand(c.Text, prompt) {
		at := ""
		if i == 0 && (prompt != "" || c.Key) {
			at = ` data-prompt="` + html.EscapeString(prompt) + `"`
		}
		b.WriteString(`<span class="l"` + at + ">" + w.figures.names.Mark(line) + "\n</span>")
	}
	b.WriteString("</code></pre>")
}

// said writes a text for screen readers before a command or its output, which
// look different to others.
func (w *sessions) said(key string) string {
	return `<span class="hidden">` + w.figures.Words.HTML(key) + "</span>"
}

func (w *sessions) linesOfCommand(text, prompt string) []string {
	if strings.HasPrefix(prompt, ">>>") {
		return w.painter.Code("python", text)
	}
	return w.painter.Command("bash", text)
}

// writeResult writes the output of a command, and how the command ended.
func (w *sessions) writeResult(b util.BufWriter, s *content.Snippet, i int, ran *content.CommandResult) {
	c := s.Commands[i]
	if lines, kept := w.outputLines(s, i, ran); len(lines) > 0 && !s.Options.Quiet {
		w.writeOutput(b, s, lines, "", kept)
	}
	var after []string
	if interrupted := ran.Exit == 130 && c.Key; ran.Exit != 0 && !interrupted {
		after = append(after, `<span class="exit">`+w.figures.Words.HTML("exit-status", "status", ran.Exit)+"</span>")
	}
	if gap := w.figures.Gap(ran); gap != "" {
		after = append(after, `<span class="unchecked">`+html.EscapeString(gap)+"</span>")
	}
	if ran.Ready >= 0.05 && len(s.Options.Ends) == 0 { // else Ready is how long it took to end
		after = append(after, w.figures.Words.HTML("ready-after", "time", w.figures.Words.Seconds(ran.Ready)))
	}
	if ran.Stays && c == s.Commands[len(s.Commands)-1] {
		after = append(after, w.figures.Words.HTML("goes-on"))
	}
	if ran.Late != "" {
		after = append(after, highlight.Escape(w.figures.Late(ran.Late)))
	}
	if len(after) > 0 {
		b.WriteString(`<p class="after">` + strings.Join(after, " · ") + "</p>")
	}
}

// writeOthers writes the outputs of a command on other machines that differ.
func (w *sessions) writeOthers(b util.BufWriter, s *content.Snippet, command int) {
	for machine, ran := range w.figures.Differing(s, command) {
		if s.Options.Quiet && ran.Exit == 0 {
			continue
		}
		lines, _ := w.outputLines(s, command, ran)
		b.WriteString(`<details class="more also"><summary>` + w.figures.Words.HTML("also-prints", "docker", machine) + `</summary><pre class="out">` +
			strings.Join(lines, "\n") + "\n</pre>")
		if ran.Exit != 0 {
			b.WriteString(`<p class="after"><span class="exit">` + w.figures.Words.HTML("exit-status", "status", ran.Exit) + "</span></p>")
		}
		b.WriteString("</details>")
	}
}

// outputLines returns the HTML of each line of output, with a mark where the
// record omits some. kept reports which of them are never folded.
func (w *sessions) outputLines(s *content.Snippet, i int, ran *content.CommandResult) (lines []string, kept func(int) bool) {
	cut := -1 // the line that is the mark
	for i, line := range ran.Output {
		if ran.Cut > 0 && i == ran.CutAt {
			cut = len(lines)
			lines = append(lines, w.cutMark(ran.Cut))
		}
		text := highlight.Terminal(line, w.colours)
		if utf8.RuneCountInString(highlight.Plain(line)) > terminalColumns {
			text = `<span class="long">` + text + "</span>"
		}
		lines = append(lines, text)
	}
	if ran.Cut > 0 && ran.CutAt >= len(ran.Output) {
		cut = len(lines)
		lines = append(lines, w.cutMark(ran.Cut))
	}
	points := w.figures.points(s, i, ran.Output)
	return lines, func(line int) bool {
		if cut >= 0 && line >= cut {
			return line == cut || points(line-1)
		}
		return points(line)
	}
}

func (w *sessions) cutMark(n int64) string {
	return `<span class="cut">` + w.figures.Words.HTML("output-left-out", "size", w.figures.Words.Size(n)) + "</span>"
}

// writeOutput writes lines of output, and folds long outputs, except for the
// lines that are kept.
func (w *sessions) writeOutput(b util.BufWriter, s *content.Snippet, lines []string, class string, kept func(int) bool) {
	if class != "" {
		b.WriteString(`<p class="after">` + w.figures.Words.HTML("expected-output") + "</p>")
	} else {
		b.WriteString(w.said("said-output"))
	}
	for _, r := range foldedOutput(&s.Options, len(lines), kept) {
		text := `<pre class="out">` + strings.Join(lines[r.first:r.end], "\n") + "\n</pre>"
		if r.folded {
			text = w.figures.summary(r) + text + "</details>"
		}
		b.WriteString(text)
	}
}

func all(int) bool  { return true }
func none(int) bool { return false }

// expectedLines returns the HTML of lines that a command is expected to print.
func (w *sessions) expectedLines(lines []string) []string {
	lines = escapedLines(lines)
	for i := range lines {
		lines[i] = w.figures.names.Mark(lines[i])
	}
	return lines
}

func escapedLines(lines []string) []string {
	escaped := make([]string, len(lines))
	for i, line := range lines {
		escaped[i] = highlight.Escape(line)
	}
	return escaped
}

// writeTranscript writes a console snippet of a page that is not a lab: a line
// with a prompt is a command, other lines are output.
func (w *sessions) writeTranscript(b util.BufWriter, s *content.Snippet) {
	var command, output []string
	flush := func() {
		if len(command) == 0 && len(output) == 0 {
			return
		}
		b.WriteString(`<div class="run">`)
		if len(command) > 0 {
			c := new(content.Command)
			c.Text = strings.Join(command, "\n")
			w.writeCommand(b, c, nil)
		}
		if len(output) > 0 {
			w.writeOutput(b, s, escapedLines(output), "", none)
		}
		b.WriteString("</div>")
		command, output = nil, nil
	}
	for line := range strings.Lines(s.Code) {
		line = strings.TrimRight(line, "\n")
		if typed, ok := strings.CutPrefix(line, "$ "); ok {
			flush()
			command = []string{typed}
		} else if more, ok := strings.CutPrefix(line, "> "); ok && len(command) > 0 && len(output) == 0 {
			command = append(command, more)
		} else {
			output = append(output, line)
		}
	}
	flush()
}

// Mark implements cleanup.Style.
func (w *sessions) Mark(line string) string { return w.figures.names.Mark(line) }

// Terminal implements cleanup.Style. It returns commands that are not part of
// a snippet as one terminal, which is copied at once.
func (w *sessions) Terminal(label string, commands []string) string {
	var out bytes.Buffer
	b := bufio.NewWriter(&out)
	b.WriteString(`<figure class="term">`)
	if label == "" {
		b.WriteString(w.figures.copyButton(w.figures.unique(wording.Shorten(commands[0], longName))))
	} else {
		b.WriteString(`<figcaption><span class="name">` + html.EscapeString(label) + "</span>" + w.figures.copyButton(w.figures.unique(label)) + "</figcaption>")
	}
	b.WriteString(`<div class="screen">`)
	for _, text := range commands {
		b.WriteString(`<div class="run">`)
		c := new(content.Command)
		c.Text = text
		w.writeCommand(b, c, nil)
		b.WriteString("</div>")
	}
	b.WriteString("</div></figure>\n")
	_ = b.Flush()
	return out.String()
}
