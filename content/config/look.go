package config

import (
	"regexp"
	"slices"
	"strings"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// A Look is what handbook.yaml says about the look of the site. Files are
// named by their paths relative to the content root; package render finds
// them.
type Look struct {
	Logo    Shades
	Colors  map[string]Shades // by the names of Colors
	Footer  Value             // Markdown
	CSS, JS []Value           // paths, or addresses on other hosts
	Head    Value             // HTML
	Mermaid Value             // path of mermaid.min.js; "" if diagrams stay text
	Policy  []Source          // added to the Content-Security-Policy of pages

	// Contents is the lowest level of headings in a page's table of contents;
	// 0 means no table.
	Contents int
}

// DefaultContents is the value of Contents unless the site or the page sets
// another one.
const DefaultContents = 3

// A Value is a text of handbook.yaml and its place.
type Value struct {
	Text string
	Pos  mistake.Pos
}

// Shades are a value for the light and one for the dark colour scheme. If the
// site sets only one, both are the same.
type Shades struct{ Light, Dark Value }

// A Source says where pages may load something from.
type Source struct {
	Directive string // of the Content-Security-Policy: "script-src"
	Value            // an origin such as https://example.org, or a keyword
}

// Colors are the names of the colours that a site can set.
var Colors = []string{"accent", "background", "surface", "text"}

var directives = []string{"connect-src", "font-src", "frame-src", "img-src", "manifest-src", "media-src", "script-src", "style-src", "worker-src"}

var (
	isColor  = regexp.MustCompile(`^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`).MatchString
	isSource = regexp.MustCompile(`^(?:(?:https?|wss?)://[^\s;,'"]+|(?:data|blob):|'(?:unsafe-eval|wasm-unsafe-eval)'|'sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}')$`).MatchString
)

// look returns the keys of handbook.yaml that say how the site looks.
func (y *reader) look(l *Look) settings.Keys {
	return settings.Keys{
		"logo":     y.shades(&l.Logo, nil),
		"colors":   y.colors(&l.Colors),
		"footer":   func(n settings.Node) { y.value(&l.Footer)(n); y.Words(&l.Footer.Text)(n) },
		"css":      y.values(&l.CSS),
		"js":       y.values(&l.JS),
		"head":     y.value(&l.Head),
		"mermaid":  y.value(&l.Mermaid),
		"csp":      y.policy(&l.Policy),
		"contents": y.contents(&l.Contents),
	}
}

func (y *reader) value(to *Value) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(&to.Text)(n)
		to.Pos = y.pos(settings.Place(n))
	}
}

func (y *reader) values(to *[]Value) func(settings.Node) {
	return y.OneOrMore(func(n settings.Node) {
		var v Value
		if y.value(&v)(n); v.Text != "" {
			*to = append(*to, v)
		}
	})
}

// shades reads a value for all pages, or {light: …, dark: …}. check looks at each
// of them; it may be nil.
func (y *reader) shades(to *Shades, check func(n settings.Node, text string)) func(settings.Node) {
	one := func(v *Value) func(settings.Node) {
		return func(n settings.Node) {
			if y.value(v)(n); check != nil {
				check(n, v.Text)
			}
		}
	}
	same := func(n settings.Node) { one(&to.Light)(n); to.Dark = to.Light }
	return func(n settings.Node) {
		y.OrMapping(same, settings.Keys{"light": one(&to.Light), "dark": one(&to.Dark)})(n)
		if settings.IsMapping(n) && (to.Light.Text == "" || to.Dark.Text == "") {
			y.Fail(n, "expected both, light and dark, or one value for both")
		}
	}
}

// colors reads colours by their names.
func (y *reader) colors(to *map[string]Shades) func(settings.Node) {
	return func(n settings.Node) {
		*to = map[string]Shades{}
		y.EachOf(Colors, func(name string, key, value settings.Node) {
			if !slices.Contains(Colors, name) {
				y.Fail(key, "no colour is called %q, expected %s%s", name, strings.Join(Colors, ", "), wording.DidYouMean(name, Colors))
				return
			}
			var s Shades
			y.shades(&s, func(n settings.Node, text string) {
				if !isColor(text) {
					y.Fail(n, `expected a colour such as "#1b5aa5", not %q`, text)
				}
			})(value)
			(*to)[name] = s
		})(n)
	}
}

// policy reads what pages may load: {script-src: https://example.org}.
func (y *reader) policy(to *[]Source) func(settings.Node) {
	return y.EachOf(directives, func(name string, key, value settings.Node) {
		if !slices.Contains(directives, name) {
			y.Fail(key, "csp has no %q, expected %s%s", name, strings.Join(directives, ", "), wording.DidYouMean(name, directives))
			return
		}
		y.OneOrMore(func(n settings.Node) {
			s := Source{Directive: name}
			if y.value(&s.Value)(n); !isSource(s.Text) {
				y.Fail(n, "%s: expected the address of a host, such as https://example.org, not %q", name, s.Text)
				return
			}
			*to = append(*to, s)
		})(value)
	})
}

// contents reads the level of headings to which tables of contents go.
func (y *reader) contents(to *int) func(settings.Node) {
	return func(n settings.Node) {
		level := DefaultContents
		y.Whole(&level)(n)
		if level != 0 && (level < 2 || level > 6) {
			y.Fail(n, "expected 0 for no table of contents, or 2 to 6, the lowest level of headings in it, not %d", level)
			return
		}
		*to = level
	}
}
