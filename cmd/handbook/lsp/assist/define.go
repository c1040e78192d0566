package assist

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/markdown"
	"handbook/content/mistake"
	"handbook/content/record"
)

// A Target is a line of a file of the content.
type Target struct {
	Name string // path relative to the content root
	Line int    // from 0
}

// Definition returns what the text at a place refers to: the page or heading of a
// link, the snippet that writes a file, the record of a lab.
func (p *Place) Definition() (to Target, ok bool) {
	if p.Page == nil {
		return Target{}, false
	}
	line, _ := p.text()
	if _, ok := p.inYAML(); ok {
		return p.defineKey(line)
	}
	if text, start, ok := p.opening(); ok {
		return p.defineOption(text, start)
	}
	dest, _, ok := p.linkAt(line)
	if _, inside := p.snippet(); !ok || inside {
		return Target{}, false
	}
	page, anchor, file := p.Targets.Find(p.Page, dest)
	switch {
	case file != "":
		return Target{Name: file}, true
	case page != nil:
		return Target{page.Path, headingLine(page, anchor)}, true
	}
	return Target{}, false
}

// headingLine returns the line of the heading with an id, from 0, or 0.
func headingLine(p *content.Page, id string) int {
	if id == "" {
		return 0
	}
	for n := range markdown.Walk(p.Tree().Doc) {
		if h, ok := n.(*ast.Heading); ok && markdown.HeadingID(h) == id && h.Lines().Len() > 0 {
			return mistake.At("", p.Source, h.Lines().At(0).Start).Line - 1
		}
	}
	return 0
}

// defineKey leads from lab: to the record, and from after: to that lab.
func (p *Place) defineKey(line string) (Target, bool) {
	key, value, _ := strings.Cut(line, ":")
	switch strings.TrimSpace(key) {
	case "lab":
		name := record.Path(p.Page.Path)
		_, err := fs.Stat(p.Site.FS, name)
		return Target{Name: name}, err == nil
	case "after":
		name := path.Join(path.Dir(p.Page.Path), strings.Trim(strings.TrimSpace(value), `"'`))
		return Target{Name: name}, p.Site.Page(name) != nil
	}
	return Target{}, false
}

// defineOption leads from the name of a file to what writes it.
func (p *Place) defineOption(text string, start int) (Target, bool) {
	s, _ := p.snippet()
	name := s.IncludedFile()
	if w, ok := fileWord(text, p.Col-start); !ok {
		return Target{}, false
	} else if w.Key == "file" {
		name = s.Options.File
	}
	if found := p.writes(name, s); found != nil {
		return Target{p.Page.Path, found.Pos.Line - 1}, true
	}
	beside := path.Join(path.Dir(p.Page.Path), name)
	if !fs.ValidPath(beside) {
		return Target{}, false
	}
	info, err := fs.Stat(p.Site.FS, beside)
	return Target{Name: beside}, err == nil && info.Mode().IsRegular()
}

// fileWord returns the option at an offset of an info string if its value is the
// name of a file.
func fileWord(text string, at int) (info.Word, bool) {
	_, words := info.Split(text)
	for i, w := range words {
		end := len(text)
		if i+1 < len(words) {
			end = words[i+1].At
		}
		if at >= w.At && at < end || at == end && i+1 == len(words) {
			return w, w.Key == "file" || w.Key == "include"
		}
	}
	return info.Word{}, false
}

// writes returns the last snippet above another one that writes a file, or else
// the first one on the page.
func (p *Place) writes(name string, above *content.Snippet) (found *content.Snippet) {
	var first *content.Snippet
	before := true
	for _, s := range p.pageTree().Snippets {
		before = before && s != above
		if s.Role != info.File || s.Options.File != name || s == above {
			continue
		}
		if first == nil {
			first = s
		}
		if before {
			found = s
		}
	}
	if found == nil {
		return first
	}
	return found
}

// An Edit replaces a part of a line.
type Edit struct {
	Span
	Text string
}

// Reasons why nothing can be renamed.
var (
	ErrNoFile  = errors.New("only files that snippets write can be renamed: the place is not at a file= or include=")
	ErrBadName = errors.New("that is not the name of a file in the lab's directory")
	ErrTaken   = errors.New("another snippet of the page writes a file of that name")
)

// Renames returns the name of the file at a place, and where it stands.
func (p *Place) Renames() (name string, at Span, err error) {
	if p.Page == nil {
		return "", Span{}, ErrNoFile
	}
	text, start, ok := p.opening()
	if !ok {
		return "", Span{}, ErrNoFile
	}
	w, ok := fileWord(text, p.Col-start)
	if !ok {
		return "", Span{}, ErrNoFile
	}
	name, _, _ = strings.Cut(w.Value, "#")
	if p.writes(name, nil) == nil {
		return "", Span{}, ErrNoFile
	}
	from := start + w.ValueAt
	if strings.HasPrefix(text[w.ValueAt:], `"`) {
		from++
	}
	return name, Span{p.Line, from, from + len(name)}, nil
}

// Rename returns the edits that give another name to the file at a place: in the
// options that name it. Commands and texts that mention it stay: which file they
// mean is not certain.
func (p *Place) Rename(to string) ([]Edit, error) {
	name, _, err := p.Renames()
	if err != nil {
		return nil, err
	}
	if _, _, _, problems := info.Parse("text file=" + to); len(problems) > 0 || strings.ContainsAny(to, " \t\"#{}") {
		return nil, ErrBadName
	}
	if to != name && p.writes(to, nil) != nil {
		return nil, ErrTaken
	}
	var edits []Edit
	for _, s := range p.pageTree().Snippets {
		if s.Options.File != name && s.IncludedFile() != name {
			continue
		}
		line := p.Lines[s.Pos.Line-1]
		start := len(fence.FindString(line))
		_, words := info.Split(line[start:])
		for _, w := range words {
			value, _, _ := strings.Cut(w.Value, "#")
			from := start + w.ValueAt
			if strings.HasPrefix(line[min(from, len(line)):], `"`) {
				from++
			}
			if (w.Key == "file" || w.Key == "include") && value == name && strings.HasPrefix(line[from:], name) {
				edits = append(edits, Edit{Span{s.Pos.Line - 1, from, from + len(name)}, to})
			}
		}
	}
	return edits, nil
}

// A Symbol is a heading or a snippet of a page.
type Symbol struct {
	Name    string
	Detail  string
	Heading int // its level, 0 of a snippet
	Line    int // from 0
	End     int // the last line that belongs to it
	Inner   []*Symbol
}

// Symbols returns what a page is made of: headings, each with what stands under
// it.
func Symbols(p *content.Page) []*Symbol {
	tree := p.Tree()
	var flat []*Symbol
	snippets := tree.Snippets
	line, counted := 0, 0 // of the last heading, and where that begins
	for n := range markdown.Walk(tree.Doc) {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Lines().Len() > 0 {
				start := n.Lines().At(0).Start
				if start < counted { // no heading stands before the last one, but then it is counted anew
					line, counted = 0, 0
				}
				line += bytes.Count(p.Source[counted:start], []byte("\n"))
				counted = start
				flat = append(flat, &Symbol{Name: cmp.Or(markdown.PlainText(n, p.Source), "#"), Heading: n.Level, Line: line, End: line})
			}
		case *ast.FencedCodeBlock:
			s := snippets[0]
			snippets = snippets[1:]
			end := s.Pos.Line - 1
			if s.Options.Include == "" {
				end += strings.Count(s.Code, "\n") + 1
			}
			name := cmp.Or(s.Options.Title, s.Options.Name, s.Options.File)
			if len(s.Commands) > 0 {
				name = cmp.Or(name, s.Commands[0].Text)
			}
			name, _, _ = strings.Cut(cmp.Or(name, s.Lang, "text"), "\n")
			flat = append(flat, &Symbol{Name: name, Detail: s.Role.String(), Line: s.Pos.Line - 1, End: end})
		}
	}
	return nest(flat)
}

// nest puts each symbol into the heading that it stands under.
func nest(flat []*Symbol) (top []*Symbol) {
	var open []*Symbol
	for _, s := range flat {
		for len(open) > 0 && s.Heading > 0 && open[len(open)-1].Heading >= s.Heading {
			open = open[:len(open)-1]
		}
		for _, h := range open {
			h.End = max(h.End, s.End)
		}
		if len(open) == 0 {
			top = append(top, s)
		} else {
			h := open[len(open)-1]
			h.Inner = append(h.Inner, s)
		}
		if s.Heading > 0 {
			open = append(open, s)
		}
	}
	return top
}
