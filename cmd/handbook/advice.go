package main

import (
	"errors"
	"syscall"

	"handbook/cmd/handbook/publish"
	"handbook/verify/docker"
)

// advice is what can be done about an error of a package that knows facts
// only.
func advice(err error) string {
	if _, ok := errors.AsType[*publish.ForeignError](err); ok {
		return "everything in the folder would be replaced: choose another one with -o, or empty it first"
	}
	if engine, ok := errors.AsType[*docker.EngineError](err); ok {
		return engineHint(engine)
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full: the site and the records are as they were; \"docker system prune\" may make room"
	case errors.Is(err, syscall.EMFILE):
		return "raise the limit of open files: ulimit -n 4096"
	}
	return ""
}
