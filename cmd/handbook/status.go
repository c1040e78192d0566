package main

import (
	"context"
	"errors"
	"path"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/usage"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/mistake"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/pool"
	"handbook/verify/report"
)

// status is the exit status of the process.
type status int

const (
	fine        status = 0
	problems    status = 1 // in pages, or a lab failed
	misuse      status = 2 // usage or settings
	changed     status = 3 // --check found stale or changed results
	noMachine   status = 4 // no usable Docker Engine, or the machine failed
	interrupted status = 130
)

// gravest lists the statuses from the most to the least serious: a lab that
// failed is certainly wrong, but after the failure of a machine another run
// may succeed.
var gravest = []status{interrupted, misuse, problems, changed, noMachine, fine}

// A failure is an error with its exit status.
type failure struct {
	err    error
	status status
}

func (f *failure) Error() string { return f.err.Error() }

// Unwrap returns a list, so that joined errors are printed one by one.
func (f *failure) Unwrap() []error { return []error{f.err} }

func withStatus(s status, err error) error { return &failure{err, s} }

// misused returns an error in the usage of the command.
func misused(err error, hint string) error { return withStatus(misuse, hints.With(err, hint)) }

// statusOf returns the exit status of an error: the most serious one of the
// errors that it joins.
func statusOf(err error) status {
	if err == nil {
		return fine
	}
	found := map[status]bool{}
	for _, part := range parts(err) {
		found[statusOfPart(part)] = true
	}
	for _, s := range gravest {
		if found[s] {
			return s
		}
	}
	return problems
}

func statusOfPart(err error) status {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.status
	}
	if _, ok := errors.AsType[*report.ChangedError](err); ok {
		return changed
	}
	if l, ok := errors.AsType[*report.LabError](err); ok {
		return status(l.Status)
	}
	if _, ok := errors.AsType[*verify.MachineError](err); ok {
		return noMachine
	}
	if _, ok := errors.AsType[*daemon.Error](err); ok {
		return noMachine
	}
	if _, ok := errors.AsType[*pool.Error](err); ok {
		return noMachine
	}
	if _, ok := errors.AsType[*usage.Error](err); ok {
		return misuse
	}
	if all := mistake.All(err); all != nil && onlySettings(all) {
		return misuse
	}
	if errors.Is(err, context.Canceled) {
		return interrupted
	}
	return problems
}

func onlySettings(errs content.Errors) bool {
	for _, e := range errs {
		if path.Base(e.Pos.File) != config.File {
			return false
		}
	}
	return true
}

// parts returns joined errors as a list, in order. A failure that wraps joined
// errors is one part, since its status applies to all of them.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if _, whole := err.(*failure); whole || !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, parts(e)...)
	}
	return all
}
