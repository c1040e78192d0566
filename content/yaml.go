package content

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// yamlReader decodes YAML strictly: every problem is kept, with its place.
type yamlReader struct {
	file string
	skip int // lines of the file above the YAML
	errs Errors
}

// keys are the keys that a mapping may have, with what reads their values.
type keys map[string]func(ast.Node)

// read parses src and hands its top-level mapping to the keys.
func (y *yamlReader) read(src []byte, k keys) {
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		y.syntax(err)
		return
	}
	for i, doc := range file.Docs {
		if i > 0 {
			y.fail(doc, "only one YAML document is expected")
			return
		}
		if doc.Body != nil {
			y.mapping(doc.Body, k)
		}
	}
}

func (y *yamlReader) syntax(err error) {
	var at yaml.Error
	if errors.As(err, &at) {
		y.errs = append(y.errs, &Error{Pos: y.pos(at.GetToken()), Msg: "YAML: " + at.GetMessage()})
		return
	}
	y.errs = append(y.errs, &Error{Pos: Pos{y.file, y.skip + 1, 1}, Msg: "YAML: " + err.Error()})
}

func (y *yamlReader) pos(t *token.Token) Pos {
	if t == nil || t.Position == nil {
		return Pos{File: y.file}
	}
	return Pos{y.file, t.Position.Line + y.skip, t.Position.Column}
}

func (y *yamlReader) at(n ast.Node) Pos {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return y.pos(m.Values[0].Key.GetToken())
	}
	return y.pos(n.GetToken())
}

func (y *yamlReader) fail(n ast.Node, format string, args ...any) {
	y.errs = append(y.errs, &Error{Pos: y.at(n), Msg: fmt.Sprintf(format, args...)})
}

// pairs returns the entries of a mapping.
func (y *yamlReader) pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return nil
	}
	y.fail(n, "expected keys and values, not %s", kind(n))
	return nil
}

func (y *yamlReader) mapping(n ast.Node, k keys) {
	known := slices.Sorted(maps.Keys(k))
	for _, pair := range y.pairs(n) {
		name := pair.Key.GetToken().Value
		read, ok := k[name]
		if !ok {
			y.errs = append(y.errs, &Error{
				Pos: y.pos(pair.Key.GetToken()),
				Msg: fmt.Sprintf("unknown key %q%s", name, didYouMean(name, known)), Hint: "known keys: " + strings.Join(known, ", "),
			})
			continue
		}
		read(pair.Value)
	}
}

// kind names what a node is, for messages.
func kind(n ast.Node) string {
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
	}
	return n.GetToken().Value
}

func (y *yamlReader) text(to *string) func(ast.Node) {
	return func(n ast.Node) {
		switch n := n.(type) {
		case *ast.StringNode:
			*to = n.Value
		case *ast.LiteralNode:
			*to = n.Value.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			*to = n.GetToken().Value
		case *ast.NullNode:
		default:
			y.fail(n, "expected a text, not %s", kind(n))
		}
	}
}

// oneOf reads a text that must be one of the given ones.
func (y *yamlReader) oneOf(to *string, allowed ...string) func(ast.Node) {
	return func(n ast.Node) {
		y.text(to)(n)
		if !slices.Contains(allowed, *to) {
			y.fail(n, "expected %s, not %q%s", strings.Join(allowed, " or "), *to, didYouMean(*to, allowed))
			*to = allowed[0]
		}
	}
}

func (y *yamlReader) yes(to *bool) func(ast.Node) {
	return func(n ast.Node) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			y.fail(n, "expected true or false, not %s", kind(n))
			return
		}
		*to = b.Value
	}
}

func (y *yamlReader) whole(to *int) func(ast.Node) {
	return func(n ast.Node) {
		v, err := strconv.Atoi(n.GetToken().Value)
		if _, ok := n.(*ast.IntegerNode); !ok || err != nil {
			y.fail(n, "expected a whole number, not %s", kind(n))
			return
		}
		*to = v
	}
}

func (y *yamlReader) count(to *int64) func(ast.Node) {
	return func(n ast.Node) {
		v := 0
		y.whole(&v)(n)
		if v < 0 {
			y.fail(n, "expected a number from 1, not %d", v)
		}
		*to = int64(v)
	}
}

func (y *yamlReader) decimal(to *float64) func(ast.Node) {
	return func(n ast.Node) {
		v, err := strconv.ParseFloat(n.GetToken().Value, 64)
		if err != nil || v <= 0 {
			y.fail(n, "expected a number above 0, not %s", kind(n))
			return
		}
		*to = v
	}
}

// size reads bytes: a number, or one with a unit of Docker's: 512m, 2g.
func (y *yamlReader) size(to *int64) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		y.text(&s)(n)
		v, err := ParseSize(s)
		if err != nil {
			y.fail(n, "expected a size such as 512m or 2g, not %q", s)
			return
		}
		*to = v
	}
}

// ParseSize reads a number of bytes with an optional unit of 1024: b, k, m,
// g or t, upper or lower case, as Docker's --memory does.
func ParseSize(s string) (int64, error) {
	digits := strings.TrimRight(strings.ToLower(s), "bkmgti")
	unit := strings.ToLower(s[len(digits):])
	shift, ok := map[string]int{"": 0, "b": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20, "g": 30, "gb": 30, "gib": 30, "t": 40, "tb": 40, "tib": 40}[unit]
	v, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || v <= 0 {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return int64(v * float64(int64(1)<<shift)), nil
}

func (y *yamlReader) duration(to *time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		y.text(&s)(n)
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			y.fail(n, "expected a duration such as 30s or 15m, not %q", s)
			return
		}
		*to = d
	}
}

// texts reads a list of texts, or a single one.
func (y *yamlReader) texts(to *[]string) func(ast.Node) {
	return func(n ast.Node) {
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			var s string
			y.text(&s)(n)
			if s != "" {
				*to = []string{s}
			}
			return
		}
		for _, item := range list.Values {
			var s string
			y.text(&s)(item)
			*to = append(*to, s)
		}
	}
}

func (y *yamlReader) list(item func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) {
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			y.fail(n, "expected a list, not %s", kind(n))
			return
		}
		for _, v := range list.Values {
			item(v)
		}
	}
}

// table reads a mapping of names to texts whose names must fit.
func (y *yamlReader) table(to *map[string]string, fits func(name string) bool, what string) func(ast.Node) {
	return func(n ast.Node) {
		m := map[string]string{}
		maps.Copy(m, *to)
		for _, pair := range y.pairs(n) {
			name := pair.Key.GetToken().Value
			if !fits(name) {
				y.fail(pair.Key, "%q is not %s", name, what)
				continue
			}
			var s string
			y.text(&s)(pair.Value)
			m[name] = s
		}
		*to = m
	}
}
