// Package cleanup writes the last section of a lab: what the lab leaves on a
// reader's computer, and the commands that remove it. The section depends on
// the page's record alone; it is written as HTML and as Markdown.
package cleanup

import (
	"html"
	"html/template"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/highlight"
	"handbook/render/locale"
	"handbook/render/outline"
	"handbook/render/results"
)

// ID is the id of the section.
const ID = outline.Own + "cleanup"

// A Section is what a lab leaves, and the commands that remove it.
type Section struct {
	parts []*part
	words *locale.Locale
	next  []next // the labs that go on from the lab's end
}

// A part describes what is left on one machine.
type part struct {
	cleanup *content.Cleanup
	words   *locale.Locale
}

// isEmpty reports whether there is nothing to say.
func (w *part) isEmpty() bool {
	c := w.cleanup
	return len(c.Left)+len(c.Commands)+len(c.Choices)+len(c.Outside)+len(c.Changed)+c.Nameless == 0
}

// A next is a link to a lab.
type next struct {
	href string
	dest string // as the page's author would write it
	text string
}

// New returns the section of a page, or nil if it has none, because its record
// has no clean-up or there is nothing to say. link returns the URL of a
// destination as the page's author would write it; ok is false if nothing is
// there.
func New(r *results.Results, link func(dest string) (href string, ok bool)) *Section {
	p := r.Page
	if p.Lab == nil || r.Record == nil || r.Record.Cleanup == nil || r.Status.State != content.Fresh {
		return nil
	}
	w := &Section{words: r.Words}
	for _, c := range r.Record.AllCleanups() {
		if one := (&part{c, r.Words}); !one.isEmpty() {
			w.parts = append(w.parts, one)
		}
	}
	if len(w.parts) == 0 {
		return nil
	}
	for _, n := range p.Next {
		dest := strings.Repeat("../", strings.Count(p.Path, "/")) + n.Path
		if href, ok := link(dest); ok {
			w.next = append(w.next, next{href, dest, n.Title})
		}
	}
	return w
}

// Title is the heading of the section.
func (w *Section) Title() string {
	switch {
	case !slices.ContainsFunc(w.parts, func(one *part) bool { return !one.cleanup.Own }):
		return w.words.Text("cleanup-own")
	case len(w.next) > 0:
		return w.words.Text("cleanup-stop")
	}
	return w.words.Text("cleanup")
}

// sentences returns the text before and after the commands.
func (w *part) sentences() (before, after string) {
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

// A Style writes the elements of the section that also occur elsewhere on the
// page.
type Style interface {
	// Terminal returns the HTML of commands that are copied at once, with a caption
	// if label is not "".
	Terminal(label string, commands []string) string
	// Mark returns a line of HTML with its placeholders marked.
	Mark(line string) string
}

// HTML returns the section as HTML.
func (w *Section) HTML(style Style) string {
	var b strings.Builder
	b.WriteString(`<section class="cleanup" aria-labelledby="` + ID + `"><h2 id="` + ID + `">` + html.EscapeString(w.Title()) + "</h2>\n")
	for _, l := range w.next {
		link := template.HTML(`<a href="` + html.EscapeString(l.href) + `">` + html.EscapeString(l.text) + "</a>")
		b.WriteString("<p>" + w.words.HTML("cleanup-next", "lab", link) + "</p>\n")
	}
	for _, one := range w.parts {
		one.html(&b, style)
	}
	b.WriteString("</section>\n")
	return b.String()
}

// html writes the part as HTML, under the name of its machine if it has one.
func (w *part) html(b *strings.Builder, style Style) {
	if machine := w.cleanup.Machine; machine != "" {
		b.WriteString("<h3>" + html.EscapeString(machine) + "</h3>\n")
	}
	before, after := w.sentences()
	if rows := w.rows(); len(rows) > 0 {
		b.WriteString("<details><summary>" + html.EscapeString(before) + " <span>" + w.words.HTML("cleanup-names") + "</span></summary><dl>\n")
		for _, row := range rows {
			b.WriteString("<dt>" + html.EscapeString(row.what) + "</dt><dd>")
			for i, name := range row.names {
				if i > 0 {
					b.WriteString(" ")
				}
				b.WriteString("<code>" + style.Mark(highlight.Escape(name)) + "</code>")
			}
			b.WriteString("</dd>\n")
		}
		b.WriteString("</dl></details>\n")
	} else {
		b.WriteString("<p>" + html.EscapeString(before) + "</p>\n")
	}
	terminal := func(label string, commands []string) {
		if len(commands) > 0 {
			b.WriteString(style.Terminal(label, commands))
		}
	}
	terminal("", w.cleanup.Commands)
	if after != "" {
		b.WriteString("<p>" + html.EscapeString(after) + "</p>\n")
	}
	if len(w.cleanup.Choices) > 0 {
		var names []string
		for _, choice := range w.cleanup.Choices {
			names = append(names, leftName(choice.Left, w.words))
		}
		b.WriteString("<details><summary>" + w.words.HTML("cleanup-choices") + ": " + html.EscapeString(w.words.List(names)) + "</summary>\n<p>" + w.words.HTML("cleanup-choices-text") + "</p>\n")
		for i, choice := range w.cleanup.Choices {
			label := ""
			if len(names) > 1 {
				label = wording.Capital(names[i])
			}
			terminal(label, choice.Commands)
		}
		b.WriteString("</details>\n")
	}
}

// A row lists what is left of one kind.
type row struct {
	what  string
	names []string
}

func (w *part) rows() (rows []row) {
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

// dockerHub is the name under which Docker stores passwords for Docker Hub.
const dockerHub = "https://index.docker.io/v1/"

// leftKeys are the keys of the strings that count what is left, by kind.
var leftKeys = map[content.LeftKind]string{
	content.LeftContainers: "left-containers",
	content.LeftUnnamed:    "left-unnamed-containers",
	content.LeftVolumes:    "left-volumes",
	content.LeftNetworks:   "left-networks",
	content.LeftImages:     "left-images",
	content.LeftSwarm:      "left-swarm",
	content.LeftBuilders:   "left-builders",
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
	return words.List(parts)
}

// Summary is what Leaves says of each machine, with its name if the lab names some.
func Summary(r *content.Record, words *locale.Locale) string {
	var parts []string
	for _, one := range r.AllCleanups() {
		leaves := Leaves(one, words)
		if leaves != "" && one.Machine != "" {
			leaves = one.Machine + ": " + leaves
		}
		if leaves != "" {
			parts = append(parts, leaves)
		}
	}
	return strings.Join(parts, "; ")
}

// Markdown returns the section as Markdown.
func (w *Section) Markdown() string {
	var b strings.Builder
	b.WriteString("\n## " + w.Title() + "\n\n")
	for _, l := range w.next {
		b.WriteString(w.words.Text("cleanup-next", "lab", "["+wording.OneLine(l.text)+"]("+l.dest+")") + "\n\n")
	}
	for i, one := range w.parts {
		if i > 0 {
			b.WriteString("\n")
		}
		one.markdown(&b)
	}
	return b.String()
}

// markdown writes the part as Markdown, under the name of its machine if it has
// one.
func (w *part) markdown(b *strings.Builder) {
	if machine := w.cleanup.Machine; machine != "" {
		b.WriteString("### " + machine + "\n\n")
	}
	before, after := w.sentences()
	b.WriteString(before + "\n")
	block := func(commands []string) {
		if len(commands) > 0 {
			b.WriteString("\n" + wording.Fenced("bash", strings.Join(commands, "\n")+"\n"))
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
			spans[i] = wording.CodeSpan(name)
		}
		b.WriteString("- " + row.what + ": " + w.words.List(spans) + "\n")
	}
	if len(w.cleanup.Choices) > 0 {
		b.WriteString("\n### " + w.words.Text("cleanup-choices") + "\n\n" + w.words.Text("cleanup-choices-text") + "\n")
		for _, choice := range w.cleanup.Choices {
			b.WriteString("\n" + wording.Capital(leftName(choice.Left, w.words)) + ":\n")
			block(choice.Commands)
		}
	}
}
