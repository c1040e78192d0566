package html

import (
	"bytes"
	"html"
	"html/template"
	"image"
	"slices"
	"strings"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/markdown"
	"handbook/render/cleanup"
	"handbook/render/highlight"
	"handbook/render/locale"
	"handbook/render/placeholder"
	"handbook/render/plain"
	"handbook/render/results"
	"handbook/render/script"
)

// A Site answers the questions of a page's document about the rest of the
// site.
type Site interface {
	// Link returns the URL of a link or an image of a page, as the published
	// page has to write it. dest is the destination as the author wrote it.
	// The problem has no place; the caller adds it.
	Link(from *content.Page, dest string, image bool) (href string, problem *content.Error)
	// Size returns the size of an image in CSS pixels; false if it is unknown.
	Size(from *content.Page, dest string) (image.Point, bool)
}

// Settings are the site's settings that documents depend on.
type Settings struct {
	Unsafe       bool                // let all raw HTML through
	Placeholders config.Placeholders // of pages that are not labs
	Patterns     config.Patterns     // of the values that readers can give to placeholders
	Words        *locale.Locale      // the strings of the theme
	Contents     int                 // level to which tables of contents list headings, 0 for none
	Host         string              // host name of the site, or ""; links to others are marked
	Diagrams     bool                // the site has a copy of mermaid
}

// A Document is a page as readers get it: the HTML of its Markdown, and what
// is published beside it.
type Document struct {
	Heading   template.HTML // HTML of the level-1 heading that the page starts with, else of its title
	HeadID    string        // id of that heading
	Body      template.HTML // without that heading
	Contents  []Heading
	Style     string          // CSS rules of colours that only this page has
	Minutes   int             // sum of the durations that the page states
	Reading   int             // minutes that reading a lab takes; 0 on other pages
	Terminals int             // number of terminals in which commands are typed
	Cleanup   string          // URL of the section that removes what a lab leaves, or ""
	Steps     int             // headings of level 2 on a lab that is worked through
	Unsafe    bool            // contains raw HTML that was let through, so that no content policy fits
	Diagrams  bool            // has diagrams to draw
	Picture   string          // destination of the first image that link previews can show, or ""
	Twin      []byte          // the page as Markdown, with its results
	Passages  []plain.Passage // what can be found by searching
	Script    []byte          // the lab as a shell script; nil unless it is verified
	Notes     content.Errors  // on what is not shown as written, for example because it would take too long
}

// Write makes a page's document; status says whether the page's record is up
// to date. The error lists all problems of the page, as content.Errors.
func Write(p *content.Page, status content.Status, site Site, settings Settings) (*Document, error) {
	tree := p.Tree()
	title := markdown.Title(tree.Doc)
	src := &source{file: p.File(), text: p.Source, notes: slices.Clone(tree.Cut)}
	inner := &nodes{renderer.NewRenderer(), p.Source}
	names, bind := placeholders(p, settings)
	words := settings.Words
	found := results.New(p, status, bind, words)
	tree = found.Included(tree)
	links := &links{page: p, host: settings.Host, site: site, src: src, measures: &measures{tree.Measures, found, src}}
	raw := &rawHTML{links: links, src: src, unsafe: settings.Unsafe}
	steps := newSteps(p, tree, found.Record, names, words)
	colours := make(highlight.Colours)
	snippets := newSnippets(tree, src, settings, inner, &figures{Results: found, names: names, named: make(map[string]int)}, steps, colours)
	inner.renderer.AddOptions(renderer.WithNodeRenderers(
		util.Prioritized(&blocks{source: p.Source, inner: inner, words: words, title: title, steps: steps, notes: snippets.notes}, 100),
		util.Prioritized(links, 100),
		util.Prioritized(names, 100),
		util.Prioritized(raw, 100),
		util.Prioritized(snippets, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewTaskCheckBoxHTMLRenderer(), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteBacklinkHTML("↩"),
			extension.WithFootnoteBacklinkTitle(words.HTML("footnote-back"))), 500),
		util.Prioritized(ghtml.NewRenderer(), 1000),
	))

	depth := settings.Contents
	if p.Front.Contents != nil {
		depth = *p.Front.Contents
	}
	d := &Document{Heading: template.HTML(html.EscapeString(p.Title)), Contents: contents(tree.Doc, p.Source, depth)}
	if title != nil {
		d.Heading, d.HeadID = template.HTML(inner.children(title)), markdown.HeadingID(title)
	}
	var b bytes.Buffer
	b.Grow(4 * len(p.Source))
	if err := inner.renderer.Render(&b, p.Source, tree.Doc); err != nil {
		return nil, err
	}
	d.Body = template.HTML(steps.endLast(raw.balanced(b.Bytes())))
	left := cleanup.New(found, links.internal)
	if left != nil {
		d.Body = template.HTML(beforeFootnotes(string(d.Body), left.HTML(snippets.sessions)))
		if depth > 0 {
			d.Contents = append(d.Contents, Heading{ID: cleanup.ID, Text: left.Title()})
		}
		d.Cleanup = "#" + cleanup.ID
	}
	d.Terminals = terminals(tree)
	d.Reading = readingTime(p, tree)
	d.Style = colours.CSS()
	d.Minutes = steps.minutes
	if steps.marks {
		d.Steps = steps.count
	}
	d.Picture, d.Unsafe, d.Diagrams = links.picture, raw.passed, snippets.drawn
	likelyMistakes(p, tree, src, settings.Unsafe)
	_ = src.notes.Sorted()
	d.Notes = src.notes
	d.Twin, d.Passages = plain.Markdown(found, tree), plain.Passages(found, tree)
	if left != nil {
		d.Twin = append(d.Twin, left.Markdown()...)
	}
	if status.State == content.Fresh && p.Record != nil {
		var err error
		if d.Script, err = script.Write(p, tree, words); err != nil { // a file has changed since the page was read
			return nil, &content.Error{Pos: p.Lab.Pos, Msg: err.Error()}
		}
	}
	return d, src.problems.Sorted()
}

// placeholders returns the names that are marked on a page, and a function
// that replaces them by the values that labs are verified with. Those of a lab
// include the site's. Reference pages mark none.
func placeholders(p *content.Page, settings Settings) (names *placeholder.Names, bind func(string) string) {
	values := settings.Placeholders
	if p.Lab != nil {
		values = p.Lab.Placeholders
	}
	marked := values
	if p.Front.Reference {
		marked = nil
	}
	return placeholder.New(marked, settings.Patterns), values.Binder()
}

// beforeFootnotes inserts a text at the end of a page, before its footnotes.
func beforeFootnotes(body, text string) string {
	at := strings.LastIndex(body, `<div class="footnotes"`)
	if at < 0 {
		at = len(body)
	}
	return body[:at] + text + body[at:]
}
