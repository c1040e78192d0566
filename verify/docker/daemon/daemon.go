// Package daemon connects to the Docker Engine on which machines are made: where
// it listens (Endpoint), what it says of itself (Daemon, Facts), whether it still
// answers, and what is wrong if it does not (Error).
package daemon

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

// A Daemon is a connection to the engine on which machines are made, with what
// the engine says of itself.
type Daemon struct {
	Config
	Client   *client.Client
	Info     system.Info
	BuildKit bool // it builds with BuildKit unless it is told otherwise
}

// A Config says where an engine is, and what goes with every use of it.
type Config struct {
	At  Endpoint
	CA  []byte // PEM certificates that go to containers with files; may be nil
	Log *slog.Logger
}

// answerTime is how long an engine may take to say what it is.
const answerTime = 15 * time.Second

// CleanupTime is how long a removal may take whose caller may be gone. On a busy
// computer, removing a machine with its volume takes more than half a minute.
const CleanupTime = 2 * time.Minute

// Connect connects to the engine and asks what it is. An error is an *Error, or
// that of ctx.
func Connect(ctx context.Context, c Config) (*Daemon, error) {
	d := &Daemon{Config: c}
	var err error
	if d.Client, err = newClient(c.At); err != nil {
		return nil, &Error{Msg: fmt.Sprintf("cannot use the Docker Engine at %s: %v", d.At, err), Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if d.Info, err = d.Client.Info(ctx); err != nil {
		d.Client.Close()
		return nil, d.unusable(err)
	}
	ping, err := d.Client.Ping(ctx)
	if err != nil {
		d.Client.Close()
		return nil, d.unusable(err)
	}
	d.BuildKit = ping.BuilderVersion == build.BuilderBuildKit
	if d.Info.OSType != "linux" {
		d.Client.Close()
		return nil, &Error{Msg: fmt.Sprintf("the Docker Engine at %s runs %s containers, and labs need Linux containers", d.At, d.Info.OSType)}
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
func (d *Daemon) product(ctx context.Context) string {
	version, err := d.Client.ServerVersion(ctx)
	if err == nil {
		for _, c := range version.Components {
			if c.Name == "Podman Engine" {
				return "Podman " + c.Version
			}
		}
	}
	return "Docker Engine " + d.Info.ServerVersion
}

// CannotAttach says what err is, with which the daemon did not attach to a
// container that was not started yet. Only then nothing is lost of what a machine
// prints. Podman attaches to those that run.
func (d *Daemon) CannotAttach(ctx context.Context, err error) error {
	product := d.product(ctx)
	if ctx.Err() != nil || strings.HasPrefix(product, "Docker ") {
		return err
	}
	return &Error{Msg: fmt.Sprintf("%s at %s does not attach to a container before it starts, which machines need", product, d.At), Err: err, Reason: ReasonAttach}
}

// Ping asks whether the engine answers. An error is an *Error, or that of ctx.
func (d *Daemon) Ping(ctx context.Context) error {
	_, err := d.Client.Ping(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return d.unusable(err)
}

// Watch returns when the engine is lost: it has ended, even if another one
// takes its place at once, or it no longer answers. The error is an *Error, or
// that of ctx.
func (d *Daemon) Watch(ctx context.Context) error {
	const (
		interval = 15 * time.Second // between pings
		// A busy engine is slow, but a computer that was switched off does
		// not even close the connection.
		timeout = 30 * time.Second
	)
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	// A connection on which nothing is ever sent: it ends with the engine. A
	// Ping alone would miss a restart.
	nothing := filters.NewArgs(filters.Arg("label", sweep.LabelRole+"=none"))
	messages, ended := d.Client.Events(watching, events.ListOptions{Filters: nothing})
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	lost := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Error{Msg: fmt.Sprintf("the Docker Engine at %s is gone", d.At), Err: err}
	}
	for {
		select {
		case <-messages:
		case err := <-ended:
			return lost(err)
		case <-ticks.C:
			ask, done := context.WithTimeout(ctx, timeout)
			err := d.Ping(ask)
			done()
			if err != nil {
				return lost(err)
			}
		}
	}
}

// Platform returns the engine's, such as "linux/amd64".
func (d *Daemon) Platform() string {
	arch := d.Info.Architecture
	switch arch {
	case "x86_64":
		arch = "amd64"
	case "aarch64":
		arch = "arm64"
	}
	return d.Info.OSType + "/" + arch
}

// InVM reports whether the engine runs in a virtual machine of Docker
// Desktop's.
func (d *Daemon) InVM() bool { return strings.Contains(d.Info.OperatingSystem, "Docker Desktop") }

// FreeDisk returns how many bytes are free where the engine keeps its containers.
// It is known if the engine is on this very computer, and not in a virtual
// machine there.
func (d *Daemon) FreeDisk() (int64, bool) {
	host, err := os.Hostname()
	at := cmp.Or(d.At.Host, client.DefaultDockerHost)
	if err != nil || host != d.Info.Name || !strings.HasPrefix(at, "unix:") || d.InVM() {
		return 0, false
	}
	return freeDisk(d.Info.DockerRootDir)
}

// CopyFiles copies files of root's to a container, and the bundle of
// certificates if there is one. Only root can read the files, as some have a
// password in them.
func (d *Daemon) CopyFiles(ctx context.Context, id string, files map[string][]byte) error {
	return d.CopyFilesAs(ctx, id, files, 0)
}

// CopyFilesAs is CopyFiles for files of another user than root.
func (d *Daemon) CopyFilesAs(ctx context.Context, id string, files map[string][]byte, owner int) error {
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
	if len(d.CA) > 0 {
		add("run/handbook/ca.pem", 0o644, d.CA)
	}
	if len(errs) == 0 {
		return nil
	}
	if err := errors.Join(append(errs, w.Close())...); err != nil {
		return err
	}
	return d.Client.CopyToContainer(ctx, id, "/", &archive, container.CopyToContainerOptions{})
}

// Remove kills and removes a container with its anonymous volumes, and returns
// when it is gone.
func (d *Daemon) Remove(ctx context.Context, id string) error {
	err := d.Client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsConflict(err) {
		// The engine is removing it already, as it has ended (moby,
		// daemon/delete.go).
		err = d.awaitRemoval(ctx, id)
	}
	if errdefs.IsNotFound(err) {
		return nil
	}
	return d.Failure("cannot remove a machine", err)
}

// awaitRemoval waits until a container is gone. The error then says that it is
// not found.
func (d *Daemon) awaitRemoval(ctx context.Context, id string) error {
	for {
		if _, err := d.Client.ContainerInspect(ctx, id); err != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Discard removes a container after something has failed. That failure is what
// the caller reports, so an error is only logged.
func (d *Daemon) Discard(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), CleanupTime)
	defer cancel()
	if err := d.Remove(ctx, id); err != nil {
		d.Log.Warn("a container is left behind", "container", id, "error", err)
	}
}

// HasRuntime returns an error if the engine does not have a runtime. Names such
// as io.containerd.kata.v2 are those of programs, which it need not know.
func (d *Daemon) HasRuntime(name string) error {
	if _, ok := d.Info.Runtimes[name]; ok || name == "" || strings.Contains(name, ".") {
		return nil
	}
	var known []string
	for other := range d.Info.Runtimes {
		if !strings.Contains(other, ".") {
			known = append(known, other)
		}
	}
	slices.Sort(known)
	return &Error{Msg: fmt.Sprintf("the Docker Engine has no runtime %q, but %s", name, strings.Join(known, ", ")), Reason: ReasonRuntime}
}
