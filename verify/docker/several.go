package docker

import (
	"context"
	"fmt"
	"strings"

	"handbook/verify"
	"handbook/verify/docker/daemon"
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
		address, err := m.Machine.(*Machine).instance.address(ctx)
		if err != nil {
			return err
		}
		lines[i] = address + "\t" + m.Name + "\n"
	}
	for i, m := range all {
		others := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		out, exit, err := m.Machine.(*Machine).instance.output(ctx, "sh", "-c", `printf %s "$1" >> /etc/hosts`, "sh", others)
		switch {
		case err != nil:
			return err
		case exit != 0:
			return &daemon.Error{Msg: fmt.Sprintf("machine %s cannot be told the names of the others: %s", m.Name, strings.TrimSpace(out))}
		}
	}
	return nil
}

// address returns the address of the machine in its network.
func (i *instance) address(ctx context.Context) (string, error) {
	found, err := i.daemon.Client.ContainerInspect(ctx, i.id)
	if err != nil {
		return "", i.failure("cannot ask for the machine's address", err)
	}
	for _, network := range found.NetworkSettings.Networks {
		if network.IPAddress != "" {
			return network.IPAddress, nil
		}
	}
	return "", &daemon.Error{Msg: fmt.Sprintf("the Docker Engine at %s has given the machine no address", i.daemon.At)}
}
