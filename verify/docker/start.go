package docker

import (
	"archive/tar"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"handbook/verify"
)

//go:embed machine/init
var initDocker []byte

//go:embed machine/plain
var initPlain string

// Start makes a fresh machine and returns it ready. An error is that of ctx,
// a *verify.LabError where the page is to blame, or an *EngineError.
func (e *Engine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	spec.Limits = e.Limits(spec.Limits)
	if err := e.hasRuntime(spec.Limits.Runtime); err != nil {
		return nil, err
	}
	start := e.startPlain
	if spec.Image == "docker" {
		start = e.startDocker
	}
	m, err := start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// hasRuntime says so where the engine does not know a runtime. Names such as
// io.containerd.kata.v2 are those of programs, which it need not know.
func (e *Engine) hasRuntime(name string) error {
	if _, ok := e.info.Runtimes[name]; ok || name == "" || strings.Contains(name, ".") {
		return nil
	}
	var known []string
	for other := range e.info.Runtimes {
		if !strings.Contains(other, ".") {
			known = append(known, other)
		}
	}
	slices.Sort(known)
	return &EngineError{Msg: fmt.Sprintf("the Docker Engine has no runtime %q, but %s", name, strings.Join(known, ", ")), elsewhere: true}
}

func (e *Engine) startDocker(ctx context.Context, spec verify.Spec) (*Machine, error) {
	image, err := e.machineImage(ctx)
	if err != nil {
		return nil, err
	}
	r, err := e.findRights(ctx, image, spec)
	if err != nil {
		return nil, err
	}
	m, err := e.boot(ctx, image, spec, r)
	if err != nil && ctx.Err() == nil {
		e.forgetRights(image, spec)
	}
	return m, err
}

// boot makes a machine with its own engine.
func (e *Engine) boot(ctx context.Context, image string, spec verify.Spec, r rights) (*Machine, error) {
	net, err := e.network(ctx, spec)
	if err != nil {
		return nil, err
	}
	hub, err := newHub(spec, net.mirror)
	if err != nil {
		return nil, err
	}
	config := e.config(image, spec)
	host := e.hostConfig(spec)
	files := map[string][]byte{"run/handbook/init": initDocker}
	if hub != nil {
		net.hub = true
		if err := hub.install(config, host, files); err != nil {
			return nil, err
		}
	}
	config.Entrypoint = []string{"/run/handbook/init"}
	config.Cmd = append([]string{net.mirror, strconv.FormatInt(spec.Limits.Disk, 10), spec.Network}, net.engineArgs()...)
	if e.opts.ContainerdStore {
		config.Cmd = append(config.Cmd, "--feature=containerd-snapshotter=true")
	}
	host.NetworkMode = container.NetworkMode(net.name)
	if net.closed {
		host.DNS = []string{nowhere}
	}
	r.grant(host)
	// An overlay file system can't be stacked on the machine's own.
	host.Mounts = []mount.Mount{{
		Type:          mount.TypeVolume,
		Target:        "/var/lib/docker",
		VolumeOptions: &mount.VolumeOptions{Labels: config.Labels},
	}}
	begin := time.Now()
	m, err := e.make(ctx, spec, config, host, files)
	if err != nil {
		return nil, err
	}
	m.mirror, m.hub = net.mirror, hub
	if m.inner, err = m.innerClient(); err != nil {
		m.deaf()
		e.removeLater(m.id)
		return nil, e.failure("cannot make a client of the machine's engine", err)
	}
	// The clock of a remote engine may differ; nothing was pulled before.
	m.pulled.since = begin.Add(-24 * time.Hour)
	go m.listen(m.listening)
	go m.acquaint(m.listening)
	return m, nil
}

// startPlain makes a plain container of an image, without further rights.
func (e *Engine) startPlain(ctx context.Context, spec verify.Spec) (*Machine, error) {
	if err := e.ensureImage(ctx, spec.Image); err != nil {
		return nil, err
	}
	config := e.config(spec.Image, spec)
	config.Entrypoint = []string{"sh", "-c", initPlain}
	if len(e.opts.CA) > 0 {
		// Programs that bring a bundle of their own look here.
		for _, name := range []string{"SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"} {
			config.Env = append(config.Env, name+"=/etc/ssl/certs/ca-certificates.crt")
		}
	}
	host := e.hostConfig(spec)
	confine(host)
	if spec.Network == "none" {
		host.NetworkMode = "none"
	}
	m, err := e.make(ctx, spec, config, host, nil)
	if err != nil {
		return nil, err
	}
	go m.watchDisk(m.listening)
	return m, nil
}

func (e *Engine) ensureImage(ctx context.Context, ref string) error {
	_, err := e.client.ImageInspect(ctx, ref)
	switch {
	case err == nil:
		return nil
	case errdefs.IsNotFound(err):
		return e.pull(ctx, ref)
	case errdefs.IsInvalidArgument(err):
		return &verify.LabError{Msg: fmt.Sprintf("%q is not the name of an image", ref)}
	}
	return e.failure(fmt.Sprintf("cannot look for the image %s", ref), err)
}

// config is what is the same for all machines. The environment is also that
// of a person who enters one.
func (e *Engine) config(image string, spec verify.Spec) *container.Config {
	return &container.Config{
		Image:    image,
		Hostname: "lab",
		User:     "0:0",
		Labels:   e.labels(roleMachine, spec.Page),
		Env: []string{
			"HOME=/root",
			"TERM=xterm-256color",
			"LANG=C.UTF-8",
			"TZ=UTC",
			"PAGER=cat",
			"GIT_PAGER=cat",
		},
		WorkingDir: "/root",
		Cmd:        []string{},
		// The engine closes standard input when handbook goes.
		OpenStdin:    true,
		StdinOnce:    true,
		AttachStdin:  true,
		AttachStdout: true,
		AttachStderr: true,
		// A health check of the image is for a program that does not run.
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
}

func (e *Engine) hostConfig(spec verify.Spec) *container.HostConfig {
	limits := spec.Limits
	return &container.HostConfig{
		AutoRemove: true,
		LogConfig:  container.LogConfig{Type: "none"},
		Runtime:    limits.Runtime,
		Resources: container.Resources{
			Memory:     limits.Memory,
			MemorySwap: limits.Memory, // none beyond it
			NanoCPUs:   int64(limits.CPUs * 1e9),
			PidsLimit:  &limits.Pids,
		},
	}
}

// make creates the container of a machine, with files in it, starts it, and
// returns it when its process 1 says that it is ready.
func (e *Engine) make(ctx context.Context, spec verify.Spec, config *container.Config, host *container.HostConfig, files map[string][]byte) (*Machine, error) {
	name := "handbook-" + slug(spec.Page) + randomName()
	// An engine finishes what it has begun when the request for it is
	// cancelled, and nobody would know of the container.
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	created, err := e.client.ContainerCreate(whole, config, host, nil, nil, name)
	if err != nil {
		return nil, e.failure("cannot make a machine", err)
	}
	m := &Machine{engine: e, id: created.ID, name: name, image: config.Image}
	m.answers = newAnswers(m)
	m.limited.MachineConfig = spec.Limits
	m.listening, m.deaf = context.WithCancel(context.WithoutCancel(ctx))
	go m.watchMemory(m.listening)
	if err := m.start(ctx, files); err != nil {
		m.deaf()
		e.removeLater(m.id)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, e.failure("cannot start a machine", err)
	}
	return m, nil
}

// start starts a machine's container and waits until it is ready.
func (m *Machine) start(ctx context.Context, files map[string][]byte) error {
	cli := m.engine.client
	if archive, err := archive(files, m.engine.opts.CA); err != nil {
		return err
	} else if archive != nil {
		if err := cli.CopyToContainer(ctx, m.id, "/", archive, container.CopyToContainerOptions{}); err != nil {
			return err
		}
	}
	conn, err := cli.ContainerAttach(ctx, m.id, container.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return err
	}
	m.control = newControl(conn)
	if err := cli.ContainerStart(ctx, m.id, container.StartOptions{}); err != nil {
		m.control.close()
		return startFailure(m.image, err)
	}
	if err := m.control.ready(ctx); err != nil {
		m.control.close()
		return err
	}
	return nil
}

// startFailure finds what a page is to blame for in what the engine says.
func startFailure(image string, err error) error {
	if strings.Contains(err.Error(), `exec: "sh"`) {
		return &verify.LabError{Msg: fmt.Sprintf("the image %q has no shell, so no lab can run on it", image)}
	}
	return err
}

// removeLater removes a container in the background of a failure, which is
// told first.
func (e *Engine) removeLater(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTime)
	defer cancel()
	if err := e.remove(ctx, id); err != nil {
		e.log.Warn("a container is left behind", "container", id, "error", err)
	}
}

// archive packs files of root's, and the bundle of certificates if there is
// one, for copying into a container. It is nil if there is nothing to copy.
func archive(files map[string][]byte, ca []byte) (*bytes.Buffer, error) {
	if len(files) == 0 && len(ca) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	var errs []error
	for name, content := range files {
		errs = append(errs, writeFile(w, name, 0o700, content)) // some have a password in them
	}
	if len(ca) > 0 {
		errs = append(errs, writeFile(w, "run/handbook/ca.pem", 0o644, ca))
	}
	errs = append(errs, w.Close())
	return &b, errors.Join(errs...)
}

// slug makes a page's path a part of a container's name: "labs/04-flask.md"
// becomes "04-flask-".
func slug(page string) string {
	page = strings.TrimSuffix(page[strings.LastIndexAny(page, `/\`)+1:], ".md")
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, page)
	if clean = strings.Trim(clean, "-"); clean == "" {
		return ""
	}
	return clean[:min(len(clean), 40)] + "-"
}
