package settings

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"handbook/content/wording"
)

// A Node is a value in YAML.
type Node interface{ ast.Node }

// Keys are the keys that a mapping may have, each with a function that reads its
// value.
type Keys map[string]func(Node)

// A Mistake is something wrong in YAML. Lines and columns are counted from 1; a
// zero Line means the YAML as a whole.
type Mistake struct {
	Line, Col int
	Msg       string
	Known     []string // if it is about an unknown key: those that the mapping may have
}

// A Reader reads YAML and collects all mistakes. Most of its methods return
// functions for Keys, which store a value of one kind. The zero value is ready
// to use.
type Reader struct {
	Mistakes []Mistake
	Foreign  map[string]string // names of keys in other programs, for suggestions
}

// Read parses src and passes the entries of its top-level mapping to the
// functions in k.
func (y *Reader) Read(src []byte, k Keys) {
	if n := y.parse(src); n != nil {
		y.Mapping(n, k)
	}
}

// Entries parses src and calls entry with each key and value of its top-level
// mapping.
func (y *Reader) Entries(src []byte, entry func(key string, at, value Node)) {
	if n := y.parse(src); n != nil {
		y.Each(entry)(n)
	}
}

// Each calls entry with each key and value of a mapping.
func (y *Reader) Each(entry func(key string, at, value Node)) func(Node) {
	return func(n Node) {
		if s, ok := n.(*Shape); ok {
			s.Any = new(Shape)
			entry("", s, s.Any)
			return
		}
		for _, pair := range y.pairs(n) {
			entry(pair.Key.GetToken().Value, pair.Key, pair.Value)
		}
	}
}

// EachOf is Each for a mapping that may only have keys with these names. It
// calls entry with others too.
func (y *Reader) EachOf(names []string, entry func(key string, at, value Node)) func(Node) {
	return func(n Node) {
		s, ok := n.(*Shape)
		if !ok {
			y.Each(entry)(n)
			return
		}
		for _, name := range names {
			entry(name, s, s.key(name))
		}
	}
}

// OrMapping reads a mapping with k, and any other value with one.
func (y *Reader) OrMapping(one func(Node), k Keys) func(Node) {
	return func(n Node) {
		if _, ok := n.(*Shape); ok || !IsMapping(n) {
			one(n)
		}
		if IsMapping(n) {
			y.Mapping(n, k)
		}
	}
}

// parse returns the value of src, nil if it has none.
func (y *Reader) parse(src []byte) Node {
	words := lexer.Tokenize(string(src))
	if !y.bounded(words) || !y.visible(words) {
		return nil
	}
	file, err := parser.Parse(words, 0)
	if err != nil {
		y.syntax(src, err)
		return nil
	}
	if len(file.Docs) > 1 {
		y.Fail(file.Docs[1], "only one YAML document is expected")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil
	}
	return file.Docs[0].Body
}

// IsMapping reports whether a value has keys and values.
func IsMapping(n Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *Shape:
		return true
	}
	return false
}

// IsList reports whether a value is a list.
func IsList(n Node) bool {
	_, ok := n.(*ast.SequenceNode)
	return ok
}

// IsEmpty reports whether a key has no value.
func IsEmpty(n Node) bool {
	_, ok := n.(*ast.NullNode)
	return ok
}

// add adds a mistake at a token and returns it.
func (y *Reader) add(t *token.Token, msg string) *Mistake {
	m := Mistake{Msg: msg}
	if t != nil && t.Position != nil {
		m.Line, m.Col = t.Position.Line, t.Position.Column
	}
	y.Mistakes = append(y.Mistakes, m)
	return &y.Mistakes[len(y.Mistakes)-1]
}

// first returns the token at which a node begins.
func first(n Node) *token.Token {
	switch n := n.(type) {
	case *ast.DocumentNode:
		if n.Body == nil {
			return n.Start
		}
		return first(n.Body)
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return first(n.Values[0])
		}
	case *ast.MappingValueNode: // whose own token is the colon
		return n.Key.GetToken()
	}
	return n.GetToken()
}

// Place returns where a node begins.
func Place(n Node) (line, col int) {
	if _, ok := n.(*Shape); ok {
		return 0, 0
	}
	if t := first(n); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 0, 0
}

// Fail adds a mistake at a node.
func (y *Reader) Fail(n Node, format string, args ...any) {
	if _, ok := n.(*Shape); ok {
		return
	}
	y.add(first(n), fmt.Sprintf(format, args...))
}

// pairs returns the entries of a mapping.
func (y *Reader) pairs(n Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return nil
	}
	y.Fail(n, "expected keys and values, not %s", kind(n))
	return nil
}

// Mapping passes the entries of a mapping to the functions in k.
func (y *Reader) Mapping(n Node, k Keys) {
	if s, ok := n.(*Shape); ok {
		for name, read := range k {
			read(s.key(name))
		}
		return
	}
	known := slices.Sorted(maps.Keys(k))
	for _, pair := range y.pairs(n) {
		name := pair.Key.GetToken().Value
		read, ok := k[name]
		if !ok {
			meant := wording.DidYouMean(name, known)
			if own := y.Foreign[strings.ToLower(name)]; slices.Contains(known, own) {
				meant = fmt.Sprintf(" (did you mean %q?)", own)
			}
			y.add(pair.Key.GetToken(), fmt.Sprintf("unknown key %q%s", name, meant)).Known = known
			continue
		}
		read(pair.Value)
	}
}

// kind names what a node is, for messages.
func kind(n Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return strconv.Quote(n.Value)
	case *ast.LiteralNode:
		return "a text of several lines"
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.NullNode:
		return "nothing"
	case *ast.AnchorNode:
		return "an anchor: a text that begins with & stands in quotes"
	case *ast.AliasNode:
		return "an alias: a text that begins with * stands in quotes"
	case *ast.TagNode:
		return "a tag: a text that begins with ! stands in quotes"
	}
	return n.GetToken().Value
}

// Text reads a text.
func (y *Reader) Text(to *string) func(Node) {
	return func(n Node) {
		if noted(n, Text) {
			return
		}
		switch n := n.(type) {
		case *ast.StringNode:
			*to = n.Value
		case *ast.LiteralNode:
			*to = n.Value.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			*to = n.GetToken().Value
		case *ast.NullNode:
		default:
			y.Fail(n, "expected a text, not %s", kind(n))
		}
	}
}

// Words reads a text that pages show, which has no control characters but line breaks
// and tabs.
func (y *Reader) Words(to *string) func(Node) {
	return func(n Node) {
		y.Text(to)(n)
		if i := strings.IndexFunc(*to, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
			r, _ := utf8.DecodeRuneInString((*to)[i:])
			y.Fail(n, "a text with the character %U, which no page shows", r)
			*to = wording.Visible(*to)
		}
	}
}

// OneOf reads a text that must be one of the given ones.
func (y *Reader) OneOf(to *string, allowed ...string) func(Node) {
	return func(n Node) {
		if noted(n, Text, allowed...) {
			return
		}
		y.Text(to)(n)
		if !slices.Contains(allowed, *to) {
			y.Fail(n, "expected %s, not %q%s", strings.Join(allowed, " or "), *to, wording.DidYouMean(*to, allowed))
			*to = allowed[0]
		}
	}
}

// Bool reads true or false.
func (y *Reader) Bool(to *bool) func(Node) {
	return func(n Node) {
		if noted(n, Bool) {
			return
		}
		b, ok := n.(*ast.BoolNode)
		if !ok {
			y.Fail(n, "expected true or false, not %s", kind(n))
			return
		}
		*to = b.Value
	}
}

// Whole reads a whole number.
func (y *Reader) Whole(to *int) func(Node) {
	return func(n Node) {
		if noted(n, Whole) {
			return
		}
		v, err := strconv.Atoi(n.GetToken().Value)
		if _, ok := n.(*ast.IntegerNode); !ok || err != nil {
			y.Fail(n, "expected a whole number, not %s", kind(n))
			return
		}
		*to = v
	}
}

// Count reads a whole number from 0.
func (y *Reader) Count(to *int64) func(Node) {
	return func(n Node) {
		v := 0
		y.Whole(&v)(n)
		if v < 0 {
			y.Fail(n, "expected a number from 0, not %d", v)
		}
		*to = int64(v)
	}
}

// Decimal reads a number above 0.
func (y *Reader) Decimal(to *float64) func(Node) {
	return func(n Node) {
		if noted(n, Decimal) {
			return
		}
		v, err := strconv.ParseFloat(n.GetToken().Value, 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) { // NaN is not above 0
			y.Fail(n, "expected a number above 0, not %s", kind(n))
			return
		}
		*to = v
	}
}

// Size reads a number of bytes: see wording.ParseBinarySize.
func (y *Reader) Size(to *int64) func(Node) {
	return func(n Node) {
		if noted(n, Size) {
			return
		}
		var s string
		y.Text(&s)(n)
		v, err := wording.ParseBinarySize(s)
		if err != nil {
			y.Fail(n, "expected a size such as 512m or 2g, not %q", s)
			return
		}
		*to = v
	}
}

// MaxDuration is the longest duration that settings may have.
const MaxDuration = 24 * time.Hour

// Duration reads a duration above 0, of at most MaxDuration.
func (y *Reader) Duration(to *time.Duration) func(Node) {
	return func(n Node) {
		if noted(n, Duration) {
			return
		}
		var s string
		y.Text(&s)(n)
		d, err := time.ParseDuration(s)
		switch {
		case err != nil || d <= 0:
			y.Fail(n, "expected a duration such as 30s or 15m, not %q", s)
			return
		case d > MaxDuration:
			y.Fail(n, "expected at most %.0fh, not %q", MaxDuration.Hours(), s)
			return
		}
		*to = d
	}
}

// Texts reads a list of texts, or a single one.
func (y *Reader) Texts(to *[]string) func(Node) {
	return func(n Node) {
		y.OneOrMore(func(item Node) {
			var s string
			y.Text(&s)(item)
			if _, listed := n.(*ast.SequenceNode); listed || s != "" {
				*to = append(*to, s)
			}
		})(n)
	}
}

// OneOrMore calls item with each value of a list, or with a single value in
// place of a list.
func (y *Reader) OneOrMore(item func(Node)) func(Node) {
	return func(n Node) {
		if s, ok := n.(*Shape); ok {
			s.List = new(Shape)
			item(s.List)
			item(n)
			return
		}
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			item(n)
			return
		}
		for _, v := range list.Values {
			item(v)
		}
	}
}

// List calls item with each value of a list.
func (y *Reader) List(item func(Node)) func(Node) {
	return func(n Node) {
		if s, ok := n.(*Shape); ok {
			s.List = new(Shape)
			item(s.List)
			return
		}
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			y.Fail(n, "expected a list, not %s", kind(n))
			return
		}
		for _, v := range list.Values {
			item(v)
		}
	}
}

// Table reads a mapping of names to texts and adds it to a table. what
// describes valid names, for messages.
func (y *Reader) Table(to *map[string]string, fits func(name string) bool, what string) func(Node) {
	return func(n Node) {
		if s, ok := n.(*Shape); ok {
			s.Any = &Shape{Kind: Text}
			return
		}
		m := map[string]string{}
		maps.Copy(m, *to)
		for _, pair := range y.pairs(n) {
			name := pair.Key.GetToken().Value
			if !fits(name) {
				y.Fail(pair.Key, "%q is not %s", name, what)
				continue
			}
			var s string
			y.Text(&s)(pair.Value)
			m[name] = s
		}
		*to = m
	}
}
