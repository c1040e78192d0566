package docker

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"

	"handbook/content"
	"handbook/verify"
)

// Left names the containers and volumes of an engine's run that there are.
func Left(t *testing.T, e *Engine) []string {
	t.Helper()
	own := filters.NewArgs(filters.Arg("label", labelRun+"="+e.opts.Run))
	var left []string
	containers, err := e.client.ContainerList(t.Context(), container.ListOptions{All: true, Filters: own})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers {
		left = append(left, c.Names[0])
	}
	volumes, err := e.client.VolumeList(t.Context(), volume.ListOptions{Filters: own})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes.Volumes {
		left = append(left, v.Name)
	}
	return slices.Sorted(slices.Values(left))
}

// Inspect is what the engine says of a machine's container.
func Inspect(t *testing.T, e *Engine, m *Machine) container.InspectResponse {
	t.Helper()
	found, err := e.client.ContainerInspect(t.Context(), m.id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Build builds an image, which goes with the test.
func Build(t *testing.T, e *Engine, ref, dockerfile string) {
	t.Helper()
	if err := e.build(t.Context(), ref, []byte(dockerfile)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.client.ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true, PruneChildren: true})
	})
}

// LeastCaps are the capabilities of the first candidate.
func LeastCaps() []string { return slices.Clone(candidates("")[0].caps) }

// TryRights says why a machine with these rights does not do, "" if it does.
func TryRights(t *testing.T, e *Engine, caps []string, unconfined bool) string {
	t.Helper()
	spec := verify.Spec{Page: "rights", Limits: e.Limits(content.MachineConfig{})}
	image, err := e.machineImage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	why, err := e.try(t.Context(), image, spec, rights{caps: caps, unconfined: unconfined})
	if err != nil {
		t.Fatal(err)
	}
	return why
}

// Remove removes a machine that was kept.
func Remove(t *testing.T, e *Engine, m *Machine) {
	e.removeLater(m.id)
}

// Orphan leaves a container that was never started, with its volume, and a
// volume without a container.
func Orphan(t *testing.T, e *Engine, image string) {
	t.Helper()
	labels := e.labels(roleMachine, t.Name())
	anonymous := mount.Mount{Type: mount.TypeVolume, Target: "/v", VolumeOptions: &mount.VolumeOptions{Labels: labels}}
	_, err := e.client.ContainerCreate(t.Context(), &container.Config{Image: image, Labels: labels},
		&container.HostConfig{Mounts: []mount.Mount{anonymous}}, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.client.VolumeCreate(t.Context(), volume.CreateOptions{Labels: labels}); err != nil {
		t.Fatal(err)
	}
}

// SweepOlder is Sweep with another idea of old, of this run only.
func SweepOlder(t *testing.T, e *Engine, age time.Duration) error {
	_, err := e.sweep(t.Context(), age, e.opts.Run)
	return err
}

// Relay lets an engine's own mirror have another name, and be of another
// registry than the Hub.
func Relay(e *Engine, name, hub string) { e.relay = relay{name, hub} }

// RemoveRelay removes an own mirror with what it has stored.
func RemoveRelay(t *testing.T, e *Engine) {
	e.removeLater(e.relay.name)
	if err := e.client.VolumeRemove(context.Background(), e.relay.name, true); err != nil {
		t.Error(err)
	}
}

// GatewayURL is a URL of this computer's as containers see it.
func GatewayURL(t *testing.T, e *Engine) string {
	t.Helper()
	url, err := e.givenMirrorIn(t.Context(), machineNet{name: "bridge"})
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// LoseClaim lets go of an engine's claim as the end of its process does.
func LoseClaim(t *testing.T, e *Engine) {
	if err := e.claim.file.Close(); err != nil {
		t.Fatal(err)
	}
	e.claim.file = nil
}

// Connect makes a connection of a process on a machine.
func (m *Machine) Connect(ctx context.Context, args ...string) (net.Conn, error) {
	return m.connect(ctx, args...)
}
