package info

import (
	"cmp"
	"fmt"
	"strings"
)

// A Word is a word of an info string.
type Word struct {
	Key     string // "" for a bare range {1,3}
	Value   string
	Valued  bool   // has a value
	Braces  bool   // the value stood in braces
	At      int    // offset of the word in the info string
	ValueAt int    // offset of the value
	Problem string // what is wrong with the word, "" if nothing is
}

// Limits on info strings. A hostile page may have millions of options, each
// with a mistake to report.
const (
	maxLength   = 10_000 // bytes
	maxProblems = 10
)

// Split cuts an info string into its language and its words. Everything after
// the first maxLength bytes is ignored.
//
//	info  = [ lang ] { blank word }
//	word  = range | key [ "=" ( range | quoted | bare ) ]
//	range = "{" … "}"
func Split(info string) (lang string, words []Word) {
	info = info[:min(len(info), maxLength)]
	i := 0
	if end := strings.IndexAny(info, " \t{"); end < 0 {
		i = len(info)
	} else {
		i = end
	}
	if strings.ContainsRune(info[:i], '=') {
		i = 0 // options without a language
	}
	lang = strings.ToLower(info[:i])
	for {
		for i < len(info) && (info[i] == ' ' || info[i] == '\t') {
			i++
		}
		if i == len(info) {
			return lang, words
		}
		w := Word{At: i, ValueAt: i}
		if info[i] != '{' {
			start := i
			for i < len(info) && !strings.ContainsRune(" \t={", rune(info[i])) {
				i++
			}
			w.Key = info[start:i]
			if i < len(info) && info[i] == '=' {
				i++
				w.Valued = true
				if w.Key == "" {
					w.Problem = `missing the name of an option before "="`
				}
			}
		}
		w.ValueAt = i
		switch {
		case i < len(info) && info[i] == '{' && (w.Key == "" || w.Valued):
			end := strings.IndexByte(info[i:], '}')
			if end < 0 {
				w.Problem = cmp.Or(w.Problem, `missing "}"`)
				end = len(info) - i - 1
			}
			w.Value = strings.Trim(info[i:i+end+1], "{}")
			w.Braces, w.Valued = true, true
			i += end + 1
		case w.Valued && i < len(info) && info[i] == '"':
			value, n, problem := unquote(info[i:])
			w.Value, w.Problem = value, cmp.Or(w.Problem, problem)
			i += n
		case w.Valued:
			start := i
			for i < len(info) && info[i] != ' ' && info[i] != '\t' {
				i++
			}
			w.Value = info[start:i]
		}
		if w.Problem == "" && i < len(info) && info[i] != ' ' && info[i] != '\t' {
			w.Problem = fmt.Sprintf("unexpected %q, expected a space", info[i:i+1])
			for i < len(info) && info[i] != ' ' && info[i] != '\t' {
				i++
			}
		}
		words = append(words, w)
	}
}

// unquote reads the quoted value at the start of s. It returns the value, how
// many bytes of s it takes, and what is wrong with it. It knows the escapes of
// C strings that authors need: \n \t \r \" \\ \e.
func unquote(s string) (value string, n int, problem string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1, problem
		case '\\':
			i++
			if i == len(s) {
				continue
			}
			if at := strings.IndexByte(`ntre"\`, s[i]); at >= 0 {
				b.WriteByte("\n\t\r\x1b\"\\"[at])
			} else if problem == "" {
				problem = fmt.Sprintf(`unknown escape %q, expected one of \n \t \r \e \" \\`, s[i-1:i+1])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), len(s), `missing closing quote "`
}
