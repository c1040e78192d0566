package docker

import (
	"context"
	"errors"
	"slices"
	"strings"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/rights"
)

// ReasonEscapes is the reason of a daemon.Error about a machine that does not
// hold against an attacker.
const ReasonEscapes content.Reason = "machine-escapes"

// holds returns an error if the machine does not hold. Being root outside is no
// way out by itself, and a plain container's root always is.
func holds(ctx context.Context, m *machine.Machine) error {
	found, err := m.Escapes(ctx)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(e rights.Escape) bool { return e == rights.RootOutside })
	if len(found) == 0 {
		return nil
	}
	return &daemon.Error{
		Msg:    "the machine does not hold against a stranger's lab: root on it can " + rights.Ways(found),
		Reason: ReasonEscapes,
	}
}

// startHolding starts a machine, and refuses it if it has to hold and does not.
func startHolding(ctx context.Context, hold bool, start func() (*machine.Machine, error)) (verify.Machine, error) {
	m, err := start()
	if err != nil {
		return nil, err // not the nil *machine.Machine
	}
	if hold {
		if err := holds(ctx, m); err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}

// try makes a machine with rights and runs the probe on it.
func (e *Engine) try(ctx context.Context, k *kind, spec verify.Spec, r rights.Rights) (why string, err error) {
	// Neither the stand-in for the Hub nor the network makes a difference.
	spec.Page, spec.Hub, spec.Network = "probe", "", "open"
	m, err := e.bootDocker(ctx, k, spec, r)
	failed, ok := errors.AsType[*daemon.Error](err)
	switch {
	case ok && failed.Reason == "" && ctx.Err() == nil: // more rights may help
		return failed.Msg, nil
	case err != nil:
		return "", err
	}
	defer m.Close()
	out, exit, err := m.Output(ctx, "bash", "-c", rights.Probe)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return err.Error(), nil
	case exit != 0:
		return "its containers do not run" + machine.Quote(strings.Split(strings.TrimSpace(out), "\n")), nil
	case r.Strong():
		failed, ok := errors.AsType[*daemon.Error](holds(ctx, m))
		if ok && failed.Reason == ReasonEscapes {
			return failed.Msg, nil
		}
	}
	return "", nil
}
