package content

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file, counted from 1; Col counts bytes. A zero Line
// means the file as a whole, a zero Col the line as a whole.
type Pos struct {
	File string
	Line int
	Col  int
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// An Error is something wrong at a place in the content.
type Error struct {
	Pos  Pos
	Msg  string // what is wrong and what was expected; lower case, no full stop
	Hint string // what to do about it, may be empty
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

// Errors are all that is wrong, in order of file, line and column.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the errors in order of place, or nil if there are none, as
// an error that is nil when there is nothing to say.
func (e Errors) Sorted() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int {
		if c := strings.Compare(a.Pos.File, b.Pos.File); c != 0 {
			return c
		}
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Col - b.Pos.Col
	})
	return e
}

// AllErrors returns the content errors within err, or nil if it holds none.
func AllErrors(err error) Errors {
	var all Errors
	if errors.As(err, &all) {
		return all
	}
	var one *Error
	if errors.As(err, &one) {
		return Errors{one}
	}
	return nil
}
