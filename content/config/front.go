package config

import (
	"bytes"
	"regexp"
	"strings"

	"handbook/content/mistake"
	"handbook/content/settings"
)

// FrontMatter is the YAML block at the head of a page.
type FrontMatter struct {
	Title       string
	Description string
	Weight      int
	Draft       bool
	Aliases     []string
	Tags        []string
	Contents    *int // as Look.Contents; nil: as the site has it
	Reference   bool // for looking things up, not for working through
	IsLab       bool // has a lab key, even an empty one
	Lines       int  // how many lines of the source the block takes, fences included
}

// splitFront finds the YAML block at the head of a page. It returns the text
// between the fences, and how many lines and bytes the block takes with them.
// closed is false if the second fence is missing.
func splitFront(source []byte) (block []byte, lines, size int, closed bool) {
	first, _, _ := bytes.Cut(source, []byte("\n"))
	if string(bytes.TrimRight(first, " \t")) != "---" {
		return nil, 0, 0, true
	}
	start := min(len(first)+1, len(source))
	size, lines = start, 1
	for line := range bytes.Lines(source[start:]) {
		lines++
		if t := string(bytes.TrimRight(line, " \t\n")); t == "---" || t == "..." {
			return source[start:size], lines, size + len(line), true
		}
		size += len(line)
	}
	return nil, lines, len(source), false
}

// yamlKey finds the beginning of a mapping.
var yamlKey = regexp.MustCompile(`^\s*(?:#.*\n\s*)*[A-Za-z_][\w-]*:(?:\s|$)`)

// notFront returns an error if the page has front matter that would not be
// read, because it is TOML or not at the very beginning. Otherwise it returns
// nil.
func notFront(source []byte, file string) *mistake.Error {
	body := bytes.TrimLeft(source, " \t\n")
	line := 1 + bytes.Count(source[:len(source)-len(body)], []byte("\n"))
	first, _, _ := bytes.Cut(body, []byte("\n"))
	switch string(bytes.TrimRight(first, " \t")) {
	case "+++":
		return &mistake.Error{Pos: mistake.Pos{File: file, Line: line, Col: 1}, Msg: `front matter in TOML is not read, expected YAML between two lines "---", at the beginning of the file`}
	case "---":
		if block, _, _, closed := splitFront(body); closed && yamlKey.Match(block) && len(body) < len(source) {
			return &mistake.Error{Pos: mistake.Pos{File: file, Line: line, Col: 1}, Msg: `front matter is read only at the beginning of the file, expected this "---" there, with nothing before it`}
		}
	}
	return nil
}

// FrontSize returns how many bytes of a page its front matter takes, fences
// included.
func FrontSize(source []byte) int {
	_, _, size, _ := splitFront(source)
	return size
}

// ReadFront reads the front matter of a page, which messages call file. The
// lab is nil if the page is not a lab; c has the defaults.
func ReadFront(source []byte, file string, c *Config) (f FrontMatter, lab *Lab, errs mistake.Errors) {
	if e := notFront(source, file); e != nil {
		return f, nil, mistake.Errors{e}
	}
	block, lines, _, closed := splitFront(source)
	if !closed {
		return f, nil, mistake.Errors{{Pos: mistake.Pos{File: file, Line: 1, Col: 1}, Msg: `the front matter is never closed, expected a line "---"`}}
	}
	f.Lines = lines
	y := &reader{file: file, skip: 1}
	y.known = c.EngineNames()
	y.Foreign = foreignFront
	y.Read(block, y.front(&f, &lab, c))
	return f, lab, y.errors()
}

// foreignFront are the names of front matter keys in other generators: see
// foreignSettings.
var foreignFront = map[string]string{
	"sidebar_position": "weight", "order": "weight", "nav_order": "weight", "position": "weight", "sidebar": "weight",
	"sidebar_label": "title", "linktitle": "title", "pagetitle": "title", "summary": "description", "subtitle": "description",
	"slug": "aliases", "url": "aliases", "permalink": "aliases", "redirect_from": "aliases",
	"categories": "tags", "keywords": "tags",
	"toc": "contents", "toc-depth": "contents", "toc_max_heading_level": "contents", "tableofcontents": "contents",
}

// FrontShape describes what the front matter of a page can contain.
func FrontShape() *settings.Shape {
	return settings.ShapeOf(new(reader).front(new(FrontMatter), new(*Lab), Default()))
}

// front returns the keys of front matter.
func (y *reader) front(f *FrontMatter, lab **Lab, c *Config) settings.Keys {
	return settings.Keys{
		"title":       y.Words(&f.Title),
		"description": y.Words(&f.Description),
		"weight":      y.Whole(&f.Weight),
		"draft":       y.Bool(&f.Draft),
		"aliases":     y.Texts(&f.Aliases),
		"tags":        y.tags(&f.Tags),
		"reference":   y.Bool(&f.Reference),
		"contents":    func(n settings.Node) { f.Contents = new(int); y.contents(f.Contents)(n) },
		"lab":         func(n settings.Node) { f.IsLab = true; *lab = y.lab(n, c) },
	}
}

// tags reads tags. A text with several tags is reported as a list without its
// brackets.
func (y *reader) tags(to *[]string) func(settings.Node) {
	return func(n settings.Node) {
		y.OneOrMore(func(item settings.Node) {
			var tag string
			if y.Words(&tag)(item); tag != "" || settings.IsList(n) {
				*to = append(*to, tag)
			}
		})(n)
		if len(*to) == 1 && !settings.IsList(n) && strings.Contains((*to)[0], ",") {
			y.Fail(n, "one tag with a comma in it, expected a list: [%s]", (*to)[0])
		}
	}
}
