// Package locale is the language of a site's interface: the theme's strings,
// with a form for each plural category of the language, its numbers and its
// dates.
//
// The strings of a language stand in one file of the theme, strings/en.yaml
// for English. The English file is also the definition: it says which keys
// there are, which of them are counted, and which {words} are filled in. New
// checks every other file against it.
package locale

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"handbook/content/wording"
)

// A Locale has the strings of the theme in one language.
type Locale struct {
	Language string // BCP 47, as the site's settings have it
	Dir      string // "ltr" or "rtl"

	tag     language.Tag
	texts   map[string]text
	numbers *message.Printer
	decimal string // between a number's whole part and its fraction
	digest  string
}

// A text is a string of the theme. A counted one has several forms.
type text struct {
	forms map[plural.Form]string
}

// Text returns a string of the theme. The values to fill in are given as pairs
// of a name and a value; the value named n chooses the plural form. It panics
// if there is no such key: those that the program uses are tested, and the
// theme's are checked by Has.
func (l *Locale) Text(key string, pairs ...any) string {
	return l.fill(key, pairs, func(s string) string { return s })
}

// HTML is Text for HTML. It escapes the values, except for those of type
// template.HTML.
func (l *Locale) HTML(key string, pairs ...any) string {
	return l.fill(key, pairs, html.EscapeString)
}

func (l *Locale) fill(key string, pairs []any, escape func(string) string) string {
	t, ok := l.texts[key]
	if !ok {
		panic("locale: no string " + strconv.Quote(key))
	}
	form := plural.Other
	var replace []string
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i].(string), pairs[i+1]
		if n, ok := value.(int); ok && name == "n" {
			form = l.form(n)
		}
		replace = append(replace, "{"+name+"}", l.value(value, escape))
	}
	s, ok := t.forms[form]
	if !ok {
		s = t.forms[plural.Other]
	}
	s = escape(s)
	switch len(replace) {
	case 0:
		return s
	case 2: // a Replacer would be built each time
		return strings.ReplaceAll(s, replace[0], replace[1])
	}
	return strings.NewReplacer(replace...).Replace(s)
}

func (l *Locale) value(v any, escape func(string) string) string {
	switch v := v.(type) {
	case template.HTML:
		return string(v)
	case int:
		return l.Number(v)
	case string:
		return escape(v)
	}
	return escape(fmt.Sprint(v))
}

// Code returns a text as code, for a string that is HTML.
func Code(text string) template.HTML {
	return template.HTML("<code>" + html.EscapeString(text) + "</code>")
}

// Has reports whether there is a string of this key.
func (l *Locale) Has(key string) bool { _, ok := l.texts[key]; return ok }

// form returns the plural form of a number.
func (l *Locale) form(n int) plural.Form { return plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0) }

// Number writes a whole number.
func (l *Locale) Number(n int) string {
	if n >= 0 && n < 1000 {
		return strconv.Itoa(n)
	}
	return l.numbers.Sprint(number.Decimal(n))
}

// Size writes a number of bytes in units of 1000, as Docker prints sizes of
// images. The units are Docker's in every language, and stand behind the number
// also where text runs from right to left.
func (l *Locale) Size(n int64) string {
	size := strings.Replace(wording.DecimalSize(n), ".", l.decimal, 1)
	if l.Dir == "rtl" {
		return "\u2066" + size + "\u2069"
	}
	return size
}

// List joins the items of a list.
func (l *Locale) List(items []string) string { return strings.Join(items, l.Text("comma")) }

// Seconds writes a duration.
func (l *Locale) Seconds(s float64) string {
	words := strings.Fields(wording.Seconds(s))
	for i, word := range words {
		switch word {
		case "s":
			words[i] = l.Text("second-symbol")
		case "min":
			words[i] = l.Text("minute-symbol")
		default:
			words[i] = strings.Replace(word, ".", l.decimal, 1)
		}
	}
	return strings.Join(words, " ")
}

// Date writes a day, in UTC.
func (l *Locale) Date(t time.Time) string {
	t = t.UTC()
	return l.Text("date", "day", strconv.Itoa(t.Day()), "month", l.Text("month-"+strconv.Itoa(int(t.Month()))), "year", t.Format("2006"))
}

// Script returns a string as the theme's scripts read it: a text, or an object
// of the texts by plural category.
func (l *Locale) Script(key string) (any, bool) {
	t, ok := l.texts[key]
	if !ok {
		return nil, false
	}
	if len(t.forms) == 1 {
		return t.forms[plural.Other], true
	}
	forms := make(map[string]string)
	for form, s := range t.forms {
		forms[formNames[form]] = s
	}
	return forms, true
}

// Keys returns the keys of all strings, in no order.
func (l *Locale) Keys() []string { return slices.Collect(maps.Keys(l.texts)) }

// Digest returns a digest of all strings of the locale, for cache keys.
func (l *Locale) Digest() string { return l.digest }

// MarshalText returns Digest, so that a locale can be part of a cache key.
func (l *Locale) MarshalText() ([]byte, error) { return []byte(l.digest), nil }

// SameScript reports whether two languages are written in the same script.
func SameScript(a, b string) bool {
	script := func(code string) string {
		tag, err := language.Parse(code)
		if err != nil {
			return ""
		}
		s, _ := tag.Script()
		return s.String()
	}
	return script(a) == script(b)
}

// newLocale returns a locale without texts.
func newLocale(tag language.Tag, files []File) *Locale {
	// Latin digits, because programs print these too.
	latin, err := tag.SetTypeForKey("nu", "latn")
	if err != nil {
		latin = tag
	}
	l := &Locale{Language: tag.String(), Dir: "ltr", tag: tag, texts: make(map[string]text), numbers: message.NewPrinter(latin)}
	if script, _ := tag.Script(); rightToLeft[script.String()] {
		l.Dir = "rtl"
	}
	l.decimal = strings.Trim(l.numbers.Sprint(number.Decimal(0.5)), "05")
	sum := sha256.New()
	sum.Write([]byte(l.Language))
	for _, f := range files {
		fmt.Fprintf(sum, "\n%d\n%s", len(f.Source), f.Source)
	}
	l.digest = hex.EncodeToString(sum.Sum(nil))
	return l
}

// rightToLeft are the scripts in use that are written from right to left.
var rightToLeft = map[string]bool{"Arab": true, "Hebr": true, "Syrc": true, "Thaa": true, "Nkoo": true, "Adlm": true, "Rohg": true}

// formNames are the names of CLDR's plural categories.
var formNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}
