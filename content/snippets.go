package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// lineIndex turns offsets of a source into lines and columns.
type lineIndex []int // offset of each line's first byte

func newLineIndex(source []byte) lineIndex {
	index := lineIndex{0}
	for i, b := range source {
		if b == '\n' {
			index = append(index, i+1)
		}
	}
	return index
}

// at returns the line and the column, both from 1, of an offset.
func (x lineIndex) at(offset int) (line, col int) {
	line = sort.SearchInts(x, offset+1)
	return line, offset - x[line-1] + 1
}

// findSnippets collects every fenced block of a page, in order.
func (p *Page) findSnippets(fsys fs.FS) (errs Errors) {
	index := newLineIndex(p.Source)
	for n := range walk(p.Doc) {
		block, ok := n.(*ast.FencedCodeBlock)
		if !ok {
			continue
		}
		s, found := p.snippet(block, index)
		errs = append(errs, found...)
		if s.Options.Include != "" {
			errs = append(errs, p.include(s, fsys)...)
		}
		if s.Role == Report && s.Options.Skip == "" {
			errs = append(errs, s.rows()...)
		}
		p.Snippets = append(p.Snippets, s)
	}
	errs = append(errs, p.measures()...)
	if p.Lab != nil {
		errs = append(errs, p.findCommands()...)
	}
	return errs
}

// snippet reads one fenced block.
func (p *Page) snippet(block *ast.FencedCodeBlock, index lineIndex) (*Snippet, Errors) {
	var errs Errors
	start := block.Pos()
	line, col := index.at(start)
	s := &Snippet{Pos: Pos{p.pos, line, col}, Line: line + 1, Node: block}

	info, infoAt := "", s.Pos
	if block.Info != nil {
		info = string(block.Info.Segment.Value(p.Source))
		_, infoAt.Col = index.at(block.Info.Segment.Start)
	}
	s.Lang, s.Role, s.Options, errs = parseInfo(info, infoAt)

	var code bytes.Buffer
	for i := range block.Lines().Len() {
		seg := block.Lines().At(i)
		code.Write(seg.Value(p.Source))
		_, col := index.at(seg.Start)
		s.Cols = append(s.Cols, col)
	}
	s.Code = code.String()
	if !p.closed(start, line+len(s.Cols), index) {
		errs = append(errs, &Error{Pos: s.Pos, Msg: "the fence is never closed", Hint: "close it with a line that has the same fence characters, at least as many"})
	}
	return s, errs
}

// closed tells whether the line behind a fenced block closes the fence that
// opens at start. CommonMark closes an open fence at the end of its container
// without a word; then the rest of a page can vanish into a snippet.
func (p *Page) closed(start, lastLine int, index lineIndex) bool {
	fence := p.Source[start:]
	n := 0
	for n < len(fence) && fence[n] == fence[0] {
		n++
	}
	if lastLine >= len(index) {
		return false
	}
	line := p.Source[index[lastLine]:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, " \t")
	have := len(line) - len(bytes.TrimRight(line, string(fence[:1])))
	return have >= n && len(bytes.Trim(line[:len(line)-have], " \t>")) == 0
}

// findCommands fills in what runs on a lab and what is expected of it.
func (p *Page) findCommands() (errs Errors) {
	var last *Command      // whose output an output fence promises
	var skipped bool       // the last snippet with commands does not run
	kept := map[int]bool{} // terminals that a command keeps
	for _, s := range p.Snippets {
		var found Errors
		term := s.Options.Term
		switch {
		case s.Role == Output:
			if s.Options.Skip != "" || skipped {
				continue
			}
			errs = append(errs, attach(s, last)...)
			continue
		case s.Role == Shell && s.Options.Skip == "":
			if kept[term] {
				s.Commands = linesOf(s)
			} else {
				s.Commands, found = commandsOf(s)
			}
			kept[term] = keeps(s, kept[term])
		case s.Role == Console && s.Options.Skip == "":
			s.Commands, found = sessionOf(s, kept[term])
			kept[term] = keeps(s, kept[term])
		case s.Role == File && s.Options.Run != "" && s.Options.Skip == "":
			s.Commands = []*Command{{Text: s.Options.Run, Offset: -1, End: len(s.Code), Pos: s.Options.At("run")}}
		}
		errs = append(errs, found...)
		switch {
		case len(s.Commands) > 0:
			last, skipped = s.Commands[len(s.Commands)-1], false
		case s.Options.Skip != "" && (s.Role == Shell || s.Role == Console || s.Options.Run != ""):
			last, skipped = nil, true
		}
	}
	return errs
}

// attach makes an output fence the expectation of the command before it.
func attach(s *Snippet, c *Command) Errors {
	switch {
	case c == nil:
		return Errors{{Pos: s.Pos, Msg: "expected output without a command before it"}}
	case c.Expect != nil:
		return Errors{{Pos: s.Pos, Msg: fmt.Sprintf("the command before it has its expected output already, at line %d", c.Expect.Pos.Line)}}
	}
	c.Expect = &Expect{Pos: s.Pos}
	for line := range strings.Lines(s.Code) {
		if len(c.Expect.Lines) == 0 {
			c.Expect.Pos = s.At(0)
		}
		c.Expect.Lines = append(c.Expect.Lines, strings.TrimRight(line, " \t\n"))
	}
	for n := len(c.Expect.Lines); n > 0 && c.Expect.Lines[n-1] == ""; n-- {
		c.Expect.Lines = c.Expect.Lines[:n-1]
	}
	return nil
}

// include replaces a snippet's empty body by a part of a real file: one of
// the content, beside the page, or one that a snippet above it has written.
func (p *Page) include(s *Snippet, fsys fs.FS) Errors {
	at := s.Options.At("include")
	fail := func(format string, args ...any) Errors {
		return Errors{{Pos: at, Msg: fmt.Sprintf(format, args...)}}
	}
	if strings.TrimSpace(s.Code) != "" {
		return fail("a snippet with include= must be empty")
	}
	name, region, _ := strings.Cut(s.Options.Include, "#")
	code, ok := p.written(name)
	if !ok {
		full := path.Join(path.Dir(p.Path), name)
		if !fs.ValidPath(full) {
			return fail("file %q is outside the content", name)
		}
		b, err := p.read(fsys, full)
		if err != nil {
			return fail("no file %q beside the page, and no snippet before it writes it", name)
		}
		code = strings.ReplaceAll(b, "\r\n", "\n")
	}
	lines := slices.Collect(strings.Lines(code))
	if r := s.Options.Lines; r.First > 0 {
		if r.Last > len(lines) {
			return fail("file %q has %d lines, not %d", name, len(lines), r.Last)
		}
		lines = lines[r.First-1 : r.Last]
	}
	if region != "" {
		if lines, ok = cutRegion(lines, region); !ok {
			return fail("file %q has no region %q, expected lines with \"#region %s\" and \"#endregion\"", name, region, region)
		}
	}
	s.Code = dedent(lines)
	s.Line, s.Cols = s.Pos.Line, nil
	if s.Code != "" && !strings.HasSuffix(s.Code, "\n") {
		s.Code += "\n"
	}
	return nil
}

// read reads a file that the page includes, once.
func (p *Page) read(fsys fs.FS, name string) (string, error) {
	if text, ok := p.included[name]; ok {
		return text, nil
	}
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return "", err
	}
	if p.included == nil {
		p.included = make(map[string]string)
	}
	p.included[name] = string(b)
	return string(b), nil
}

// written returns the text of a file that a snippet above has written whole.
func (p *Page) written(name string) (string, bool) {
	for _, s := range slices.Backward(p.Snippets) {
		if s.Role == File && s.Options.File == name && !s.Options.Append {
			return s.Code, true
		}
	}
	return "", false
}

// cutRegion returns the lines between "#region name" and "#endregion", in
// whatever comment they stand.
func cutRegion(lines []string, region string) ([]string, bool) {
	start := -1
	for i, line := range lines {
		f := strings.Fields(line)
		switch {
		case start < 0:
			if n := len(f); n >= 2 && slices.Contains(f, region) && (f[0] == "#region" || f[1] == "#region" || f[1] == "region" || f[0] == "//region") {
				start = i + 1
			}
		case strings.Contains(line, "#endregion") || len(f) > 1 && f[1] == "endregion":
			return lines[start:i], true
		}
	}
	return nil, false
}

// dedent joins lines without the indentation that all of them have.
func dedent(lines []string) string {
	common := -1
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if n := len(line) - len(strings.TrimLeft(line, " \t")); common < 0 || n < common {
			common = n
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line[min(max(common, 0), len(strings.TrimRight(line, "\n"))):])
	}
	return b.String()
}
