package html

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/info"
	"handbook/render/highlight"
	"handbook/render/locale"
	"handbook/render/script"
)

// writeCode writes a snippet that is a file, a diff or an example.
func (w *snippets) writeCode(b util.BufWriter, s *content.Snippet, id string) {
	class := "code"
	if s.Role == info.File || s.Role == info.Diff || s.Role == info.Included {
		class += " file"
	}
	if s.Options.Wrap {
		class += " wrap"
	}
	if w.draws(s) {
		class += " diagram"
	}
	w.figures.openFigure(b, class, s, id, w.figures.Label(s))
	if s.Role == info.Included && s.Code == "" && !s.Beside && w.figures.Record.Of(s.Number, s.Role) == nil {
		b.WriteString(`<p class="unmeasured">` + w.figures.Words.HTML("included-later") + "</p></figure>\n")
		return
	}
	if w.patch != "" {
		b.WriteString(w.steps.template([]script.Part{{Text: w.patch}}))
		w.patch = ""
	}
	lines := w.painter.Code(languageOf(s), s.Code)
	for i := range lines {
		lines[i] = w.figures.names.Mark(lines[i])
	}
	for _, r := range foldedCode(&s.Options, len(lines)) {
		if !r.folded {
			w.writeLines(b, s, id, lines[r.first:r.end], r.first)
			continue
		}
		b.WriteString(w.figures.summary(r))
		w.writeLines(b, s, id, lines[r.first:r.end], r.first)
		b.WriteString("</details>")
	}
	if len(s.Commands) > 0 { // run=
		b.WriteString(`<div class="screen">`)
		w.sessions.writeCommands(b, s)
		b.WriteString("</div>")
	}
	b.WriteString("</figure>\n")
}

// writeLines writes lines of code, of which the first has the number first+1.
// Each line is an element that contains its newline, so that selecting and
// copying gives the text of the file.
func (w *snippets) writeLines(b util.BufWriter, s *content.Snippet, id string, lines []string, first int) {
	o := &s.Options
	var noted map[int]note
	if annotated(s) && noteList(s.Node) != nil {
		noted = notedLines(s.Code)
	}
	var source []string
	if s.Lang == "diff" {
		source = strings.Split(s.Code, "\n")
	}
	b.WriteString("<pre")
	if o.Nums {
		b.WriteString(` class="nums"`)
	}
	b.WriteString("><code data-copy>")
	for i, line := range lines {
		class := lineClass(o, first+i+1)
		if s.Lang == "diff" {
			class = diffClass(source[first+i])
		}
		if n, ok := noted[first+i+1]; ok {
			class += " a" + strconv.Itoa(n.number)
			if n.first {
				line = linkMark(line, w.notes.index[s.Node], n.number)
			}
		}
		b.WriteString(`<span class="l` + class + `"`)
		if o.Nums {
			b.WriteString(numbered(id, first+i+1, w.figures.Words))
		} else {
			b.WriteString(">")
		}
		b.WriteString(line + "\n</span>")
	}
	b.WriteString("</code></pre>")
}

// numbered returns the rest of a line's start tag, and a link with the line's
// number. The style sheet draws the number, so that it is neither selected nor
// copied. The Tab key reaches the first number of a snippet only; from there
// the theme's script moves with the arrow keys.
func numbered(id string, n int, words *locale.Locale) string {
	anchor, number, tab := id+"-L"+strconv.Itoa(n), strconv.Itoa(n), ""
	if n > 1 {
		tab = ` tabindex="-1"`
	}
	return ` id="` + anchor + `"><a class="ln" href="#` + anchor + `"` + tab + ` data-n="` + number + `" aria-label="` + words.HTML("line", "number", number) + `"></a>`
}

// languageOf returns the language of a snippet: the one it names, else that of
// its file.
func languageOf(s *content.Snippet) string {
	if name := cmp.Or(s.Options.File, s.Options.Include); s.Lang == "" && name != "" {
		name, _, _ = strings.Cut(name, "#")
		return highlight.Language(name)
	}
	return s.Lang
}

func lineClass(o *info.Options, n int) string {
	switch {
	case inRanges(o.Ins, n):
		return " ins"
	case inRanges(o.Del, n):
		return " del"
	case inRanges(o.Marked, n):
		return " hl"
	}
	return ""
}

// diffClass returns the class of a line of a diff.
func diffClass(line string) string {
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
	case strings.HasPrefix(line, "+"):
		return " added"
	case strings.HasPrefix(line, "-"):
		return " gone"
	}
	return ""
}

func inRanges(ranges []info.LineRange, n int) bool {
	for _, r := range ranges {
		if r.First <= n && n <= r.Last {
			return true
		}
	}
	return false
}
