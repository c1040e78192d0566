package locale

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"handbook/content"
	"handbook/content/settings"
	"handbook/content/wording"
)

// Definition is the name of the file, in the folder of strings, that says which
// strings there are.
const Definition = "en.yaml"

// A File holds strings of a language.
type File struct {
	Name   string // for messages
	Source []byte
}

// New reads the strings of a language from its files: the theme's, if it has
// the language, then the site's own, which may replace some. def is the
// theme's Definition. The error lists all mistakes in the files.
func New(lang string, def File, files ...File) (*Locale, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("%q is not the code of a language", lang)
	}
	want := &reader{file: def.Name, tag: language.English, texts: map[string]text{}}
	want.read(def.Source)
	got := &reader{tag: tag, texts: map[string]text{}, want: want}
	for _, f := range files {
		got.file = f.Name
		got.read(f.Source)
	}
	var missing []string
	for key := range want.texts {
		if _, ok := got.texts[key]; !ok && !got.wrong[key] {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 && !got.broken {
		slices.Sort(missing)
		last := strings.Count(strings.TrimRight(string(files[len(files)-1].Source), "\n"), "\n") + 1
		rest := ""
		if most := 20; len(missing) > most {
			rest = fmt.Sprintf(" and %d more of %s", len(missing)-most, def.Name)
			missing = missing[:most]
		}
		got.fail(last, 1, fmt.Sprintf("the strings end without %s%s", strings.Join(missing, ", "), rest))
	}
	if errs := append(want.errs, got.errs...); len(errs) > 0 {
		return nil, errs.Sorted()
	}
	l := newLocale(tag, files)
	l.texts = got.texts
	return l, nil
}

// A reader reads files of strings and checks them.
type reader struct {
	file  string
	tag   language.Tag
	texts map[string]text
	wrong map[string]bool // keys with a mistake that is reported already
	want  *reader         // the definition; nil if this is it
	errs  content.Errors
	yaml  settings.Reader

	broken bool // a file is not YAML
}

func (r *reader) read(src []byte) {
	r.yaml = settings.Reader{}
	some := false
	r.yaml.Entries(src, func(key string, at, value settings.Node) {
		some = true
		r.entry(key, at, value)
	})
	r.broken = r.broken || !some && len(r.yaml.Mistakes) > 0
	for _, m := range r.yaml.Mistakes {
		r.fail(m.Line, m.Col, m.Msg)
	}
}

func (r *reader) fail(line, col int, msg string) {
	r.errs = append(r.errs, &content.Error{Pos: content.Pos{File: r.file, Line: line, Col: col}, Msg: msg})
}

func (r *reader) entry(key string, at, value settings.Node) {
	var def text
	if r.want != nil {
		var known bool
		if def, known = r.want.texts[key]; !known {
			r.yaml.Fail(at, "unknown key %q%s", key, wording.DidYouMean(key, slices.Collect(maps.Keys(r.want.texts))))
			return
		}
	}
	before := len(r.yaml.Mistakes)
	t := text{forms: map[plural.Form]string{}}
	if settings.IsMapping(value) {
		r.yaml.Each(func(name string, at, value settings.Node) {
			form, ok := formOf(name)
			if !ok {
				r.yaml.Fail(at, "%q is no plural category, expected %s", name, strings.Join(categories(r.tag), ", "))
				return
			}
			var s string
			r.yaml.Text(&s)(value)
			t.forms[form] = s
		})(value)
	} else {
		var s string
		r.yaml.Text(&s)(value)
		t.forms[plural.Other] = s
	}
	if len(r.yaml.Mistakes) == before {
		r.check(key, t, def, at)
	}
	if len(r.yaml.Mistakes) > before {
		if r.wrong == nil {
			r.wrong = map[string]bool{}
		}
		r.wrong[key] = true
		return
	}
	r.texts[key] = t
}

// wordRE finds the words that are filled in.
var wordRE = regexp.MustCompile(`\{(\w+)\}`)

// check compares a text with that of the definition.
func (r *reader) check(key string, t, def text, at settings.Node) {
	counted := len(t.forms) > 1
	if r.want != nil {
		counted = len(def.forms) > 1
	}
	want := []string{"other"}
	if counted {
		want = categories(r.tag)
	}
	var lacking []string
	for _, name := range want {
		if form, _ := formOf(name); t.forms[form] == "" {
			lacking = append(lacking, name)
		}
	}
	switch {
	case len(lacking) > 0 && !counted:
		r.yaml.Fail(at, "%s: expected a text", key)
	case len(lacking) > 0:
		r.yaml.Fail(at, "%s: no text for %s, expected one for each of %s", key, strings.Join(lacking, ", "), strings.Join(want, ", "))
	}
	for form := range t.forms {
		if !slices.Contains(want, formNames[form]) {
			r.yaml.Fail(at, "%s: a text for %q, expected %s", key, formNames[form], strings.Join(want, ", "))
		}
	}
	if r.want == nil {
		return
	}
	expected := wordsOf(def.forms[plural.Other])
	for _, name := range want {
		form, _ := formOf(name)
		if t.forms[form] == "" {
			continue // reported above
		}
		words := wordsOf(t.forms[form])
		for _, word := range words {
			if !slices.Contains(expected, word) {
				r.yaml.Fail(at, "%s: nothing is known as {%s}%s", key, word, known(expected))
			}
		}
		for _, word := range expected {
			// A form such as "one page" may spell out the number.
			if !slices.Contains(words, word) && (word != "n" || form == plural.Other) {
				r.yaml.Fail(at, "%s: {%s} is missing from %q", key, word, t.forms[form])
			}
		}
	}
}

func known(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return ", expected {" + strings.Join(words, "}, {") + "}"
}

func wordsOf(s string) (words []string) {
	for _, m := range wordRE.FindAllStringSubmatch(s, -1) {
		if !slices.Contains(words, m[1]) {
			words = append(words, m[1])
		}
	}
	return words
}

func formOf(name string) (plural.Form, bool) {
	for form, n := range formNames {
		if n == name {
			return form, true
		}
	}
	return 0, false
}

// categories returns the names of a language's plural categories of whole
// numbers.
func categories(tag language.Tag) []string {
	used := map[plural.Form]bool{plural.Other: true}
	for n := range 200 {
		used[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)] = true
	}
	var names []string
	for _, form := range []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other} {
		if used[form] {
			names = append(names, formNames[form])
		}
	}
	return names
}
