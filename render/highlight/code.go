// Package highlight turns code (code.go) and the output of terminals
// (terminal.go) into lines of HTML with CSS classes for their colours.
package highlight

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"handbook/render/tokens"
)

// A Painter highlights the code of one page. Code that takes too much time or
// memory is plain text.
type Painter struct {
	TooMuch bool // some code took too much

	budget *tokens.Budget
}

func NewPainter() *Painter { return &Painter{budget: tokens.NewBudget()} }

// Code returns the HTML of each line of code, without the newlines. No span
// goes over the end of a line. Code in an unknown language is plain text.
func (p *Painter) Code(lang, code string) []string {
	code = strings.TrimSuffix(code, "\n")
	lexer := lexerOf(lang)
	if lexer == nil {
		return plainLines(code)
	}
	l := idleWriters.Get().(*lineWriter)
	defer l.rest()
	var err error
	if l.tokens, err = p.budget.Append(l.tokens, lexer, code+"\n"); err != nil {
		p.TooMuch = p.TooMuch || err == tokens.ErrTooMuch
		return plainLines(code)
	}
	for _, t := range l.tokens {
		l.write(tokenClass(t.Type), t.Value)
	}
	lines := l.end()
	if want := strings.Count(code, "\n") + 1; len(lines) != want {
		return plainLines(code) // a lexer that adds or loses text can't be trusted
	}
	return lines
}

func plainLines(code string) []string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = Escape(line)
	}
	return lines
}

// languages maps names that authors use to those of Chroma; "" is plain text.
var languages = map[string]string{
	"shell": "bash", "sh": "bash", "zsh": "bash", "dockerfile": "docker", "containerfile": "docker", "compose": "yaml",
	"dockerignore": "bash", "gitignore": "bash", "env": "bash", "jsonc": "json", "text": "", "txt": "", "plain": "", "output": "",
}

// The lexers that were looked up. Chroma tries the patterns of all lexers, which
// takes longer than highlighting a short file.
var lexersFound, lexersMatched sync.Map // string → chroma.Lexer, nil if there is none

func lexerOf(lang string) chroma.Lexer {
	if name, ok := languages[lang]; ok {
		lang = name
	}
	if lang == "" {
		return nil
	}
	return found(&lexersFound, lang, lexers.Get)
}

// Knows reports whether code in a language has colours, or is plain text by that
// name.
func Knows(lang string) bool {
	name, ok := languages[lang]
	return ok && name == "" || lexerOf(lang) != nil
}

// Languages lists the names of all languages.
func Languages() []string {
	return append(slices.Collect(maps.Keys(languages)), lexers.Aliases(true)...)
}

func found(known *sync.Map, name string, find func(string) chroma.Lexer) chroma.Lexer {
	if lexer, ok := known.Load(name); ok {
		lexer, _ := lexer.(chroma.Lexer)
		return lexer
	}
	lexer := find(name)
	known.Store(name, lexer)
	return lexer
}

// Language returns the language of a file by its name.
func Language(name string) string {
	lexer := found(&lexersMatched, path.Base(name), lexers.Match)
	if lexer == nil {
		return ""
	}
	return lexer.Config().Name
}

// heredocRE finds a here-document that is written into a file.
var heredocRE = regexp.MustCompile(`(?:>>?\s*([^\s<>|&;]+)\s+<<-?\s*(['"]?)(\w+)['"]?|<<-?\s*(['"]?)(\w+)['"]?\s+>>?\s*([^\s<>|&;]+))\s*$`)

// Command returns the HTML of each line of a command. A file that is
// written by a here-document is highlighted in its own language.
func (p *Painter) Command(shell, text string) []string {
	lines := p.Code(shell, text)
	source := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(source); i++ {
		m := heredocRE.FindStringSubmatch(source[i])
		if m == nil {
			continue
		}
		end := i + 1
		for end < len(source) && strings.TrimLeft(source[end], "\t") != m[3]+m[5] {
			end++
		}
		if lang := Language(m[1] + m[6]); lang != "" && end < len(source) && end > i+1 {
			copy(lines[i+1:end], p.Code(lang, strings.Join(source[i+1:end], "\n")))
		}
		i = end
	}
	return lines
}

// Escape escapes text between tags. Quotes, of which code is full, need no
// escape there.
func Escape(s string) string { return string(appendEscaped(nil, s)) }

func appendEscaped(to []byte, s string) []byte {
	start := 0
	for i := range len(s) {
		var escaped string
		switch s[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		default:
			continue
		}
		to = append(append(to, s[start:i]...), escaped...)
		start = i + 1
	}
	return append(to, s[start:]...)
}

// A lineWriter writes tokens as HTML, line by line.
type lineWriter struct {
	tokens []chroma.Token
	b      []byte
	ends   []int  // of the lines in b
	class  string // of the open span, "" if none is open
}

var idleWriters = sync.Pool{New: func() any { return new(lineWriter) }}

// rest resets the writer for another text.
func (l *lineWriter) rest() {
	clear(l.tokens) // they refer to the whole code
	l.tokens, l.b, l.ends, l.class = l.tokens[:0], l.b[:0], l.ends[:0], ""
	idleWriters.Put(l)
}

func (l *lineWriter) write(class, text string) {
	for {
		line, rest, more := strings.Cut(text, "\n")
		if line != "" {
			l.open(class, line)
			l.b = appendEscaped(l.b, line)
		}
		if !more {
			return
		}
		l.finish()
		text = rest
	}
}

// open starts a span unless one of the same class is open. Blanks look the same
// in any class and need no span of their own.
func (l *lineWriter) open(class, text string) {
	if class == l.class || strings.Trim(text, " \t") == "" {
		return
	}
	l.shut()
	if class != "" {
		l.b = append(append(append(l.b, `<span class="`...), class...), `">`...)
	}
	l.class = class
}

func (l *lineWriter) shut() {
	if l.class != "" {
		l.b = append(l.b, "</span>"...)
		l.class = ""
	}
}

// finish ends a line.
func (l *lineWriter) finish() {
	l.shut()
	l.ends = append(l.ends, len(l.b))
}

func (l *lineWriter) end() []string {
	start := 0
	if n := len(l.ends); n > 0 {
		start = l.ends[n-1]
	}
	if len(l.b) > start {
		l.finish()
	}
	html := string(l.b)
	lines := make([]string, len(l.ends))
	start = 0
	for i, end := range l.ends {
		lines[i] = html[start:end]
		start = end
	}
	return lines
}

// tokenClass returns the CSS class of a token. A dozen classes for Chroma's
// eighty kinds of tokens are enough for readers, and make pages half as long.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t == chroma.KeywordType, t == chroma.NameClass, t == chroma.NameException:
		return "t"
	case t == chroma.KeywordConstant, t == chroma.NameConstant, t.InSubCategory(chroma.LiteralNumber):
		return "n"
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord, t == chroma.NameTag:
		return "k"
	case t == chroma.LiteralStringEscape, t == chroma.LiteralStringInterpol, t == chroma.NameEntity:
		return "e"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InCategory(chroma.Comment):
		if t == chroma.CommentPreproc || t == chroma.CommentPreprocFile {
			return "k"
		}
		return "c"
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic, t == chroma.NameDecorator:
		return "f"
	case t.InSubCategory(chroma.NameBuiltin):
		return "b"
	case t.InSubCategory(chroma.NameVariable), t == chroma.NameAttribute, t == chroma.NameProperty, t == chroma.NameLabel:
		return "v"
	case t == chroma.GenericInserted:
		return "i"
	case t == chroma.GenericDeleted:
		return "d"
	case t == chroma.GenericHeading, t == chroma.GenericSubheading:
		return "h"
	}
	return ""
}
