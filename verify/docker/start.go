package docker

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/rights"
	"handbook/verify/docker/sweep"
)

// Start makes a fresh machine, or several, and returns it ready. An error is that
// of ctx, a *verify.LabError if the page is to blame, or a *daemon.Error.
func (e *Engine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	if len(spec.Names) > 1 {
		return e.startSeveral(ctx, spec)
	}
	return e.startOne(ctx, spec)
}

func (e *Engine) startOne(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	spec.Limits = withDefaults(spec.Limits, e.daemon.Info.MemTotal)
	if err := e.daemon.HasRuntime(spec.Limits.Runtime); err != nil {
		return nil, err
	}
	start := e.startPlain
	if spec.Image == config.DockerMachine {
		k, err := e.kind(spec.Docker)
		if err != nil {
			return nil, err
		}
		if e.opts.Strangers && k.image.Own() {
			return nil, &daemon.Error{Msg: "whether a machine holds cannot be tried on one of the site's own Dockerfile: what that installs would answer", Reason: ReasonEscapes}
		}
		start = func(ctx context.Context, spec verify.Spec) (*machine.Machine, error) {
			m, err := e.startDocker(ctx, spec, k)
			return m, k.failure(err)
		}
	}
	return startHolding(ctx, e.opts.Strangers, func() (*machine.Machine, error) { return start(ctx, spec) })
}

func (e *Engine) startDocker(ctx context.Context, spec verify.Spec, k *kind) (*machine.Machine, error) {
	image, err := k.image.Ensure(ctx)
	if err != nil {
		return nil, err
	}
	runtime := spec.Limits.Runtime
	r, err := k.rights.Find(image, runtime, func(r rights.Rights) (string, error) { return e.try(ctx, k, spec, r) })
	if none, ok := errors.AsType[*rights.NoneError](err); ok {
		return nil, withoutRights(e.daemon, none)
	}
	if err != nil {
		return nil, err
	}
	m, err := e.bootDocker(ctx, k, spec, r)
	if err == nil {
		if m.Tools, err = e.tools(ctx, k, m); err != nil {
			return nil, errors.Join(err, m.Close())
		}
	}
	if err != nil && ctx.Err() == nil {
		k.rights.Forget(image, runtime)
	}
	return m, err
}

// bootDocker makes a machine with its own engine, of an image that is there.
func (e *Engine) bootDocker(ctx context.Context, k *kind, spec verify.Spec, r rights.Rights) (*machine.Machine, error) {
	image := k.image.Ref
	net, err := e.networks.join(ctx, spec.Network)
	if err != nil {
		return nil, err
	}
	config, host := e.container(image, spec)
	files := map[string][]byte{"run/handbook/init": machine.Init}
	outside := net.mirror
	if net.mirror, err = pin(spec.Pinned, outside, files); err != nil {
		return nil, err
	}
	var standin *hub.Standin
	if spec.Hub != "" {
		if standin, err = hub.NewStandin(spec.Hub, spec.HubToken, net.mirror); err != nil {
			return nil, &verify.LabError{Msg: err.Error()}
		}
		if err := standin.Install(config, host, files); err != nil {
			return nil, err
		}
	}
	config.Entrypoint = []string{"/run/handbook/init"}
	config.Cmd = append([]string{outside, strconv.FormatInt(spec.Limits.Disk, 10), spec.Network}, net.engineArgs(standin != nil)...)
	if r.UserNS {
		if err := k.shift(ctx, config, files); err != nil {
			return nil, err
		}
	}
	host.NetworkMode = container.NetworkMode(net.name)
	if net.closed {
		host.DNS = []string{noServer}
	}
	r.Grant(host)
	// An overlay file system can't be stacked on the machine's own.
	host.Mounts = []mount.Mount{{
		Type:          mount.TypeVolume,
		Target:        "/var/lib/docker",
		VolumeOptions: &mount.VolumeOptions{Labels: config.Labels},
	}}
	contents, err := k.image.Contents(ctx) // it is known by now
	if err != nil {
		return nil, err
	}
	m, err := machine.New(ctx, e.daemon, machine.Container{
		Name:   containerName(spec),
		Image:  image,
		Config: config,
		Host:   host,
		Files:  files,
		UserNS: r.UserNS,
		Limits: spec.Limits,
	}, e.sources, &machine.Engine{Contents: contents, Hub: standin, Mirror: net.mirror, Settle: e.opts.Settle})
	return m, withoutEngine(image, err)
}

// shift gives a machine a user namespace of its own; see machine/enter.
func (k *kind) shift(ctx context.Context, config *container.Config, files map[string][]byte) (err error) {
	files["run/handbook/enter"] = machine.Enter
	config.Entrypoint = append([]string{"/run/handbook/enter"}, config.Entrypoint...)
	config.Cmd = append(config.Cmd, "--cgroup-parent=/lab/docker")
	config.Image, err = k.image.Shifted.Ensure(ctx)
	return err
}

// pin adds a mirror of pinned base images to the files of a machine, and returns
// its URL there: that of the mirror outside if nothing is pinned.
func pin(bases []content.Base, mirror string, files map[string][]byte) (string, error) {
	pinned := hub.NewPinned(bases, mirror)
	switch {
	case pinned == nil:
		return mirror, nil
	case mirror == "":
		return "", &daemon.Error{Msg: "base images can be pinned by a mirror of Docker Hub only, and there is none", Reason: hub.ReasonMirror}
	}
	return pinned.URL(), pinned.Install(files)
}

// startPlain makes a plain container of an image, without further rights.
func (e *Engine) startPlain(ctx context.Context, spec verify.Spec) (*machine.Machine, error) {
	image, err := e.puller.EnsurePinned(ctx, spec.Image, spec.Pinned)
	if err != nil {
		return nil, e.daemon.Failure("", err)
	}
	config, host := e.container(image, spec)
	config.Entrypoint = []string{"sh", "-c", machine.Plain}
	if len(e.opts.CA) > 0 {
		// Programs with a bundle of certificates of their own look here.
		for _, name := range []string{"SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"} {
			config.Env = append(config.Env, name+"=/etc/ssl/certs/ca-certificates.crt")
		}
	}
	rights.Confine(host)
	if spec.Network == "none" {
		host.NetworkMode = "none"
	}
	return machine.New(ctx, e.daemon, machine.Container{
		Name:   containerName(spec),
		Image:  spec.Image,
		Config: config,
		Host:   host,
		Limits: spec.Limits,
	}, e.sources, nil)
}

// container returns what all machines' containers have in common. The
// environment is also that of a person who enters a machine.
func (e *Engine) container(image string, spec verify.Spec) (*container.Config, *container.HostConfig) {
	config := &container.Config{
		Image:    image,
		Hostname: hostname(spec),
		User:     "0:0",
		Labels:   sweep.Machine(e.opts.Run, spec.Page),
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
		// The engine closes standard input when handbook ends.
		OpenStdin:    true,
		StdinOnce:    true,
		AttachStdin:  true,
		AttachStdout: true,
		AttachStderr: true,
		// A health check of the image is for a program that does not run here.
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
	limits := spec.Limits
	host := &container.HostConfig{
		AutoRemove: true,
		LogConfig:  container.LogConfig{Type: "none"},
		Runtime:    limits.Runtime,
		Resources: container.Resources{
			Memory:     limits.Memory,
			MemorySwap: limits.Memory, // with swap; so there is none
			NanoCPUs:   int64(limits.CPUs * 1e9),
			PidsLimit:  &limits.Pids,
		},
	}
	return config, host
}

// hostname returns the name that a machine shows in prompts.
func hostname(spec verify.Spec) string {
	if len(spec.Names) == 1 {
		return spec.Names[0]
	}
	return "lab"
}

// containerName returns a new name for the container of a machine.
func containerName(spec verify.Spec) string {
	return "handbook-" + slug(spec.Page) + strings.Join(append(spec.Names, randomName()), "-")
}

// slug makes a part of a container's name from a page's path:
// "labs/04-flask.md" becomes "04-flask-".
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
