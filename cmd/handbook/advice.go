package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
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

// engineHint is what to do about an engine that can't be used, or what it
// needs.
func engineHint(err *docker.EngineError) string {
	said := err.Error()
	has := func(part string) bool { return strings.Contains(said, part) }
	switch {
	case has("the docker command's settings"):
		return "HOME, or DOCKER_CONFIG, names a folder that this user can't read"
	case errors.Is(err, os.ErrPermission) || has("no permission"):
		return "add yourself to the group that may use it (sudo usermod -aG docker $USER, then log in again)"
	case has("cannot reach the Docker Engine"):
		return "start Docker, or name another engine with --engine or DOCKER_HOST; what is already verified needs none: --no-verify, --allow-stale"
	case has("Docker context"):
		return fmt.Sprintf("%q lists the contexts", "docker context ls")
	case has("the disk of the Docker Engine"):
		return `"docker system df" shows what takes the room, "docker system prune" makes some`
	case has("no Docker Engine can run in a container"):
		return "a machine needs the capabilities SYS_ADMIN and NET_ADMIN of its engine; a rootless engine, one in a container, or one behind a proxy may not have or give them: name another one with --engine, or a runtime such as sysbox with machine.runtime"
	case has("the mirror"):
		return "start the mirror, or correct HANDBOOK_MIRROR (or machine.mirror in handbook.yaml); without one handbook runs its own"
	case has("the registry can't be reached"):
		return "is this computer online? Behind a proxy the engine needs its settings, and HANDBOOK_CA its certificates; HANDBOOK_MIRROR names a mirror of Docker Hub"
	}
	return ""
}
