package docker

import (
	"context"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/network"

	"handbook/verify/docker/daemon"
	"handbook/verify/docker/once"
	"handbook/verify/docker/sweep"
)

// networks are the engine's networks for machines.
type networks struct {
	daemon *daemon.Daemon
	mirror mirror
	closed once.Value[string] // name of the network that leads nowhere
}

// A mirror is a mirror of Docker Hub: a *hub.Given or a *hub.Own.
type mirror interface {
	// URLIn returns the URL of the mirror for machines in a network, "" if
	// there is none.
	URLIn(ctx context.Context, network string) (string, error)
}

// A machineNet is the network of a machine.
type machineNet struct {
	name   string
	closed bool   // it leads nowhere but to the mirror
	mirror string // URL of the mirror as the machine sees it, or ""
}

// noServer is the address of a name server that does not exist. Where there is
// no network, looking up a name then fails at once instead of after seconds.
const noServer = "127.0.0.1"

// engineArgs returns the options of dockerd on a machine in the network. hub
// says whether the machine has a stand-in for Docker Hub, which asks the mirror
// itself.
func (n machineNet) engineArgs(hub bool) []string {
	var args []string
	if n.closed {
		args = append(args, "--dns="+noServer)
	}
	if n.mirror == "" || hub {
		return args
	}
	args = append(args, "--registry-mirror="+n.mirror)
	if host, ok := strings.CutPrefix(n.mirror, "http://"); ok {
		args = append(args, "--insecure-registry="+host)
	}
	return args
}

// join returns the network of a machine; kind is verify.Spec's. A machine
// without a network ("none") still needs its base images: its network leads to
// the engine's computer, where the mirror is, and to nowhere else.
func (n *networks) join(ctx context.Context, kind string) (machineNet, error) {
	joined := machineNet{name: "bridge"}
	var err error
	if kind == "none" {
		joined.closed = true
		if joined.name, err = n.closed.Get(func() (string, error) { return n.ensureClosed(ctx) }); err != nil {
			return machineNet{}, err
		}
	}
	joined.mirror, err = n.mirror.URLIn(ctx, joined.name)
	return joined, n.daemon.Failure("", err)
}

// ensureClosed makes the network that leads nowhere, if it is not there.
func (n *networks) ensureClosed(ctx context.Context) (string, error) {
	const name = "handbook-closed"
	found, err := n.daemon.Client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err == nil && found.Internal && found.Labels[sweep.LabelRole] == sweep.RoleClosed {
		return name, nil
	}
	_, err = n.daemon.Client.NetworkCreate(ctx, name, network.CreateOptions{
		Driver:   "bridge",
		Internal: true,
		Labels:   sweep.Shared(sweep.RoleClosed),
	})
	if errdefs.IsConflict(err) { // another handbook has just made it
		return name, nil
	}
	return name, n.daemon.Failure("cannot make a network without a way out", err)
}
