package settings

import (
	"maps"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// A Kind is what a value is.
type Kind string

// Kinds of values.
const (
	Text     Kind = "text"
	Bool     Kind = "true or false"
	Whole    Kind = "a whole number"
	Decimal  Kind = "a number"
	Size     Kind = "a size"
	Duration Kind = "a duration"
)

// A Shape describes the values that a setting can have. It is a Node: a
// function of Keys that gets a Shape records in it what it would read, and
// reads nothing. So schemas and editors describe exactly what is read.
type Shape struct {
	ast.Node // nil

	Kind  Kind              // "" of lists and mappings
	Words []string          // the only valid texts, if not nil
	Keys  map[string]*Shape // of a mapping
	Any   *Shape            // of a mapping whose keys have any name
	List  *Shape            // of the values of a list
}

// ShapeOf returns the shape of a mapping.
func ShapeOf(k Keys) *Shape {
	s := new(Shape)
	new(Reader).Mapping(s, k)
	return s
}

// At returns the shape of the value below keys, nil if there is none.
func (s *Shape) At(keys ...string) *Shape {
	for _, key := range keys {
		switch {
		case s == nil:
			return nil
		case s.Keys[key] != nil:
			s = s.Keys[key]
		case s.Keys != nil && s.List == nil, s.Any == nil && s.List == nil:
			return nil
		case s.List != nil:
			s = s.List.At(key)
		default:
			s = s.Any
		}
	}
	return s
}

// Names returns the keys of a mapping, or of those in a list, sorted.
func (s *Shape) Names() []string {
	if s == nil {
		return nil
	}
	if s.Keys == nil && s.List != nil {
		return s.List.Names()
	}
	return slices.Sorted(maps.Keys(s.Keys))
}

// noted records the kind of a value if n is a Shape, and reports whether it is
// one.
func noted(n Node, k Kind, words ...string) bool {
	s, ok := n.(*Shape)
	if ok {
		s.Kind = k
		s.Words = append(s.Words, words...)
	}
	return ok
}

// key records a key of a mapping and returns the shape of its value.
func (s *Shape) key(name string) *Shape {
	if s.Keys == nil {
		s.Keys = map[string]*Shape{}
	}
	s.Keys[name] = new(Shape)
	return s.Keys[name]
}
