package foreign

import (
	"regexp"
	"strings"
)

// A Page is a Markdown file of the source.
type Page struct {
	Path   string
	Lines  []string // without line ends
	Front  []Key    // the keys of its front matter
	Body   int      // number of lines before the text
	Title  string   // that of the front matter, or the first heading
	Fences []*Fence
	Wrong  []Problem
}

// A Key is a top-level key of front matter.
type Key struct {
	Line  int
	Name  string
	Value string // with the lines of a nested value, joined by newlines
}

// A Problem is a mistake at a line of a file.
type Problem struct {
	Path string
	Line int // 0: the file as a whole
	Msg  string
}

// A Fence is a fenced block.
type Fence struct {
	Path   string
	Line   int      // of the opening fence, from 1
	End    int      // line of the closing fence, or of the last line of its code
	Indent string   // prefix of the fence: white space, "> "
	Mark   string   // "```"
	Info   Info     // the info string
	Code   []string // without the indent
	Closed bool

	Sentence string // the text before it, since the last fence or heading: at most its last paragraphs
	Heading  string // the heading above it
	After    string // the first paragraph after it, up to the next fence
	Beside   bool   // only blank lines separate it from the fence before
	InList   bool
}

// Text is the code as one string.
func (f *Fence) Text() string { return strings.Join(f.Code, "\n") }

var (
	fenceRE   = regexp.MustCompile("^((?:[ \t]*>)*[ \t]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?)(`{3,}|~{3,})[ \t]*(.*)$")
	headingRE = regexp.MustCompile(`^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$`)
	listRE    = regexp.MustCompile(`^[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+`)
	// controlRE matches Katacoda's syntax after a closing fence, which would
	// not close the block in CommonMark.
	controlRE = regexp.MustCompile(`^\{\{\s*(?:execute|copy|open)[^}]*\}\}\s*$`)
)

// Read reads a page, which must be UTF-8.
func Read(path string, source []byte) *Page {
	text := strings.TrimPrefix(string(source), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	p := &Page{Path: path, Lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	p.front()
	p.fences()
	return p
}

func (p *Page) fail(line int, msg string) {
	p.Wrong = append(p.Wrong, Problem{p.Path, line, msg})
}

var keyRE = regexp.MustCompile(`^([A-Za-z_][\w-]*)[ \t]*[:=][ \t]*(.*)$`)

// front reads the front matter: YAML between "---" or TOML between "+++".
// Blank lines may precede it, as some generators allow.
func (p *Page) front() {
	first := 0
	for first < len(p.Lines) && strings.TrimSpace(p.Lines[first]) == "" {
		first++
	}
	if first == len(p.Lines) {
		return
	}
	mark := strings.TrimRight(p.Lines[first], " \t")
	if mark != "---" && mark != "+++" {
		return
	}
	if first+1 < len(p.Lines) && strings.TrimSpace(p.Lines[first+1]) == "" {
		return // a rule, as above the slides of a deck
	}
	var keys []Key
	for i := first + 1; i < len(p.Lines); i++ {
		line := strings.TrimRight(p.Lines[i], " \t")
		if line == mark || mark == "---" && line == "..." {
			if len(keys) > 0 || i == first+1 {
				p.Front, p.Body = keys, i+1
			}
			break
		}
		m := keyRE.FindStringSubmatch(line)
		switch {
		case m != nil:
			keys = append(keys, Key{i + 1, m[1], m[2]})
		case len(keys) == 0 && line != "" && !strings.HasPrefix(line, "#"):
			return // a rule above text
		case len(keys) > 0 && line != "":
			keys[len(keys)-1].Value += "\n" + line
		}
	}
	for _, k := range p.Front {
		if strings.EqualFold(k.Name, "title") {
			p.Title = Unquote(k.Value)
		}
	}
}

// Unquote removes the quotation marks from a value of front matter.
func Unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		s = strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	}
	return s
}

// fences finds the fences of the page and the text around them.
func (p *Page) fences() {
	var before []string                       // the text since the last fence or heading
	heading, list, headed := "", false, false // headed: there is a heading after the last fence
	for i := p.Body; i < len(p.Lines); i++ {
		line := p.Lines[i]
		if m := fenceRE.FindStringSubmatch(line); m != nil && !(m[2][0] == '`' && strings.Contains(m[3], "`")) {
			f := p.fence(i, m)
			f.Sentence, f.Heading, f.InList = lastParagraphs(before), heading, list || listRE.MatchString(line)
			f.Beside = len(p.Fences) > 0 && blank(before)
			if n := len(p.Fences); n > 0 && !headed {
				p.Fences[n-1].After = firstParagraph(before)
			}
			headed = false
			p.Fences = append(p.Fences, f)
			before = nil
			i = f.End - 1
			continue
		}
		if m := headingRE.FindStringSubmatch(line); m != nil {
			heading = m[2]
			if p.Title == "" {
				p.Title = m[2]
			}
			if n := len(p.Fences); n > 0 && !headed {
				p.Fences[n-1].After = firstParagraph(before)
			}
			headed = true
			before, list = []string{""}, false
			before = append(before, m[2]) // a heading such as "app.py" names what follows
			continue
		}
		if listRE.MatchString(line) {
			list = true
		} else if line != "" && line[0] != ' ' && line[0] != '\t' {
			list = false
		}
		before = append(before, line)
	}
	if n := len(p.Fences); n > 0 && !headed {
		p.Fences[n-1].After = firstParagraph(before)
	}
	if p.Title == "" {
		p.Title = p.setext()
	}
}

// setext returns the text of a first line that is underlined.
func (p *Page) setext() string {
	for i := p.Body; i+1 < len(p.Lines) && i < p.Body+5; i++ {
		if t := strings.TrimSpace(p.Lines[i]); t != "" {
			if under := strings.TrimSpace(p.Lines[i+1]); under != "" && strings.Trim(under, "=") == "" {
				return t
			}
			return ""
		}
	}
	return ""
}

// fence reads the block that begins in line i.
func (p *Page) fence(i int, m []string) *Fence {
	f := &Fence{Path: p.Path, Line: i + 1, Indent: m[1], Mark: m[2], Info: ParseInfo(m[3])}
	width := columns(f.Indent)
	quotes := strings.Count(f.Indent, ">")
	for j := i + 1; j < len(p.Lines); j++ {
		line := p.Lines[j]
		bare := strings.TrimLeft(line, "> \t")
		if quotes == 0 {
			bare = strings.TrimLeft(line, " \t")
		}
		if quotes > 0 && strings.Count(line[:len(line)-len(bare)], ">") < quotes {
			f.End = j // a quote ends with its block
			p.fail(f.Line, "the fence is never closed: its quote ends before")
			return f
		}
		if run := len(bare) - len(strings.TrimLeft(bare, f.Mark[:1])); run >= len(f.Mark) {
			rest := strings.TrimSpace(bare[run:])
			switch {
			case rest == "" || controlRE.MatchString(rest):
				f.End, f.Closed = j+1, true
				if strings.HasPrefix(strings.TrimLeft(rest, "{ "), "execute") {
					f.Info.Flags = append(f.Info.Flags, "execute")
				}
				return f
			case run == len(f.Mark) && f.Mark[0] == '`' && len(f.Mark) == 3 && opensRE.MatchString(rest):
				// Another fence of the same length opens in this one, so this
				// one was not closed.
				f.End = j
				for f.End > f.Line && strings.TrimSpace(p.Lines[f.End-1]) == "" {
					f.End--
					f.Code = f.Code[:max(len(f.Code)-1, 0)]
				}
				p.fail(f.Line, "the fence is never closed: another one opens before it ends")
				return f
			}
		}
		f.Code = append(f.Code, cut(line, width, quotes))
	}
	f.End = len(p.Lines)
	p.fail(f.Line, "the fence is never closed")
	p.closeEarly(f)
	return f
}

var opensRE = regexp.MustCompile(`^[.{]?[a-zA-Z][\w.+-]*\}?(?: .*)?$`)

// closeEarly ends an unclosed fence at the first heading after a blank line,
// so that it does not contain the rest of the page.
func (p *Page) closeEarly(f *Fence) {
	for j := f.Line; j+1 < len(p.Lines); j++ {
		if strings.TrimSpace(p.Lines[j]) == "" && regexp.MustCompile(`^#{2,6} \S`).MatchString(p.Lines[j+1]) {
			f.End = j
			f.Code = f.Code[:j-f.Line]
			return
		}
	}
}

// columns is the width of an indent.
func columns(indent string) (n int) {
	for _, r := range indent {
		if r == '\t' {
			n += 4 - n%4
		} else {
			n++
		}
	}
	return n
}

// cut removes block quote markers and at most width columns of white space
// from a line.
func cut(line string, width, quotes int) string {
	for ; quotes > 0; quotes-- {
		line = strings.TrimLeft(line, " \t")
		line = strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
		width = 0
	}
	for col := 0; col < width && line != ""; {
		switch line[0] {
		case ' ':
			col++
		case '\t':
			col += 4 - col%4
		default:
			return line
		}
		line = line[1:]
	}
	return line
}

func blank(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			return false
		}
	}
	return true
}

// lastParagraphs returns the last two paragraphs of a text as one line.
func lastParagraphs(lines []string) string {
	var parts []string
	seen := 0
	for i := len(lines) - 1; i >= 0; i-- {
		t := strings.TrimSpace(lines[i])
		if t == "" {
			if len(parts) > 0 {
				if seen++; seen == 2 {
					break
				}
			}
			continue
		}
		parts = append([]string{t}, parts...)
	}
	return strings.Join(parts, " ")
}

// firstParagraph returns the first paragraph of a text as one line.
func firstParagraph(lines []string) string {
	var parts []string
	for _, l := range lines {
		t := strings.TrimSpace(l)
		if t == "" && len(parts) > 0 {
			break
		}
		if t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " ")
}
