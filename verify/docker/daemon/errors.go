package daemon

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
)

// An Error means that there is no usable Docker Engine, or that it failed at
// something that no page is to blame for.
type Error struct {
	Msg    string // a sentence, lower case, without a full stop
	Err    error  // what the SDK said; may be nil
	Reason content.Reason
}

func (e *Error) Error() string { return e.Msg }

func (e *Error) Unwrap() error { return e.Err }

// Reasons of an Error.
const (
	ReasonSettings    content.Reason = "docker-settings"    // the docker command's settings can't be read
	ReasonContext     content.Reason = "docker-context"     // the chosen Docker context is not there, or broken
	ReasonPermission  content.Reason = "engine-permission"  // this user must not use the engine
	ReasonUnreachable content.Reason = "engine-unreachable" // nothing answers
	ReasonDiskFull    content.Reason = "engine-disk"        // the engine has no room left
	ReasonAttach      content.Reason = "engine-attach"      // what answers is no Docker Engine, and can't do what machines need
	ReasonRuntime     content.Reason = "engine-runtime"     // the engine does not have the configured runtime
)

// Failure turns an error of the SDK, or of packages images and hub, into the one
// that says what handbook was doing. op may be "".
func (d *Daemon) Failure(op string, err error) error {
	var (
		engine *Error
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
		return &Error{mirror.Msg, mirror.Err, hub.ReasonMirror}
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
		return &Error{fmt.Sprintf("the disk of the Docker Engine at %s is full: %s", d.At, msg), err, ReasonDiskFull}
	}
	return &Error{msg, err, reason}
}

// unusable says why the engine does not answer. Each cause has a sentence of
// its own, as this is what users without an engine see.
func (d *Daemon) unusable(err error) error {
	var dns *net.DNSError
	failed := func(reason content.Reason, format string, args ...any) error {
		return &Error{Msg: fmt.Sprintf(format, args...), Err: err, Reason: reason}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return failed("", "the Docker Engine at %s does not answer within %d seconds", d.At, answerTime/time.Second)
	case noPermission(err):
		return failed(ReasonPermission, "no permission to use the Docker Engine at %s", d.At)
	case errors.As(err, &dns):
		return failed(ReasonUnreachable, "cannot reach the Docker Engine at %s: there is no host %q", d.At, dns.Name)
	case errors.Is(err, os.ErrNotExist) || d.At.missing():
		return failed(ReasonUnreachable, "cannot reach the Docker Engine at %s: there is no such socket", d.At)
	case client.IsErrConnectionFailed(err):
		return failed(ReasonUnreachable, "cannot reach the Docker Engine at %s: nothing answers there", d.At)
	}
	return failed("", "cannot use the Docker Engine at %s: %v", d.At, err)
}

// The rest of this file recognizes errors that have no type or code by the
// texts of the programs that make them. The errors of pulls are recognized in
// images/pull.go, those of machines that do not start in machine/errors.go.

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
