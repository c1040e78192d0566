package render

import (
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// terminalColumns is the width of the terminal that labs run on: there, longer
// lines were wrapped.
const terminalColumns = 100

// foldOutput is how many lines of output are shown before the rest is folded.
const foldOutput = 12

// writeSession writes commands and what they printed as a terminal session.
func (w *writer) writeSession(b util.BufWriter, s *content.Snippet, result *content.SnippetResult, id string) {
	w.countSession()
	w.openFigure(b, "term", s, result, id, w.terminalLabel(s))
	b.WriteString(`<div class="screen">`)
	if len(s.Commands) > 0 {
		w.writeCommands(b, s, result)
	} else {
		w.writeTranscript(b, s)
	}
	b.WriteString("</div></figure>\n")
}

func (w *writer) countSession() {
	if w.step != nil {
		w.step.sessions++
	}
}

// terminalLabel names the terminal, by its number if the page has several.
func (w *writer) terminalLabel(s *content.Snippet) string {
	several := func(s *content.Snippet) bool { return s.Options.Term > 1 }
	if s.Options.Title == "" && slices.ContainsFunc(w.page.Snippets, several) {
		return "Terminal " + itoa(s.Options.Term)
	}
	return firstOf(s.Options.Title, "Terminal")
}

// writeScript writes commands that nothing runs, as they stand on the page.
// Comments are shown but not copied: many a reader's shell takes none at its
// prompt. Within a here-document they may be text, so there they are copied.
func (w *writer) writeScript(b util.BufWriter, s *content.Snippet, result *content.SnippetResult, id string) {
	w.countSession()
	class, open := "term script", "<pre>"
	if s.Options.Wrap {
		class += " wrap"
	}
	if s.Options.Nums {
		open = `<pre class="nums">`
	}
	w.openFigure(b, class, s, result, id, w.terminalLabel(s))
	source := strings.Split(strings.TrimSuffix(s.Code, "\n"), "\n")
	heredoc := strings.Contains(s.Code, "<<")
	b.WriteString(open + `<code data-copy>`)
	for i, line := range highlight("bash", s.Code) {
		attr := ""
		if !heredoc && strings.HasPrefix(strings.TrimSpace(source[i]), "#") {
			attr = " data-nocopy"
		}
		number := ">"
		if s.Options.Nums {
			number = numbered(id, i+1)
		}
		b.WriteString(`<span class="l` + lineClass(&s.Options, i+1) + `"` + attr + number + w.holders.mark(line) + "\n</span>")
	}
	b.WriteString("</code></pre></figure>\n")
}

// writeCommands writes every command of a snippet with its comments and its
// output: the real one if there is a result, else the promised one.
func (w *writer) writeCommands(b util.BufWriter, s *content.Snippet, result *content.SnippetResult) {
	end := 0
	for i, c := range s.Commands {
		if s.Role == content.Shell {
			w.writeComments(b, s.Code[end:c.Offset])
			end = c.End
		}
		var ran *content.CommandResult
		if result != nil && i < len(result.Commands) {
			ran = &result.Commands[i]
		}
		b.WriteString(`<div class="run">`)
		w.writeCommand(b, c, ran)
		if s.Role == content.Shell {
			w.writeComments(b, s.Code[min(c.Offset+len(c.Text), c.End):c.End])
		}
		switch {
		case ran != nil:
			w.writeResult(b, s, c, ran)
		case result != nil && w.page.State == content.Failed:
			b.WriteString(`<p class="after">not run</p>`)
		case c.Expect != nil && len(c.Expect.Lines) > 0 && !s.Options.Quiet:
			w.writeOutput(b, s, escapedLines(c.Expect.Lines), "expected")
		}
		b.WriteString("</div>")
	}
	if s.Role == content.Shell {
		w.writeComments(b, s.Code[min(end, len(s.Code)):])
	}
}

// writeComments writes the comments between commands. Those that promise an
// output are not among them: it is shown itself.
func (w *writer) writeComments(b util.BufWriter, between string) {
	var lines []string
	for line := range strings.Lines(between) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") && line != "# ->" && !strings.HasPrefix(line, "# -> ") {
			lines = append(lines, w.holders.mark(escapeText(line)))
		}
	}
	if len(lines) > 0 {
		b.WriteString(`<pre class="note"><span class="c">` + strings.Join(lines, "\n") + "</span></pre>")
	}
}

// writeCommand writes a command as it is typed. The prompt is the style
// sheet's, so that it is neither selected nor copied.
func (w *writer) writeCommand(b util.BufWriter, c *content.Command, ran *content.CommandResult) {
	if ran != nil && ran.Seconds >= 0.5 {
		b.WriteString(`<span class="took" title="time this took">` + content.FormatSeconds(ran.Seconds) + "</span>")
	}
	prompt, copied := promptOf(c, ran), " data-copy"
	if c.Key {
		copied = "" // it is pressed
	}
	b.WriteString(`<pre class="cmd"><code` + copied + ">")
	for i, line := range w.commandLines(c.Text, prompt) {
		at := ""
		if i == 0 && (prompt != "" || c.Key) {
			at = ` data-prompt="` + html.EscapeString(prompt) + `"`
		}
		b.WriteString(`<span class="l"` + at + ">" + w.holders.mark(line) + "\n</span>")
	}
	b.WriteString("</code></pre>")
}

// promptOf is the prompt of a program that keeps the terminal, as the run saw
// it or else as the page has it; "" is the shell's.
func promptOf(c *content.Command, ran *content.CommandResult) string {
	if ran != nil {
		return ran.Prompt
	}
	return c.Prompt
}

func (w *writer) commandLines(text, prompt string) []string {
	if strings.HasPrefix(prompt, ">>>") {
		return highlight("python", text)
	}
	return commandLines("bash", text)
}

// writeResult writes what a command printed, and how it ended.
func (w *writer) writeResult(b util.BufWriter, s *content.Snippet, c *content.Command, ran *content.CommandResult) {
	if lines := w.outputLines(ran); len(lines) > 0 && !s.Options.Quiet {
		w.writeOutput(b, s, lines, "")
	}
	var after []string
	if interrupted := ran.Exit == 130 && c.Key; ran.Exit != 0 && !interrupted {
		after = append(after, `<span class="exit">exit status `+itoa(ran.Exit)+"</span>")
	}
	if ran.Ready >= 0.05 {
		after = append(after, "ready after "+content.FormatSeconds(ran.Ready))
	}
	if ran.Stays && c == s.Commands[len(s.Commands)-1] {
		after = append(after, "goes on in this terminal")
	}
	if ran.Late != "" {
		after = append(after, escapeText(ran.Late)+" did not listen in time")
	}
	if len(after) > 0 {
		b.WriteString(`<p class="after">` + strings.Join(after, " · ") + "</p>")
	}
}

// outputLines is the HTML of each line of output, with a mark where verify
// left some of it out.
func (w *writer) outputLines(ran *content.CommandResult) []string {
	var lines []string
	for i, line := range ran.Output {
		if ran.Cut > 0 && i == ran.CutAt {
			lines = append(lines, cutMark(ran.Cut))
		}
		text := terminalLine(line, &w.colours)
		if utf8.RuneCountInString(plainLine(line)) > terminalColumns {
			text = `<span class="long">` + text + "</span>"
		}
		lines = append(lines, text)
	}
	if ran.Cut > 0 && ran.CutAt >= len(ran.Output) {
		lines = append(lines, cutMark(ran.Cut))
	}
	return lines
}

func cutMark(n int64) string {
	return `<span class="cut">… ` + content.FormatSize(n) + " of output left out …</span>"
}

// writeOutput writes lines of output; all but the first are folded away if
// they are many.
func (w *writer) writeOutput(b util.BufWriter, s *content.Snippet, lines []string, class string) {
	label := ""
	if class != "" {
		label = `<p class="after">expected output</p>`
	}
	head, rest := foldAt(lines, s.Options.Fold, foldOutput)
	b.WriteString(label + `<pre class="out">` + strings.Join(head, "\n") + "\n</pre>")
	if len(rest) > 0 {
		b.WriteString(`<details class="more"><summary>` + plural(len(rest), "more line") + `</summary><pre class="out">` +
			strings.Join(rest, "\n") + "\n</pre></details>")
	}
}

func escapedLines(lines []string) []string {
	escaped := make([]string, len(lines))
	for i, line := range lines {
		escaped[i] = escapeText(line)
	}
	return escaped
}

// writeTranscript writes a console snippet that nothing runs: what follows a
// prompt is typed, the rest is printed.
func (w *writer) writeTranscript(b util.BufWriter, s *content.Snippet) {
	var command, output []string
	flush := func() {
		if len(command) == 0 && len(output) == 0 {
			return
		}
		b.WriteString(`<div class="run">`)
		if len(command) > 0 {
			w.writeCommand(b, &content.Command{Text: strings.Join(command, "\n")}, nil)
		}
		if len(output) > 0 {
			w.writeOutput(b, s, escapedLines(output), "")
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
