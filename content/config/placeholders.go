package config

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Placeholders maps names that stand for readers' own values to the values
// that labs run with. In a text, a name counts only as a whole word, with no
// letter, digit or "_" beside it. In <your-name>, the brackets delimit it.
type Placeholders map[string]string

// Finder returns a function that finds the names in a text: the start and the
// end of each, in order.
func (p Placeholders) Finder() func(text string) [][]int {
	if len(p) == 0 {
		return func(string) [][]int { return nil }
	}
	names := slices.SortedFunc(maps.Keys(p), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) // YOUR_NAME is not found in YOUR_NAME_AND_TAG
	})
	for i, name := range names {
		names[i] = regexp.QuoteMeta(name)
	}
	re := regexp.MustCompile(strings.Join(names, "|"))
	return func(text string) [][]int {
		found := re.FindAllStringIndex(text, -1)
		return slices.DeleteFunc(found, func(at []int) bool { return text[at[0]] != '<' && !isWord(text, at[0], at[1]) })
	}
}

// isWord reports whether a part of a text has no letter, digit or "_" beside it.
func isWord(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !inWord(before) && !inWord(after)
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// Binder returns a function that puts the values in place of the names.
func (p Placeholders) Binder() func(text string) string {
	find := p.Finder()
	return func(text string) string {
		var b strings.Builder
		end := 0
		for _, at := range find(text) {
			b.WriteString(text[end:at[0]] + p[text[at[0]:at[1]]])
			end = at[1]
		}
		return b.String() + text[end:]
	}
}

// Mask replaces the characters of names like <your-name> that are special to a
// shell, so that code with such names can be parsed. The length of the code
// does not change, and Unmask undoes it.
func (p Placeholders) Mask(code string) string {
	if strings.ContainsAny(code, masked) {
		return code
	}
	b := []byte(code)
	for _, at := range p.Finder()(code) {
		for i := at[0]; i < at[1]; i++ {
			if k := strings.IndexByte(unmasked, b[i]); k >= 0 {
				b[i] = masked[k]
			}
		}
	}
	return string(b)
}

// Characters of names, and control characters, which no page has.
const unmasked, masked = "< >", "\x01\x02\x03"

// Unmask undoes Mask, in code or in a part of it.
var Unmask = strings.NewReplacer("\x01", "<", "\x02", " ", "\x03", ">").Replace
