package pool

import (
	"errors"
	"fmt"
	"strings"

	"handbook/content"
	"handbook/content/mistake"
	"handbook/verify"
)

// Reasons of an Error.
const (
	ReasonNoEngineLeft content.Reason = "no engine is left"
	ReasonEngineLost   content.Reason = "an engine was lost"
	ReasonDiskFull     content.Reason = "an engine's disk is full"
)

// An Error says why engines did not run a lab.
type Error struct {
	Reason content.Reason
	Msg    string
}

func (e *Error) Error() string { return e.Msg }

// isOfEngine reports whether an engine is to blame for an error that there is no
// machine.
func isOfEngine(err error) bool {
	if err == nil || mistake.All(err) != nil {
		return false
	}
	_, ofLab := errors.AsType[*verify.LabError](err)
	return !ofLab
}

// noEngine says why labs were not run: no engine could be used at all, or none
// is left.
func (r *run) noEngine(stranded []*task) error {
	var errs []error
	for _, w := range r.workers {
		if w.used {
			return noneLeft(stranded)
		}
		errs = append(errs, w.why)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func noneLeft(stranded []*task) error {
	var names []string
	for _, t := range stranded {
		if t.failed == nil {
			names = append(names, t.Plan.Page.Path)
		}
	}
	were := "labs were"
	if len(names) == 1 {
		were = "lab was"
	}
	return &Error{ReasonNoEngineLeft, fmt.Sprintf("no Docker Engine is left, and %d %s not run: %s", len(names), were, strings.Join(names, ", "))}
}
