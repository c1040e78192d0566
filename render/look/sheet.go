package look

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"

	"handbook/content"
	"handbook/content/config"
)

// styleSheet checks a style sheet of the site: that browsers can parse it, and
// that the files it loads exist.
func (c *checker) styleSheet(v config.Value) Asset {
	if outwards(v.Text) {
		c.allowed(v, "style-src", "the style sheet")
		return Asset{url: v.Text, outward: true}
	}
	b, ok := c.read("css", v)
	if !ok {
		return Asset{}
	}
	name := path.Clean(strings.TrimPrefix(v.Text, "/"))
	s := &sheet{checker: c, name: name, source: b}
	if !utf8.Valid(b) {
		c.fail(s.pos(0), "the style sheet is not UTF-8")
		return Asset{}
	}
	s.read()
	return asset(v, b)
}

// A sheet is a style sheet that is being checked.
type sheet struct {
	*checker
	name   string
	source []byte
	open   []bracket // brackets that are not closed yet
}

// A bracket is the start of something that must be closed.
type bracket struct {
	offset int
	closes byte
}

func (s *sheet) pos(offset int) content.Pos {
	before := s.source[:offset]
	return content.Pos{File: path.Join(s.site.Name, s.name), Line: 1 + bytes.Count(before, []byte("\n")), Col: offset - bytes.LastIndexByte(before, '\n')}
}

// read goes through the style sheet. It reports the first mistake that would
// make browsers ignore the rest, and all missing files.
func (s *sheet) read() {
	l := css.NewLexer(parse.NewInputBytes(bytes.Clone(s.source)))
	offset, imports := 0, false
	for {
		kind, data := l.Next()
		switch kind {
		case css.ErrorToken:
			if n := len(s.open); n > 0 {
				s.fail(s.pos(s.open[n-1].offset), "%q is never closed, expected %q", s.source[s.open[n-1].offset:s.open[n-1].offset+1], string(s.open[n-1].closes))
			}
			return
		case css.BadStringToken, css.BadURLToken:
			s.fail(s.pos(offset), "a quote or an address that does not end in its line")
			return
		case css.LeftBraceToken, css.LeftParenthesisToken, css.LeftBracketToken, css.FunctionToken:
			at := offset + len(data) - 1
			s.open = append(s.open, bracket{at, map[byte]byte{'{': '}', '(': ')', '[': ']'}[s.source[at]]})
		case css.RightBraceToken, css.RightParenthesisToken, css.RightBracketToken:
			n := len(s.open)
			if n == 0 || s.open[n-1].closes != data[0] {
				want := ""
				if n > 0 {
					want = fmt.Sprintf(", expected %q for that of line %d", string(s.open[n-1].closes), s.pos(s.open[n-1].offset).Line)
				}
				s.fail(s.pos(offset), "%q closes nothing%s", data, want)
				return
			}
			s.open = s.open[:n-1]
		case css.AtKeywordToken:
			imports = strings.EqualFold(string(data), "@import")
		case css.SemicolonToken:
			imports = false
		case css.URLToken:
			s.loads(offset, strings.Trim(strings.TrimSuffix(string(data[len("url("):]), ")"), " \t\n\"'"), imports)
		case css.StringToken:
			if imports || s.inURL() {
				s.loads(offset, strings.Trim(string(data), `"'`), imports)
			}
		}
		offset += len(data)
	}
}

// inURL reports whether the innermost open bracket is that of url(.
func (s *sheet) inURL() bool {
	n := len(s.open)
	return n > 0 && bytes.HasSuffix(bytes.ToLower(s.source[:s.open[n-1].offset]), []byte("url"))
}

// loads checks the URL of something that the style sheet loads.
func (s *sheet) loads(offset int, to string, style bool) {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		s.fail(s.pos(offset), "%q is not an address", to)
	case u.Scheme == "data" || u.Scheme == "" && u.Host == "" && u.Path == "": // #fragment
	case u.Host != "":
		directives := []string{"font-src", "img-src"}
		if style {
			directives = []string{"style-src"}
		}
		for _, d := range directives {
			if s.policy.Allows(d, to) {
				return
			}
		}
		s.allowed(config.Value{Text: to, Pos: s.pos(offset)}, directives[0], "the file")
	default:
		name := path.Join(path.Dir(s.name), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			s.fail(s.pos(offset), "%q: expected a path from this file on: the site may lie below another folder of its host", to)
		} else if !s.files.Has(name) {
			s.fail(s.pos(offset), "there is no file %q in %s/", name, s.site.Name)
		}
	}
}
