// Package usage has the error type for wrong usage of a command.
package usage

import (
	"fmt"

	"handbook/content"
)

// An Error says that a command was used wrongly.
type Error struct {
	Err    error
	Reason content.Reason // "" if there is no hint
}

// Errorf returns an Error with a message formatted as by fmt.Errorf.
func Errorf(reason content.Reason, format string, args ...any) *Error {
	return &Error{fmt.Errorf(format, args...), reason}
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
