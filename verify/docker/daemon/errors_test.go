package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
)

// TestFailure makes errors of those of the SDK and of the packages below.
func TestFailure(t *testing.T) {
	d := &Daemon{Config: Config{At: Endpoint{Host: "unix:///x.sock"}}}
	full := errors.New("write /var/lib/docker/tmp/x: no space left on device")
	pull := func(err error) error {
		return &images.Error{Op: "cannot pull x from the mirror m", Err: err, Reason: hub.ReasonMirror}
	}
	for _, test := range []struct {
		op     string
		err    error
		want   string
		reason content.Reason
	}{
		{"cannot x", errors.New("y"), "cannot x: y", ""},
		{"", errors.New("y"), "y", ""},
		{"cannot x", full, "the disk of the Docker Engine at unix:///x.sock is full: cannot x: " + full.Error(), ReasonDiskFull},
		{"", pull(errors.New("EOF")), "cannot pull x from the mirror m: EOF", hub.ReasonMirror},
		{"", pull(full), "the disk of the Docker Engine at unix:///x.sock is full: cannot pull x from the mirror m: " + full.Error(), ReasonDiskFull},
		{"cannot x", &hub.MirrorError{Msg: "the mirror m is no registry"}, "the mirror m is no registry", hub.ReasonMirror},
	} {
		failed, ok := errors.AsType[*Error](d.Failure(test.op, fmt.Errorf("%w", test.err)))
		if !ok {
			t.Errorf("%v: not an Error", test.err)
			continue
		}
		if diff := cmp.Diff([]any{test.want, test.reason}, []any{failed.Msg, failed.Reason}); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.err, diff)
		}
	}
	if err := d.Failure("cannot x", fmt.Errorf("y: %w", context.Canceled)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
	if lab, ok := errors.AsType[*verify.LabError](d.Failure("", &images.RefError{Msg: "no image"})); !ok || lab.Msg != "no image" {
		t.Errorf("%v, want a LabError", lab)
	}
	if failed, ok := errors.AsType[*Error](d.unusable(&os.SyscallError{Syscall: "connect", Err: os.ErrPermission})); !ok || failed.Reason != ReasonPermission {
		t.Errorf("%v, want no permission", failed)
	}
}
