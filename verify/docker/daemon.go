package docker

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"

	"handbook/verify/docker/sweep"
)

// A daemon is a connection to the engine on which machines are made, with what
// the engine says of itself.
type daemon struct {
	client   *client.Client
	at       Endpoint
	info     system.Info
	buildKit bool   // it builds with BuildKit unless it is told otherwise
	ca       []byte // Options.CA
	log      *slog.Logger
}

const (
	answerTime  = 15 * time.Second // for an engine to say what it is
	cleanupTime = 30 * time.Second // for a removal whose caller may be gone
)

// connect connects to the engine and asks what it is.
func connect(ctx context.Context, opts Options) (*daemon, error) {
	d := &daemon{at: opts.Endpoint, ca: opts.CA, log: opts.Log}
	var err error
	if d.client, err = newClient(d.at); err != nil {
		return nil, &EngineError{Msg: fmt.Sprintf("cannot use the Docker Engine at %s: %v", d.at, err), Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if d.info, err = d.client.Info(ctx); err != nil {
		d.client.Close()
		return nil, d.unusable(err)
	}
	ping, err := d.client.Ping(ctx)
	if err != nil {
		d.client.Close()
		return nil, d.unusable(err)
	}
	d.buildKit = ping.BuilderVersion == build.BuilderBuildKit
	if d.info.OSType != "linux" {
		d.client.Close()
		return nil, &EngineError{Msg: fmt.Sprintf("the Docker Engine at %s runs %s containers, and labs need Linux containers", d.at, d.info.OSType)}
	}
	return d, nil
}

func newClient(at Endpoint) (*client.Client, error) {
	opts := []client.Opt{client.WithAPIVersionNegotiation()}
	helper, err := connhelper.GetConnectionHelper(at.Host)
	switch {
	case err != nil:
		return nil, err
	case helper != nil: // ssh://
		opts = append(opts,
			client.WithHTTPClient(&http.Client{Transport: &http.Transport{DialContext: helper.Dialer}}),
			client.WithHost(helper.Host), client.WithDialContext(helper.Dialer))
	case at.Host != "":
		opts = append(opts, client.WithHost(at.Host))
	}
	if at.TLS != (TLSFiles{}) {
		opts = append(opts, client.WithTLSClientConfig(at.TLS.CA, at.TLS.Cert, at.TLS.Key))
	}
	return client.NewClientWithOpts(opts...)
}

// product names what answers: "Docker Engine 28.5.2", or another program that
// speaks Docker's API, such as "Podman 4.3.1".
func (d *daemon) product(ctx context.Context) string {
	version, err := d.client.ServerVersion(ctx)
	if err == nil {
		for _, c := range version.Components {
			if c.Name == "Podman Engine" {
				return "Podman " + c.Version
			}
		}
	}
	return "Docker Engine " + d.info.ServerVersion
}

// cannotAttach says what err is, with which the daemon did not attach to a
// container that was not started yet. Only then nothing is lost of what a machine
// prints. Podman attaches to those that run.
func (d *daemon) cannotAttach(ctx context.Context, err error) error {
	product := d.product(ctx)
	if ctx.Err() != nil || strings.HasPrefix(product, "Docker ") {
		return err
	}
	return &EngineError{Msg: fmt.Sprintf("%s at %s does not attach to a container before it starts, which machines need", product, d.at), Err: err, Reason: ReasonAttach}
}

func (d *daemon) ping(ctx context.Context) error {
	_, err := d.client.Ping(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return d.unusable(err)
}

// watch implements Engine.Watch.
func (d *daemon) watch(ctx context.Context) error {
	const (
		interval = 15 * time.Second // between pings
		// A busy engine is slow, but a computer that was switched off does
		// not even close the connection.
		timeout = 30 * time.Second
	)
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	// A connection on which nothing is ever sent: it ends with the engine. A
	// ping alone would miss a restart.
	nothing := filters.NewArgs(filters.Arg("label", sweep.LabelRole+"=none"))
	messages, ended := d.client.Events(watching, events.ListOptions{Filters: nothing})
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	lost := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &EngineError{Msg: fmt.Sprintf("the Docker Engine at %s is gone", d.at), Err: err}
	}
	for {
		select {
		case <-messages:
		case err := <-ended:
			return lost(err)
		case <-ticks.C:
			ask, done := context.WithTimeout(ctx, timeout)
			err := d.ping(ask)
			done()
			if err != nil {
				return lost(err)
			}
		}
	}
}

// platform returns the engine's, such as "linux/amd64".
func (d *daemon) platform() string {
	arch := d.info.Architecture
	switch arch {
	case "x86_64":
		arch = "amd64"
	case "aarch64":
		arch = "arm64"
	}
	return d.info.OSType + "/" + arch
}

// inVM reports whether the engine runs in a virtual machine of Docker
// Desktop's.
func (d *daemon) inVM() bool { return strings.Contains(d.info.OperatingSystem, "Docker Desktop") }

// freeDisk implements Engine.FreeDisk.
func (d *daemon) freeDisk() (int64, bool) {
	host, err := os.Hostname()
	at := cmp.Or(d.at.Host, client.DefaultDockerHost)
	if err != nil || host != d.info.Name || !strings.HasPrefix(at, "unix:") || d.inVM() {
		return 0, false
	}
	return freeDisk(d.info.DockerRootDir)
}

// CopyFiles copies files of root's to a container, and the bundle of
// certificates if there is one. Only root can read the files, as some have a
// password in them.
func (d *daemon) CopyFiles(ctx context.Context, id string, files map[string][]byte) error {
	return d.copyFiles(ctx, id, files, 0)
}

// copyFiles is CopyFiles for another user than root.
func (d *daemon) copyFiles(ctx context.Context, id string, files map[string][]byte, owner int) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	var errs []error
	add := func(name string, mode int64, content []byte) {
		errs = append(errs, w.WriteHeader(&tar.Header{Name: name, Mode: mode, Uid: owner, Gid: owner, Size: int64(len(content)), Format: tar.FormatPAX}))
		_, err := w.Write(content)
		errs = append(errs, err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		add(name, 0o700, files[name])
	}
	if len(d.ca) > 0 {
		add("run/handbook/ca.pem", 0o644, d.ca)
	}
	if len(errs) == 0 {
		return nil
	}
	if err := errors.Join(append(errs, w.Close())...); err != nil {
		return err
	}
	return d.client.CopyToContainer(ctx, id, "/", &archive, container.CopyToContainerOptions{})
}

// Remove kills and removes a container with its anonymous volumes, and returns
// when it is gone.
func (d *daemon) Remove(ctx context.Context, id string) error {
	err := d.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsConflict(err) {
		// The engine is removing it already, as it has ended (moby,
		// daemon/delete.go).
		err = d.awaitRemoval(ctx, id)
	}
	if errdefs.IsNotFound(err) {
		return nil
	}
	return d.failure("cannot remove a machine", err)
}

// awaitRemoval waits until a container is gone. The error then says that it is
// not found.
func (d *daemon) awaitRemoval(ctx context.Context, id string) error {
	for {
		if _, err := d.client.ContainerInspect(ctx, id); err != nil {
			return err
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// discard removes a container after something has failed. That failure is what
// the caller reports, so an error is only logged.
func (d *daemon) discard(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTime)
	defer cancel()
	if err := d.Remove(ctx, id); err != nil {
		d.log.Warn("a container is left behind", "container", id, "error", err)
	}
}

// sleep waits, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
