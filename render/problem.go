package render

import (
	"errors"
	"io/fs"
	"strconv"

	"handbook/content"
	"handbook/content/mistake"
	"handbook/render/theme"
)

// problems collects errors, so that all of them are reported.
type problems struct {
	placed content.Errors
	other  []error
	told   map[string]bool // texts of mistakes in templates that are reported already
}

func (p *problems) add(err error) {
	if err == nil {
		return
	}
	if all := mistake.All(err); all != nil {
		p.placed = append(p.placed, all...)
		return
	}
	if mistake, ok := errors.AsType[*theme.Mistake](err); ok {
		if p.told[mistake.Text] {
			return // it is the same error on each page
		}
		if p.told == nil {
			p.told = map[string]bool{}
		}
		p.told[mistake.Text] = true
	}
	p.other = append(p.other, err)
}

// err returns content.Errors if every problem has a place.
func (p *problems) err() error {
	placed := p.placed.Sorted()
	if len(p.other) == 0 {
		return placed
	}
	return errors.Join(append([]error{placed}, p.other...)...)
}

// plainError returns the message of an error without the path.
func plainError(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

func quote(s string) string { return strconv.Quote(s) }
