package docker

import (
	"context"
	"fmt"
	"strings"

	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machine"
	"handbook/verify/several"
)

// startSeveral makes the machines of a lab that has several. They are on the
// network on which a single one would be, so there is nothing more to remove.
func (e *Engine) startSeveral(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	s, err := several.Start(ctx, spec, e.startOne)
	if err != nil {
		return nil, err // not the nil *several.Machine
	}
	if err := introduce(ctx, s.Machines()); err != nil {
		_ = s.Close() // what stays is left to the next run's sweep
		return nil, err
	}
	return s, nil
}

// introduce lets machines know the others by name.
func introduce(ctx context.Context, all []verify.Named) error {
	lines := make([]string, len(all)) // of /etc/hosts
	for i, m := range all {
		address, err := m.Machine.(*machine.Machine).Address(ctx)
		if err != nil {
			return err
		}
		lines[i] = address + "\t" + m.Name + "\n"
	}
	for i, m := range all {
		others := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		out, exit, err := m.Machine.(*machine.Machine).Output(ctx, "sh", "-c", `printf %s "$1" >> /etc/hosts`, "sh", others)
		switch {
		case err != nil:
			return err
		case exit != 0:
			return &daemon.Error{Msg: fmt.Sprintf("machine %s cannot be told the names of the others: %s", m.Name, strings.TrimSpace(out))}
		}
	}
	return nil
}
