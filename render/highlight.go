package render

import (
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"handbook/render/tokens"
)

// highlight returns the HTML of each line of code, without the newlines.
// Every line stands for itself: spans are closed at its end. A language that
// nobody knows is plain text. It depends on its arguments only.
//
// All of a site's syntax highlighting goes through here, because it is where
// the time goes: a cache by digest or faster lexers need no other place.
func highlight(lang, code string) []string {
	code = strings.TrimSuffix(code, "\n")
	lexer := lexerOf(lang)
	if lexer == nil {
		return plainLines(code)
	}
	l := idleWriters.Get().(*lineWriter)
	defer l.rest()
	var err error
	if l.tokens, err = tokens.Append(l.tokens, lexer, code+"\n"); err != nil {
		return plainLines(code)
	}
	for _, t := range l.tokens {
		l.write(tokenClass(t.Type), t.Value)
	}
	lines := l.end()
	if want := strings.Count(code, "\n") + 1; len(lines) != want {
		return plainLines(code) // a lexer that adds or loses text is not to be trusted with it
	}
	return lines
}

func plainLines(code string) []string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = escapeText(line)
	}
	return lines
}

// languages are names that authors use and Chroma calls otherwise.
var languages = map[string]string{
	"shell": "bash", "sh": "bash", "zsh": "bash", "dockerfile": "docker", "containerfile": "docker", "compose": "yaml",
	"dockerignore": "bash", "gitignore": "bash", "env": "bash", "jsonc": "json", "text": "", "txt": "", "plain": "", "output": "",
}

// Chroma finds lexers by trying the patterns of all of them: longer than it
// takes to highlight a short file. Names and files are few.
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

func found(known *sync.Map, name string, find func(string) chroma.Lexer) chroma.Lexer {
	if lexer, ok := known.Load(name); ok {
		lexer, _ := lexer.(chroma.Lexer)
		return lexer
	}
	lexer := find(name)
	known.Store(name, lexer)
	return lexer
}

// languageOfFile is the language that a file's name tells.
func languageOfFile(name string) string {
	lexer := found(&lexersMatched, path.Base(name), lexers.Match)
	if lexer == nil {
		return ""
	}
	return lexer.Config().Name
}

// heredocRE finds a here-document that becomes a file, on a command's line.
var heredocRE = regexp.MustCompile(`(?:>>?\s*([^\s<>|&;]+)\s+<<-?\s*(['"]?)(\w+)['"]?|<<-?\s*(['"]?)(\w+)['"]?\s+>>?\s*([^\s<>|&;]+))\s*$`)

// commandLines is the HTML of each line of a command. A file written by a
// here-document is shown in its own language.
func commandLines(shell, text string) []string {
	lines := highlight(shell, text)
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
		if lang := languageOfFile(m[1] + m[6]); lang != "" && end < len(source) && end > i+1 {
			copy(lines[i+1:end], highlight(lang, strings.Join(source[i+1:end], "\n")))
		}
		i = end
	}
	return lines
}

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escapeText escapes what stands between tags, where quotes need no escape:
// code is full of them.
func escapeText(s string) string { return textEscaper.Replace(s) }

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
	class  string // of the open span
}

var idleWriters = sync.Pool{New: func() any { return new(lineWriter) }}

// rest makes the writer ready for somebody else.
func (l *lineWriter) rest() {
	clear(l.tokens) // they hold the whole code
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

// open starts a span unless one of the same class is open. Blanks look the
// same in any class, so they need no change of span.
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

// finish closes the line.
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

// tokenClass is the CSS class of a token. Readers tell a dozen kinds of
// tokens apart, not Chroma's eighty, and pages are half as long for it.
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
