package assist

import (
	"fmt"
	"regexp"
	"strings"

	"handbook/cmd/handbook/manual"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/sgr"
	"handbook/content/wording"
)

// Hover returns what is known of what stands at a place, as Markdown, and the
// part of the line that it is about. The text is empty if nothing is known.
func (p *Place) Hover() (text string, about Span) {
	line, _ := p.text()
	if first, ok := p.inYAML(); ok {
		return p.hoverKey(first, line)
	}
	if info, start, ok := p.opening(); ok {
		return p.hoverOption(info, start)
	}
	s, inside := p.snippet()
	if !inside {
		return p.hoverLink(line)
	}
	if name, at, ok := p.placeholderAt(line); ok {
		return "The lab " + p.runsWith(name) + ".", at
	}
	if s.Role == info.Report {
		return p.hoverRow(s), Span{p.Line, 0, len(line)}
	}
	return p.hoverCommand(s), Span{p.Line, 0, len(line)}
}

// hoverKey tells what a setting does.
func (p *Place) hoverKey(first int, line string) (string, Span) {
	for _, at := range word.FindAllStringIndex(line, -1) {
		if p.Col < at[0] || p.Col > at[1] || !strings.HasPrefix(strings.TrimLeft(line[at[1]:], " "), ":") {
			continue
		}
		place := yamlAt(p.Lines[first:], p.Line-first, line[:at[1]])
		return p.about(append(place.keys, line[at[0]:at[1]])), Span{p.Line, at[0], at[1]}
	}
	return "", Span{}
}

// about returns what a setting does.
func (p *Place) about(keys []string) string {
	if p.Page == nil {
		return manual.Key(keys...)
	}
	return manual.FrontKey(keys...)
}

var word = regexp.MustCompile(`[\w-]+`)

// hoverOption tells what an option does.
func (p *Place) hoverOption(text string, start int) (string, Span) {
	_, words := info.Split(text)
	for i, w := range words {
		end := len(strings.TrimRight(text, " \t"))
		if i+1 < len(words) {
			end = len(strings.TrimRight(text[:words[i+1].At], " \t"))
		}
		if at := p.Col - start; w.Key != "" && at >= w.At && at <= end {
			return manual.Option(w.Key), Span{p.Line, start + w.At, start + end}
		}
	}
	return "", Span{}
}

// placeholderAt returns the placeholder at the place.
func (p *Place) placeholderAt(line string) (name string, at Span, ok bool) {
	for _, found := range p.placeholders().Finder()(line) {
		if p.Col >= found[0] && p.Col < found[1] {
			return line[found[0]:found[1]], Span{p.Line, found[0], found[1]}, true
		}
	}
	return "", Span{}, false
}

// mostLines is how many lines of an output are shown.
const mostLines = 40

// hoverCommand returns what the command at the place has printed.
func (p *Place) hoverCommand(s *content.Snippet) string {
	var at *content.Command
	for _, c := range s.Commands {
		if c.Pos.Line <= p.Line+1 {
			at = c
		}
	}
	if at == nil || p.Page.Record == nil {
		return ""
	}
	r := resultOf(p.Page, s, at)
	if r == nil {
		return "The record has no such command: it is from before the page was changed."
	}
	text := fmt.Sprintf("Took %s", wording.Seconds(r.Seconds))
	switch {
	case r.Stays:
		text = "Stays in its terminal"
	case r.Exit > 0:
		text += fmt.Sprintf(", exited with %d", r.Exit)
	}
	if p.Fresh.Of(p.Page).State != content.Fresh {
		text += ", before the page was changed"
	}
	if len(r.Output) == 0 {
		return text + ", and printed nothing."
	}
	var lines []string
	for _, line := range r.Output[:min(len(r.Output), mostLines)] {
		lines = append(lines, sgr.Unstyled(line))
	}
	if more := len(r.Output) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("… and %s", wording.Count(more, "more line")))
	}
	return text + ":\n\n" + wording.Fenced("text", strings.Join(lines, "\n")+"\n")
}

// resultOf returns the recorded result of a command: that of the snippet if it
// has the same text, or else of another snippet that has.
func resultOf(p *content.Page, s *content.Snippet, c *content.Command) *content.CommandResult {
	bind := config.Placeholders{}.Binder()
	if p.Lab != nil {
		bind = p.Lab.Placeholders.Binder()
	}
	is := func(r *content.CommandResult) bool { return r.Text == c.Text || r.Text == bind(c.Text) }
	if r := p.Record.Of(s.Number, s.Role); r != nil {
		for i := range r.Commands {
			if is(&r.Commands[i]) {
				return &r.Commands[i]
			}
		}
	}
	for i := range p.Record.Snippets {
		for j := range p.Record.Snippets[i].Commands {
			if r := &p.Record.Snippets[i].Commands[j]; is(r) {
				return r
			}
		}
	}
	return nil
}

// hoverRow tells what was measured of the images in a line of a report.
func (p *Place) hoverRow(s *content.Snippet) string {
	var all []string
	for _, row := range s.Rows {
		if row.Pos.Line != p.Line+1 || p.Page.Record == nil {
			continue
		}
		for _, ref := range row.Refs {
			if i := p.Page.Record.ImageAt(p.bind(ref), s.Number); i != nil {
				text := fmt.Sprintf("%s: %s unpacked", wording.CodeSpan(ref), wording.DecimalSize(i.Unpacked))
				if i.Download > 0 {
					text += fmt.Sprintf(", %s to download", wording.DecimalSize(i.Download))
				}
				all = append(all, fmt.Sprintf("%s, %s", text, wording.Count(i.FileLayers(), "layer")))
			}
		}
	}
	return strings.Join(all, "  \n")
}

func (p *Place) bind(text string) string { return p.placeholders().Binder()(text) }

// hoverLink tells what was measured, or which page a link leads to.
func (p *Place) hoverLink(line string) (string, Span) {
	dest, at, ok := p.linkAt(line)
	if !ok {
		return "", Span{}
	}
	scheme, _, _ := strings.Cut(dest, ":")
	if content.Schemes[scheme] != "" && p.Page.Lab != nil {
		for _, m := range p.pageTree().Measures {
			if m.Pos.Line != p.Line+1 || string(m.Node.Destination) != dest || p.Page.Record == nil {
				continue
			}
			if _, text, ok := m.Value(p.Page.Record, p.bind); ok {
				return fmt.Sprintf("Measured: %s, %s", text, manual.Scheme(scheme)), at
			}
		}
		return "Not measured yet: " + manual.Scheme(scheme), at
	}
	if to, _, _ := p.Targets.Find(p.Page, dest); to != nil {
		return wording.CodeSpan(to.Path) + ": " + wording.Literal(to.Title), at
	}
	return "", Span{}
}

var link = regexp.MustCompile(`\[[^\]]*\]\(<?([^()<>\s]+)[^)]*\)|^ {0,3}\[[^\]]+\]: +<?([^<>\s]+)`)

// linkAt returns the destination of the link at the place.
func (p *Place) linkAt(line string) (dest string, at Span, ok bool) {
	for _, m := range link.FindAllStringSubmatchIndex(line, -1) {
		if p.Col < m[0] || p.Col > m[1] {
			continue
		}
		start, end := m[2], m[3]
		if start < 0 {
			start, end = m[4], m[5]
		}
		return line[start:end], Span{p.Line, m[0], m[1]}, true
	}
	return "", Span{}, false
}
