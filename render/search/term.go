package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxTerm is the length of the longest term, in bytes. Nobody types digests.
const maxTerm = 48

// Terms yields the terms of a text, in order.
//
// A text is a sequence of chunks: letters, numbers and marks, joined by
// characters that occur within the words of commands, such as - . / : and _. A
// chunk is a term, and if it is joined so are its parts: "--no-cache" yields
// "--no-cache", "no" and "cache". An option of one letter has no parts: "-d"
// is not "d". Chinese and Japanese, which have no spaces, yield each two
// neighbouring characters.
func Terms(text string, yield func(term string)) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isWord(r) && !isJoint(r) {
			i += size
			continue
		}
		start, joined := i, false
		for ; i < len(text); i += size {
			r, size = utf8.DecodeRuneInString(text[i:])
			if !isWord(r) {
				if !isJoint(r) {
					break
				}
				joined = true
			}
		}
		if joined {
			joint(text[start:i], yield)
		} else {
			part(text[start:i], yield)
		}
	}
}

// isWord reports whether a character can be part of a word.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return kinds[r] == word
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// isJoint reports whether a character joins words into one chunk.
func isJoint(r rune) bool {
	return r < utf8.RuneSelf && kinds[r] == joining
}

// kinds is a table of the kinds of ASCII characters, since it is consulted for
// each character of a site.
var kinds = func() (kinds [utf8.RuneSelf]kind) {
	for c := range kinds {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			kinds[c] = word
		case strings.IndexByte("-._/:@$~%+#*\\^", byte(c)) >= 0:
			kinds[c] = joining
		}
	}
	return kinds
}()

// A kind is a kind of characters: one of the following, or 0 for others.
type kind byte

const (
	word    kind = 1
	joining kind = 2
)

// joint yields the terms of a chunk with characters that join.
func joint(chunk string, yield func(string)) {
	chunk = strings.TrimRight(strings.TrimLeft(chunk, ":+#*%\\^_"), "-._/:@$~%*\\^")
	if strings.IndexFunc(chunk, isWord) < 0 {
		return
	}
	if strings.IndexFunc(chunk, isJoint) < 0 {
		part(chunk, yield)
		return
	}
	if len(chunk) <= maxTerm {
		yield(Fold(chunk))
	}
	if len(chunk) == 2 && chunk[0] == '-' {
		return
	}
	for i := 0; i < len(chunk); {
		if isJoint(rune(chunk[i])) {
			i++
			continue
		}
		start := i
		for i < len(chunk) && !isJoint(rune(chunk[i])) || decimalPoint(chunk, i) {
			i++
		}
		if start > 0 || i < len(chunk) { // else it was yielded
			part(chunk[start:i], yield)
		}
	}
}

// decimalPoint reports whether a point is between two digits.
func decimalPoint(chunk string, i int) bool {
	return i > 0 && i+1 < len(chunk) && chunk[i] == '.' && isDigit(chunk[i-1]) && isDigit(chunk[i+1])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// part yields the terms of a chunk without characters that join.
func part(text string, yield func(string)) {
	if ascii(text) {
		if len(text) <= maxTerm {
			yield(strings.ToLower(text))
		}
		return
	}
	text = Fold(text)
	if ascii(text) { // without its marks
		if len(text) <= maxTerm {
			yield(text)
		}
		return
	}
	start, runes := 0, []rune(nil) // of the run of Chinese or Japanese
	flush := func() {
		for i := range runes {
			if i+1 < len(runes) {
				yield(string(runes[i : i+2]))
			} else if i == 0 {
				yield(string(runes))
			}
		}
		runes = runes[:0]
	}
	for i, r := range text {
		if unspaced(r) {
			if start < i && len(runes) == 0 && i-start <= maxTerm {
				yield(text[start:i])
			}
			runes = append(runes, r)
			start = i + utf8.RuneLen(r)
		} else {
			flush()
		}
	}
	flush()
	if start < len(text) && len(text)-start <= maxTerm {
		yield(text[start:])
	}
}

// unspaced reports whether a character belongs to a script without spaces.
func unspaced(r rune) bool {
	return r > 0x2e7f && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー')
}

// Fold returns a text in lower case and without marks that readers omit:
// accents, and in Arabic the vowels and the marks on an alef.
func Fold(text string) string {
	if ascii(text) {
		return strings.ToLower(text)
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case 0x300 <= r && r <= 0x36f, 0x64b <= r && r <= 0x65f, r == 0x670, r == 0x640:
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	return norm.NFKC.String(strings.ToLower(text))
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
