// Package usage has the error of packages that look at what a command was told.
package usage

import (
	"fmt"

	"handbook/content"
)

// An Error says that a command was called in a way that makes no sense here.
type Error struct {
	Err    error
	Reason content.Reason // "" if nothing can be said but the error itself
}

// Errorf makes an error of a format and its arguments, as fmt.Errorf does.
func Errorf(reason content.Reason, format string, args ...any) *Error {
	return &Error{fmt.Errorf(format, args...), reason}
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
