package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/docker/docker/client"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
	"handbook/verify/docker/rights"
)

// An EngineError means that there is no usable Docker Engine, or that it
// failed at something that no page is to blame for.
type EngineError struct {
	Msg    string // a sentence, lower case, without a full stop
	Err    error  // what the SDK said; may be nil
	Reason content.Reason
}

func (e *EngineError) Error() string { return e.Msg }

func (e *EngineError) Unwrap() error { return e.Err }

// Reasons of an EngineError.
const (
	ReasonSettings    content.Reason = "docker-settings"    // the docker command's settings can't be read
	ReasonContext     content.Reason = "docker-context"     // the chosen Docker context is not there, or broken
	ReasonPermission  content.Reason = "engine-permission"  // this user must not use the engine
	ReasonUnreachable content.Reason = "engine-unreachable" // nothing answers
	ReasonDiskFull    content.Reason = "engine-disk"        // the engine has no room left
	ReasonRights      content.Reason = "engine-rights"      // the engine does not give machines what they need
	ReasonAttach      content.Reason = "engine-attach"      // what answers is no Docker Engine, and can't do what machines need
	ReasonRuntime     content.Reason = "engine-runtime"     // the engine does not have the configured runtime
	ReasonNoEngine    content.Reason = "machine-no-engine"  // the image of a machine lacks what one with an engine needs
)

// Reasons of a verify.LabError: the limit that a lab has reached.
const (
	ReasonDiskLimit    content.Reason = "machine-disk"
	ReasonMemoryLimit  content.Reason = "machine-memory"
	ReasonProcessLimit content.Reason = "machine-processes"
)

// ReasonNoShell is the reason of a verify.LabError about an image in which no
// lab can run.
const ReasonNoShell content.Reason = "machine-no-shell"

// failure turns an error of the SDK, or of this package's own parts, into the
// one that says what handbook was doing. op may be "".
func (d *daemon) failure(op string, err error) error {
	var (
		engine *EngineError
		lab    *verify.LabError
		ref    *images.RefError
		mirror *hub.MirrorError
		gone   *images.GoneError
		asked  *images.Error
		reason content.Reason
	)
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.As(err, &engine), errors.As(err, &lab):
		return err
	case errors.As(err, &ref):
		return &verify.LabError{Msg: ref.Msg}
	case errors.As(err, &gone):
		return &verify.LabError{Msg: gone.Error(), Reason: hub.ReasonGone}
	case errors.As(err, &mirror):
		return &EngineError{mirror.Msg, mirror.Err, hub.ReasonMirror}
	case client.IsErrConnectionFailed(err):
		return d.unusable(err)
	case errors.As(err, &asked):
		op, err, reason = asked.Op, asked.Err, asked.Reason
	}
	msg := err.Error()
	if op != "" {
		msg = op + ": " + msg
	}
	if noSpace(err) {
		return &EngineError{fmt.Sprintf("the disk of the Docker Engine at %s is full: %s", d.at, msg), err, ReasonDiskFull}
	}
	return &EngineError{msg, err, reason}
}

// unusable says why the engine does not answer. Each cause has a sentence of
// its own, as this is what users without an engine see.
func (d *daemon) unusable(err error) error {
	var dns *net.DNSError
	failed := func(reason content.Reason, format string, args ...any) error {
		return &EngineError{Msg: fmt.Sprintf(format, args...), Err: err, Reason: reason}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return failed("", "the Docker Engine at %s does not answer within %d seconds", d.at, answerTime/time.Second)
	case noPermission(err):
		return failed(ReasonPermission, "no permission to use the Docker Engine at %s", d.at)
	case errors.As(err, &dns):
		return failed(ReasonUnreachable, "cannot reach the Docker Engine at %s: there is no host %q", d.at, dns.Name)
	case errors.Is(err, os.ErrNotExist) || d.at.missing():
		return failed(ReasonUnreachable, "cannot reach the Docker Engine at %s: there is no such socket", d.at)
	case client.IsErrConnectionFailed(err):
		return failed(ReasonUnreachable, "cannot reach the Docker Engine at %s: nothing answers there", d.at)
	}
	return failed("", "cannot use the Docker Engine at %s: %v", d.at, err)
}

// withoutRights says why no engine can run on a machine.
func (d *daemon) withoutRights(none *rights.NoneError) error {
	return &EngineError{
		Msg:    fmt.Sprintf("no Docker Engine can run in a container of the one at %s%s", d.at, none.Reasons),
		Reason: ReasonRights,
	}
}

// The rest of this file recognizes errors that have no type or code by the
// texts of the programs that make them. The errors of pulls are recognized in
// images/pull.go.

// noPermission reports whether this user must not use the engine's socket. Of
// an engine on another computer, the docker command there says so (ssh;
// docker/cli, cli/connhelper/commandconn, and moby, client/request.go).
func noPermission(err error) bool {
	return errors.Is(err, os.ErrPermission) || strings.Contains(err.Error(), "permission denied")
}

// noSpace reports whether the engine's disk is full. The text is Linux's, of
// ENOSPC; the engine answers with it and status 500.
func noSpace(err error) bool {
	return strings.Contains(err.Error(), "no space left on device")
}

// noShell reports whether a container could not be started because its image
// has no sh (opencontainers/runc, libcontainer: `exec: "sh": executable file
// not found in $PATH`).
func noShell(err error) bool {
	return strings.Contains(err.Error(), `exec: "sh"`)
}

// noInterpreter reports whether a line of a machine is that of a runtime which
// could not run the machine's script, as its image has no bash
// (opencontainers/runc, libcontainer/standard_init_linux.go: "exec
// /run/handbook/init: no such file or directory", and before 1.1 "exec user
// process caused: no such file or directory").
func noInterpreter(line string) bool {
	return strings.Contains(line, "exec ") && strings.HasSuffix(strings.TrimSpace(line), ": no such file or directory")
}

// quote returns the last lines of an output, indented for a message, each
// after a line break.
func quote(lines []string) string {
	const most = 12
	var b strings.Builder
	for _, line := range lines[max(0, len(lines)-most):] {
		b.WriteString("\n    " + strings.TrimRight(line, "\r\n"))
	}
	return b.String()
}
