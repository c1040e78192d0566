package assist

import (
	"path"
	"regexp"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/wording"
)

// A Place is a place in a file of a site: in a page, or in the settings.
type Place struct {
	Site    *content.Site
	Fresh   content.Freshness
	Targets Targets
	Page    *content.Page // nil in handbook.yaml
	Lines   []string      // of the file
	Line    int           // from 0
	Col     int           // in bytes, from 0

	tree *content.Tree
}

// Targets are what links of the site can lead to.
type Targets interface {
	// Files returns the paths of files that are published as they are, sorted.
	Files() []string
	// Anchors returns the fragments that links to a page can have, sorted.
	Anchors(p *content.Page) []string
	// Find returns what a link of a page leads to: a page, and the anchor on it,
	// or the path of a file. All are empty if it leads out of the site, or
	// nowhere.
	Find(from *content.Page, dest string) (p *content.Page, anchor, file string)
}

// A Span is a part of a line, in bytes from 0.
type Span struct{ Line, Start, End int }

// text returns the place's line, and the part of it before the place.
func (p *Place) text() (line, before string) {
	if p.Line < 0 || p.Line >= len(p.Lines) {
		return "", ""
	}
	line = p.Lines[p.Line]
	return line, line[:min(max(p.Col, 0), len(line))]
}

func (p *Place) pageTree() *content.Tree {
	if p.tree == nil {
		p.tree = p.Page.Tree()
	}
	return p.tree
}

// inYAML reports whether the place is in handbook.yaml or in front matter, and
// returns the first line of that.
func (p *Place) inYAML() (first int, ok bool) {
	if p.Page == nil {
		return 0, true
	}
	if len(p.Lines) == 0 || strings.TrimRight(p.Lines[0], " \t") != "---" {
		return 0, false
	}
	for i, line := range p.Lines[1:] {
		if t := strings.TrimRight(line, " \t"); t == "---" || t == "..." {
			return 1, p.Line > 0 && p.Line <= i
		}
	}
	return 1, p.Line > 0 // it is being written
}

// fence matches the line that opens a fenced block, up to its info string.
var fence = regexp.MustCompile("^[ \t>]*(?:(?:[-+*]|[0-9]+[.)])[ \t]+)*(?:`{3,}|~{3,})[ \t]*")

// snippet returns the fenced block that the place is in, or at whose opening
// line it is. inside tells which.
func (p *Place) snippet() (s *content.Snippet, inside bool) {
	for _, s := range p.pageTree().Snippets {
		lines := strings.Count(s.Code, "\n")
		if s.Options.Include != "" {
			lines = 0
		}
		switch n := p.Line + 1; {
		case n == s.Pos.Line:
			return s, false
		case n > s.Pos.Line && n <= s.Pos.Line+lines:
			return s, true
		}
	}
	return nil, false
}

// opening returns the info string in which the place is, and where that begins;
// ok is false elsewhere. The line that closes a block is none that opens one.
func (p *Place) opening() (text string, start int, ok bool) {
	line, _ := p.text()
	head := fence.FindString(line)
	if head == "" || p.Col < len(strings.TrimRight(head, " \t")) {
		return "", 0, false
	}
	for _, s := range p.pageTree().Snippets {
		if s.Pos.Line == p.Line+1 {
			return line[len(head):], len(head), true
		}
	}
	return "", 0, false
}

// runsWith says with what value of a placeholder the lab runs.
func (p *Place) runsWith(name string) string {
	if p.Page.Lab != nil {
		if from, ok := p.Page.Lab.From[name]; ok {
			return "runs with what " + wording.CodeSpan(from.Match) + " finds in the output of the snippet " + wording.CodeSpan(from.Snippet)
		}
	}
	return "runs with " + wording.CodeSpan(p.placeholders()[name])
}

// placeholders returns the words that readers replace on the page.
func (p *Place) placeholders() config.Placeholders {
	if p.Page != nil && p.Page.Lab != nil {
		return p.Page.Lab.Placeholders
	}
	return p.Site.Config.Placeholders
}

// relative returns the path of a file as links of the page name it.
func (p *Place) relative(file string) string {
	from := strings.Split(path.Dir(p.Page.Path), "/")
	if from[0] == "." {
		from = nil
	}
	to := strings.Split(file, "/")
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}
