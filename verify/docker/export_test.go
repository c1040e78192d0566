package docker

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/rights"
	"handbook/verify/docker/sweep"
)

// Left returns the names of the containers and volumes of an engine's run.
func Left(t *testing.T, e *Engine) []string {
	t.Helper()
	own := filters.NewArgs(filters.Arg("label", sweep.LabelRun+"="+e.opts.Run))
	var left []string
	containers, err := e.daemon.Client.ContainerList(t.Context(), container.ListOptions{All: true, Filters: own})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers {
		left = append(left, c.Names[0])
	}
	volumes, err := e.daemon.Client.VolumeList(t.Context(), volume.ListOptions{Filters: own})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes.Volumes {
		left = append(left, v.Name)
	}
	return slices.Sorted(slices.Values(left))
}

// Inspect returns what the engine says of a machine's container.
func Inspect(t *testing.T, e *Engine, m *machine.Machine) container.InspectResponse {
	t.Helper()
	found, err := e.daemon.Client.ContainerInspect(t.Context(), m.ID())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Build builds an image and removes it at the end of the test.
func Build(t *testing.T, e *Engine, ref, dockerfile string) {
	t.Helper()
	built := images.Built{Puller: e.puller, Ref: ref, Dockerfile: []byte(dockerfile)}
	if err := built.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.daemon.Client.ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true, PruneChildren: true})
	})
}

// BuildWith builds an image with a builder, and returns what is told meanwhile.
func BuildWith(t *testing.T, e *Engine, buildKit bool, ref, dockerfile string) (lines []string, err error) {
	t.Helper()
	p := *e.puller
	p.Progress = func(line string) { lines = append(lines, line) }
	built := images.Built{Puller: &p, Ref: ref, Dockerfile: []byte(dockerfile), Labels: map[string]string{"org.handbook.test": "yes"}, BuildKit: buildKit}
	t.Cleanup(func() {
		e.daemon.Client.ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true, PruneChildren: true})
	})
	err = built.Ensure(t.Context())
	return lines, err
}

// Labels returns those of an image.
func Labels(t *testing.T, e *Engine, ref string) map[string]string {
	t.Helper()
	found, err := e.daemon.Client.ImageInspect(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return found.Config.Labels
}

// LeastCaps returns the capabilities of the first candidate.
func LeastCaps() []string { return slices.Clone(rights.Candidates("")[0].Caps) }

// TryRights returns why a machine does not work with rights, "" if it does.
func TryRights(t *testing.T, e *Engine, caps []string, unconfined bool) string {
	t.Helper()
	spec := verify.Spec{Page: "rights", Limits: withDefaults(config.Machine{}, 0)}
	k, err := e.kind("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.image.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	why, err := e.try(t.Context(), k, spec, rights.Rights{Caps: caps, Unconfined: unconfined})
	if err != nil {
		t.Fatal(err)
	}
	return why
}

// Remove removes a machine that was kept.
func Remove(t *testing.T, e *Engine, m *machine.Machine) {
	e.daemon.Discard(m.ID())
}

// Orphan makes a container that is never started, with its volume, and a volume
// without a container.
func Orphan(t *testing.T, e *Engine, image string) {
	t.Helper()
	labels := sweep.Machine(e.opts.Run, t.Name())
	anonymous := mount.Mount{Type: mount.TypeVolume, Target: "/v", VolumeOptions: &mount.VolumeOptions{Labels: labels}}
	_, err := e.daemon.Client.ContainerCreate(t.Context(), &container.Config{Image: image, Labels: labels},
		&container.HostConfig{Mounts: []mount.Mount{anonymous}}, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.daemon.Client.VolumeCreate(t.Context(), volume.CreateOptions{Labels: labels}); err != nil {
		t.Fatal(err)
	}
}

// SweepOlder is Sweep of this run only, with another age.
func SweepOlder(t *testing.T, e *Engine, age time.Duration) error {
	return e.sweeper.Older(t.Context(), age, e.opts.Run)
}

// Relay gives an engine's own mirror another name, and another registry than
// the Hub to mirror.
func Relay(e *Engine, name, of string) {
	own := e.networks.mirror.(*hub.Own)
	own.Name, own.Of = name, of
}

// MirrorImage is the image of an engine's own mirror.
func MirrorImage(e *Engine) string {
	return e.networks.mirror.(*hub.Own).Engine.(mirrorEngine).image.Ref
}

// MirrorName is the name of an engine's own mirror.
func MirrorName(e *Engine) string { return e.networks.mirror.(*hub.Own).Name }

// RemoveRelay removes an own mirror with what it has stored.
func RemoveRelay(t *testing.T, e *Engine) {
	e.daemon.Discard(e.networks.mirror.(*hub.Own).Name)
	if err := e.daemon.Client.VolumeRemove(context.Background(), e.networks.mirror.(*hub.Own).Name, true); err != nil {
		t.Error(err)
	}
}

// GatewayURL returns the mirror's URL as containers see it.
func GatewayURL(t *testing.T, e *Engine) string {
	t.Helper()
	url, err := e.networks.mirror.URLIn(t.Context(), "bridge")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// LoseClaim releases an engine's claim as the end of its process does.
func LoseClaim(t *testing.T, e *Engine) {
	if err := e.claim.Release(); err != nil {
		t.Fatal(err)
	}
	e.claim = nil
}
