package render

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"handbook/content"
)

// problems collects errors, so that all of them are told.
type problems struct {
	placed content.Errors
	other  []error
}

func (p *problems) add(err error) {
	if err == nil {
		return
	}
	if all := content.AllErrors(err); all != nil {
		p.placed = append(p.placed, all...)
		return
	}
	p.other = append(p.other, err)
}

// err is content.Errors if every problem has a place.
func (p *problems) err() error {
	placed := p.placed.Sorted()
	if len(p.other) == 0 {
		return placed
	}
	return errors.Join(append([]error{placed}, p.other...)...)
}

// plainError is an error without the path that its message would repeat.
func plainError(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

func quote(s string) string { return strconv.Quote(s) }

// plural is "1 line", "2 lines".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
