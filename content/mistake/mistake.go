package mistake

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Pos is a place in a file, counted from 1; Col counts bytes. A zero Line
// means the file as a whole, a zero Col the line as a whole.
type Pos struct {
	File string
	Line int
	Col  int
}

func (p Pos) String() string {
	file := p.File
	if strings.ContainsFunc(file, unicode.IsControl) { // a newline would make two messages of one
		file = strconv.Quote(file)
	}
	switch {
	case p.Line == 0:
		return file
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", file, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Col)
}

// At returns the place of a byte of a file, or the file as a whole if the
// offset is out of range.
func At(file string, source []byte, offset int) Pos {
	if offset < 0 || offset > len(source) {
		return Pos{File: file}
	}
	before := source[:offset]
	return Pos{File: file, Line: bytes.Count(before, []byte("\n")) + 1,
		Col: offset - bytes.LastIndexByte(before, '\n')}
}

// An Error is a mistake at a place in the content.
type Error struct {
	Pos    Pos
	Msg    string // what is wrong and what was expected; lower case, no full stop
	Reason Reason
	Detail string // what the hint about the Reason names, if it names something
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

// Errors are several mistakes.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted sorts the errors by file, line and column and returns them as an error,
// which is nil if there are none.
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

// All returns the Errors, or the Error, that err is or wraps, or nil.
func All(err error) Errors {
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

// A Reason is why something failed, for programs. Each kind of error that the
// user can do something about has its own, declared by the package that makes
// the error. cmd/handbook has a hint about each. "" is no Reason.
type Reason string
