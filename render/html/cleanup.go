package html

import (
	"bufio"
	"bytes"
	"html"
	"html/template"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/highlight"
	"handbook/render/locale"
)

// cleanupID is the id of the section that removes what a lab leaves.
const cleanupID = ownPrefix + "cleanup"

// A cleaning is the last section of a lab: what the lab leaves, and the commands
// that remove it.
type cleaning struct {
	page     *content.Page
	cleanup  *content.Cleanup
	sessions *sessions
	words    *locale.Locale
	next     []link // the labs that go on from the lab's end
}

// A link leads to another page of the site.
type link struct {
	href string
	dest string // as the page's author would write it
	text string
}

// newCleaning returns the section, or nil if the lab has none: its record does
// not tell, or there is nothing to say.
func newCleaning(p *content.Page, r *results, s *sessions, l *links) *cleaning {
	if p.Lab == nil || r.record == nil || r.record.Cleanup == nil || r.status.State != content.Fresh {
		return nil
	}
	c := r.record.Cleanup
	if len(c.Left)+len(c.Commands)+len(c.Choices)+len(c.Outside)+len(c.Changed)+c.Nameless == 0 {
		return nil
	}
	w := &cleaning{page: p, cleanup: c, sessions: s, words: r.words}
	for _, next := range p.Next {
		dest := strings.Repeat("../", strings.Count(p.Path, "/")) + next.Path
		if href, problem := l.site.Link(p, dest, false); problem == nil {
			w.next = append(w.next, link{href, dest, next.Title})
		}
	}
	return w
}

// title is the heading of the section.
func (w *cleaning) title() string {
	switch {
	case w.cleanup.Own:
		return w.words.Text("cleanup-own")
	case len(w.next) > 0:
		return w.words.Text("cleanup-stop")
	}
	return w.words.Text("cleanup")
}

// sentences say what the section is about, before the commands and behind them.
func (w *cleaning) sentences() (before, after string) {
	c := w.cleanup
	leaves := Leaves(c, w.words)
	switch {
	case len(c.Left) == 0:
		return w.words.Text("cleanup-nothing"), ""
	case c.Own:
		return w.words.Text("cleanup-still", "what", leaves), ""
	case len(c.Commands) == 0:
		return w.words.Text("cleanup-leaves", "what", leaves), ""
	}
	return w.words.Text("cleanup-removes", "what", leaves), w.words.Text("cleanup-proven")
}

// write writes the section as HTML.
func (w *cleaning) write() string {
	var out bytes.Buffer
	b := bufio.NewWriter(&out)
	b.WriteString(`<section class="cleanup" aria-labelledby="` + cleanupID + `"><h2 id="` + cleanupID + `">` + html.EscapeString(w.title()) + "</h2>\n")
	for _, l := range w.next {
		link := template.HTML(`<a href="` + html.EscapeString(l.href) + `">` + html.EscapeString(l.text) + "</a>")
		b.WriteString("<p>" + w.words.HTML("cleanup-next", "lab", link) + "</p>\n")
	}
	before, after := w.sentences()
	b.WriteString("<p>" + html.EscapeString(before) + "</p>\n")
	w.writeCommands(b, w.words.Text("cleanup"), w.cleanup.Commands)
	if after != "" {
		b.WriteString("<p>" + html.EscapeString(after) + "</p>\n")
	}
	if rows := w.rows(); len(rows) > 0 {
		b.WriteString("<details><summary>" + w.words.HTML("cleanup-names") + "</summary><dl>\n")
		for _, row := range rows {
			b.WriteString("<dt>" + html.EscapeString(row.what) + "</dt><dd>")
			for i, name := range row.names {
				if i > 0 {
					b.WriteString(" ")
				}
				b.WriteString("<code>" + w.sessions.results.names.mark(highlight.Escape(name)) + "</code>")
			}
			b.WriteString("</dd>\n")
		}
		b.WriteString("</dl></details>\n")
	}
	if len(w.cleanup.Choices) > 0 {
		b.WriteString("<h3>" + w.words.HTML("cleanup-choices") + "</h3>\n<p>" + w.words.HTML("cleanup-choices-text") + "</p>\n")
		for _, choice := range w.cleanup.Choices {
			w.writeCommands(b, wording.Capital(leftName(choice.Left, w.words)), choice.Commands)
		}
	}
	b.WriteString("</section>\n")
	_ = b.Flush()
	return out.String()
}

// writeCommands writes commands as one terminal, which is copied at once.
func (w *cleaning) writeCommands(b *bufio.Writer, label string, commands []string) {
	if len(commands) == 0 {
		return
	}
	b.WriteString(`<figure class="term"><figcaption><span class="name">` + html.EscapeString(label) + "</span>" + w.sessions.results.copyButton(label) + `</figcaption><div class="screen">`)
	for _, text := range commands {
		b.WriteString(`<div class="run">`)
		c := new(content.Command)
		c.Text = text
		w.sessions.writeCommand(b, c, nil)
		b.WriteString("</div>")
	}
	b.WriteString("</div></figure>\n")
}

// A row lists what is left of one kind.
type row struct {
	what  string
	names []string
}

func (w *cleaning) rows() (rows []row) {
	for _, left := range w.cleanup.Left {
		names := left.Names
		if left.Kind == content.LeftLogins {
			names = slices.Clone(names)
			for i, name := range names {
				if name == dockerHub {
					names[i] = "Docker Hub"
				}
			}
		}
		if len(names) > 0 {
			rows = append(rows, row{wording.Capital(leftName(left, w.words)), names})
		}
	}
	add := func(what string, names []string) {
		const most = 20
		if len(names) > most {
			names = append(slices.Clone(names[:most]), "…")
		}
		if len(names) > 0 {
			rows = append(rows, row{what, names})
		}
	}
	if n := w.cleanup.Nameless; n > 0 {
		add(w.words.Text("left-nameless", "n", n), []string{"docker ps -a"})
	}
	add(w.words.Text("left-outside"), w.cleanup.Outside)
	add(w.words.Text("left-changed"), w.cleanup.Changed)
	return rows
}

// dockerHub is how Docker calls Docker Hub where it stores passwords.
const dockerHub = "https://index.docker.io/v1/"

// leftKeys are the strings that count what is left of a kind.
var leftKeys = map[content.LeftKind]string{
	content.LeftContainers: "left-containers",
	content.LeftUnnamed:    "left-unnamed-containers",
	content.LeftVolumes:    "left-volumes",
	content.LeftNetworks:   "left-networks",
	content.LeftImages:     "left-images",
	content.LeftSwarm:      "left-swarm",
	content.LeftLogins:     "left-logins",
	content.LeftFiles:      "left-files",
	content.LeftBases:      "left-base-images",
	content.LeftDangling:   "left-dangling-images",
	content.LeftAnonymous:  "left-anonymous-volumes",
	content.LeftCache:      "left-build-cache",
}

// leftName says how much is left of a kind.
func leftName(left content.Left, words *locale.Locale) string {
	name := words.Text(leftKeys[left.Kind], "n", left.Count)
	switch left.Kind {
	case content.LeftContainers, content.LeftUnnamed:
		return name
	}
	if left.Bytes > 0 {
		name += " (" + words.Size(left.Bytes) + ")"
	}
	return name
}

// Leaves says in a few words what a lab leaves: "3 containers, 5 images (412 MB),
// 6 files (2.1 kB)". It is "" if that is nothing.
func Leaves(c *content.Cleanup, words *locale.Locale) string {
	var parts []string
	if n := c.Of(content.LeftContainers).Count + c.Of(content.LeftUnnamed).Count; n > 0 {
		parts = append(parts, words.Text("left-containers", "n", n))
	}
	for _, left := range c.Left {
		if left.Kind != content.LeftContainers && left.Kind != content.LeftUnnamed && left.Count > 0 {
			parts = append(parts, leftName(left, words))
		}
	}
	return strings.Join(parts, ", ")
}

// markdown returns the section as Markdown.
func (w *cleaning) markdown() string {
	var b strings.Builder
	b.WriteString("\n## " + w.title() + "\n\n")
	for _, l := range w.next {
		b.WriteString(w.words.Text("cleanup-next", "lab", "["+wording.OneLine(l.text)+"]("+l.dest+")") + "\n\n")
	}
	before, after := w.sentences()
	b.WriteString(before + "\n")
	block := func(commands []string) {
		if len(commands) > 0 {
			b.WriteString("\n" + fenced("bash", strings.Join(commands, "\n")+"\n"))
		}
	}
	block(w.cleanup.Commands)
	if after != "" {
		b.WriteString("\n" + after + "\n")
	}
	for i, row := range w.rows() {
		if i == 0 {
			b.WriteString("\n")
		}
		spans := make([]string, len(row.names))
		for i, name := range row.names {
			spans[i] = codeSpan(name)
		}
		b.WriteString("- " + row.what + ": " + strings.Join(spans, ", ") + "\n")
	}
	if len(w.cleanup.Choices) > 0 {
		b.WriteString("\n### " + w.words.Text("cleanup-choices") + "\n\n" + w.words.Text("cleanup-choices-text") + "\n")
		for _, choice := range w.cleanup.Choices {
			b.WriteString("\n" + wording.Capital(leftName(choice.Left, w.words)) + ":\n")
			block(choice.Commands)
		}
	}
	return b.String()
}

// beforeFootnotes inserts a text behind a page's own, before its footnotes.
func beforeFootnotes(body, text string) string {
	at := strings.LastIndex(body, `<div class="footnotes"`)
	if at < 0 {
		at = len(body)
	}
	return body[:at] + text + body[at:]
}
