package hints

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/syntax"

	"handbook/cmd/handbook/publish"
	"handbook/cmd/handbook/usage"
	"handbook/cmd/handbook/watch"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
	"handbook/verify/pool"
	"handbook/verify/report"
)

// An Error is an error with a hint that depends on more than its Reason.
type Error struct {
	Err  error
	Hint string
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// With adds a hint to an error, unless it is "".
func With(err error, hint string) error {
	if hint == "" {
		return err
	}
	return &Error{err, hint}
}

// For returns a hint about an error, or "".
func For(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	reason, detail := ReasonOf(err)
	if hint := hints[reason]; hint != "" {
		return strings.ReplaceAll(hint, "DETAIL", detail)
	}
	if c, ok := errors.AsType[*report.ChangedError](err); ok {
		return changedHint(c)
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return `the disk is full: the site and the records are as they were; "docker system prune" may make room`
	case errors.Is(err, syscall.EMFILE):
		return "raise the limit of open files: ulimit -n 4096"
	}
	return ""
}

// ReasonOf returns the Reason of an error, with its Detail if it has one.
func ReasonOf(err error) (reason content.Reason, detail string) {
	if e, ok := errors.AsType[*content.Error](err); ok {
		return e.Reason, e.Detail
	}
	if e, ok := errors.AsType[*verify.Failure](err); ok {
		return e.Reason, ""
	}
	if e, ok := errors.AsType[*verify.LabError](err); ok {
		return e.Reason, ""
	}
	if e, ok := errors.AsType[*daemon.Error](err); ok {
		return e.Reason, ""
	}
	if _, ok := errors.AsType[*hub.MirrorError](err); ok {
		return hub.ReasonMirror, ""
	}
	if e, ok := errors.AsType[*pool.Error](err); ok {
		return e.Reason, ""
	}
	if e, ok := errors.AsType[*usage.Error](err); ok {
		return e.Reason, ""
	}
	if _, ok := errors.AsType[*publish.ForeignError](err); ok {
		return publish.ReasonForeign, ""
	}
	if _, ok := errors.AsType[*watch.LimitError](err); ok {
		return watch.ReasonLimit, ""
	}
	return "", ""
}

// changedHint says which differences of a run are not changes, and how to
// accept the changes.
func changedHint(err *report.ChangedError) string {
	hint := fmt.Sprintf(`"handbook verify --all %s" accepts the new results`, Word(err.Page.File()))
	if err.Stale != "" {
		hint = `"handbook verify" writes the records of such labs, which are then committed`
	}
	if aside := err.Aside(); aside != "" {
		hint = fmt.Sprintf("set aside as volatile on %s: %s\n%s", err.Page.File(), aside, hint)
	}
	return hint
}

// Word quotes a word for a command that a person copies into a shell.
func Word(word string) string {
	if quoted, err := syntax.Quote(word, syntax.LangPOSIX); err == nil {
		return quoted
	}
	return word
}
