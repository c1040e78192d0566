package html

import (
	"html"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/markdown"
	"handbook/render/locale"
	"handbook/render/placeholder"
	"handbook/render/script"
)

// steps counts the steps of a lab, and writes the controls at their ends.
type steps struct {
	lab     bool // the page is a lab
	marks   bool // steps can be marked as done
	paster  *script.Paster
	names   *placeholder.Names
	several bool // the lab has several terminals
	doc     ast.Node
	source  []byte
	current *step // being written; or nil
	count   int
	tabs    map[*content.Snippet]string // the tabs of snippets, by the ids of their radio buttons
	words   *locale.Locale
	minutes int // sum of the durations that the page states
}

// newSteps returns the steps of a page.
func newSteps(p *content.Page, tree *content.Tree, record *content.Record, names *placeholder.Names, words *locale.Locale) *steps {
	w := &steps{lab: p.Lab != nil, marks: p.Lab != nil && !p.Front.Reference, doc: tree.Doc, source: p.Source, words: words, names: names}
	if p.Lab != nil {
		w.paster = script.NewPaster(p.Lab, record)
		w.several = slices.ContainsFunc(tree.Snippets, func(s *content.Snippet) bool { return s.Options.Term > 1 })
	}
	return w
}

// A step of a lab is the part under a heading of level 2. At its end, readers
// can mark it as done and copy all of its commands.
type step struct {
	id, title string
	files     bool
	snippets  int // number of snippets with something to paste
	skipped   int // snippets that are not verified
}

// starts reports whether a heading starts a step.
func (w *steps) starts(h *ast.Heading) bool {
	return w.lab && h.Level == 2 && h.Parent() == w.doc && markdown.HeadingID(h) != ""
}

// start ends the current step and starts another.
func (w *steps) start(b io.StringWriter, h *ast.Heading) {
	w.end(b)
	w.current = &step{id: markdown.HeadingID(h), title: markdown.PlainText(h, w.source)}
	w.count++
}

// end writes the controls at the end of a step. The style sheet shows them if
// scripts run.
func (w *steps) end(b io.StringWriter) {
	s := w.current
	if s == nil {
		return
	}
	w.current = nil
	var text string
	if w.marks {
		text = `<label><input type="checkbox" data-step="` + html.EscapeString(s.id) + `"> ` + w.words.HTML("step-done") + `<span class="hidden">: ` +
			html.EscapeString(s.title) + "</span></label>"
	}
	if pastes := w.paster.Step(); s.files || s.snippets > 1 || len(pastes) > 1 {
		text += w.pastes(pastes, s)
	}
	if text != "" {
		b.WriteString(`<div class="step-end">` + text + "</div>\n")
	}
}

// withoutTags removes the tags from the label of a copy button.
var withoutTags = strings.NewReplacer("<code>", "", "</code>", "")

// pastes returns the buttons that copy a step, with what readers must type in
// addition. The text is in template elements, which are not displayed.
func (w *steps) pastes(pastes []script.Paste, of *step) string {
	var b strings.Builder
	for i, p := range pastes {
		on := ""
		if p.Machine != "" {
			on = ` data-machine="` + p.Machine + `"`
		}
		b.WriteString(`<li data-term="` + strconv.Itoa(p.Term) + `"` + on + ">")
		if p.Key != "" {
			terminal := strconv.Itoa(p.Term)
			if p.Machine != "" {
				terminal += " (" + p.Machine + ")"
			}
			b.WriteString(w.words.HTML("press-key", "key", template.HTML("<kbd>"+keyName(p.Key)+"</kbd>"), "number", terminal) + "</li>")
			continue
		}
		label, name := w.words.HTML("copy-step"), ""
		switch {
		case p.Prompt != "":
			label = w.words.HTML("copy-step-prompt", "prompt", locale.Code(p.Prompt))
		case p.Machine != "":
			name := p.Machine
			if w.several {
				name += " · " + w.words.Text("terminal-number", "number", strconv.Itoa(p.Term))
			}
			label = w.words.HTML("copy-step-machine", "machine", name)
		case w.several:
			label = w.words.HTML("copy-step-terminal", "number", strconv.Itoa(p.Term))
		case len(pastes) > 1:
			label = w.words.HTML("copy-step-shell")
		default:
			name = w.words.HTML("copy-step-of", "title", of.title)
		}
		if name == "" { // a terminal may occur several times
			name = withoutTags.Replace(label) + ": " + html.EscapeString(of.title) + " (" + strconv.Itoa(i+1) + ")"
		}
		b.WriteString(`<button type="button" class="copy-step" aria-label="` + name + `">` + label + "</button>" + w.template(p.Parts))
		if len(p.Sets) > 0 { // these are the only copied lines that the page does not show
			b.WriteString(` <span class="answers sets">` + w.words.HTML("copy-sets", "variables", template.HTML(w.answers(p.Sets))) + "</span>")
		}
		if len(p.Answers) > 0 {
			b.WriteString(` <span class="answers">` + w.words.HTML("typed-at-prompts", "answers", template.HTML(w.answers(p.Answers))) + "</span>")
		}
		b.WriteString("</li>")
	}
	without := ""
	if of.skipped > 0 {
		without = `<span class="answers">` + w.words.HTML("without-skipped", "n", of.skipped) + "</span>"
	}
	return without + `<ol class="pastes">` + b.String() + "</ol>"
}

// template returns the text of parts as a template, with fields for
// placeholders. If there are tabs, the script copies the selected one.
func (w *steps) template(parts []script.Part) string {
	var b strings.Builder
	for _, part := range parts {
		text := w.names.MarkHidden(html.EscapeString(part.Text))
		if part.Snippet != nil && w.tabs[part.Snippet] != "" {
			text = `<span data-of="` + w.tabs[part.Snippet] + `">` + text + "</span>"
		}
		b.WriteString(text)
	}
	return "<template><pre>" + b.String() + "</pre></template>"
}

// answers returns the list of what to type at prompts.
func (w *steps) answers(answers []string) string {
	var list []string
	for _, a := range answers {
		switch {
		case a == script.Token:
			list = append(list, "<b>"+w.words.HTML("hub-password")+"</b>")
		case strings.HasPrefix(a, "^"):
			list = append(list, "<kbd>"+keyName(a)+"</kbd>")
		default:
			list = append(list, "<code>"+w.names.MarkHidden(html.EscapeString(a))+"</code>")
		}
	}
	return w.words.List(list)
}

// keyName returns the name of a key: "Ctrl-C" of "^C".
func keyName(key string) string {
	return "Ctrl-" + html.EscapeString(strings.TrimPrefix(key, "^"))
}

// endLast inserts the end of the last step after the text, before footnotes.
func (w *steps) endLast(body string) string {
	var end strings.Builder
	w.end(&end)
	return beforeFootnotes(body, end.String())
}

// add adds a snippet to the current step. tab is the id of its tab, or "". If
// it is a diff, the result is the commands that apply it.
func (w *steps) add(s *content.Snippet, tab string) (patch string) {
	if w.paster == nil {
		return ""
	}
	if tab != "" {
		if w.tabs == nil {
			w.tabs = map[*content.Snippet]string{}
		}
		w.tabs[s] = tab
	}
	if s.Role == info.Diff && s.Options.Skip == "" {
		patch = w.paster.Patch(s)
	}
	added := w.paster.Add(s)
	if w.current == nil {
		w.paster.Step() // it belongs to no step
		return patch
	}
	if added {
		w.current.snippets++
		w.current.files = w.current.files || s.Role == info.File
	}
	if s.Options.Skip != "" && s.Role != info.Shown {
		w.current.skipped++
	}
	return patch
}
