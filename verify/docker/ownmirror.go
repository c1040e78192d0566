package docker

import (
	"bufio"
	"context"
	"errors"

	"fmt"
	"net"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"
)

// Handbook's own mirror is a registry that passes on what Docker Hub has, and
// keeps it: base images are fetched once for all labs. It is one container
// per engine, shared by all runs of handbook, that stays when they end; what
// it has fetched is in a volume of the same name. Clean removes both.
const (
	mirrorName = "handbook-mirror"
	mirrorPort = "5000"
	hubURL     = "https://registry-1.docker.io"
)

// A relay says what handbook's own mirror is called, and what it is of.
type relay struct{ name, hub string }

// mirrorConfig is the registry's. The certificates of a network that
// re-signs TLS are in SSL_CERT_DIR, which Go reads beside the system's.
const mirrorConfig = `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  delete: {enabled: true}
http: {addr: ':%s'}
proxy: {remoteurl: '%s'}
`

// ownMirrorIn returns the URL by which machines in a network reach
// handbook's own mirror, or "" if there is none: labs work without, but
// fetch their base images each time.
func (e *Engine) ownMirrorIn(ctx context.Context, n machineNet) (string, error) {
	id, err := e.own.get(func() (string, error) {
		id, err := e.ensureMirror(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("no mirror of Docker Hub", "error", err)
			e.opts.Progress("no mirror of Docker Hub can be run, so base images are fetched each time: " + err.Error())
			return "", nil
		}
		return id, err
	})
	if err != nil || id == "" {
		return "", err
	}
	url, err := e.mirrorURL(ctx, id, n)
	if err != nil {
		e.own.forget() // somebody has removed or stopped it
	}
	return url, err
}

// mirrorURL looks up the mirror's address in a network, which it joins if it
// is not in it yet.
func (e *Engine) mirrorURL(ctx context.Context, id string, n machineNet) (string, error) {
	for range 2 {
		found, err := e.client.ContainerInspect(ctx, id)
		if err != nil {
			return "", e.failure("cannot look at handbook's mirror", err)
		}
		if !found.State.Running {
			return "", &EngineError{Msg: fmt.Sprintf("handbook's mirror has ended with exit status %d", found.State.ExitCode), elsewhere: true}
		}
		if at := found.NetworkSettings.Networks[n.name]; at != nil && at.IPAddress != "" {
			return "http://" + net.JoinHostPort(at.IPAddress, mirrorPort), nil
		}
		err = e.client.NetworkConnect(ctx, n.name, id, nil)
		if err != nil && !strings.Contains(err.Error(), "already exists") { // another handbook was faster
			return "", e.failure("cannot connect handbook's mirror to the machine's network", err)
		}
	}
	return "", &EngineError{Msg: fmt.Sprintf("handbook's mirror has no address in the network %q", n.name), elsewhere: true}
}

// ensureMirror makes the mirror and starts it, as far as it has not been.
// Several handbooks may be at it at the same time.
func (e *Engine) ensureMirror(ctx context.Context) (string, error) {
	image, err := e.machineImage(ctx)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	for deadline := time.Now().Add(5 * time.Second); ; {
		found, err := e.client.ContainerInspect(ctx, e.relay.name)
		switch {
		case errdefs.IsNotFound(err):
			return e.startMirror(ctx, image)
		case err != nil:
			return "", e.failure("cannot look for handbook's mirror", err)
		case found.State.Running:
			return found.ID, nil
		case found.State.Status == container.StateCreated && time.Now().Before(deadline):
			// Another handbook is about to start it.
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return "", err
			}
		default:
			// It was made for the certificates of then: a new one knows
			// better. What it has stored stays.
			if err := e.remove(ctx, found.ID); err != nil {
				return "", err
			}
		}
	}
}

func (e *Engine) startMirror(ctx context.Context, image string) (string, error) {
	_, err := e.client.VolumeCreate(ctx, volume.CreateOptions{Name: e.relay.name, Labels: e.labels(roleMirror, "")})
	if err != nil {
		return "", e.failure("cannot make a volume for handbook's mirror", err)
	}
	created, err := e.client.ContainerCreate(ctx, e.mirrorConfig(image), e.mirrorHost(), nil, nil, e.relay.name)
	if errdefs.IsConflict(err) { // another handbook was faster
		return e.ensureMirror(ctx)
	}
	if err != nil {
		return "", e.failure("cannot make handbook's mirror", err)
	}
	if err := e.runMirror(ctx, created.ID); err != nil {
		e.removeLater(created.ID)
		return "", e.failure("cannot start handbook's mirror", err)
	}
	return created.ID, nil
}

func (e *Engine) mirrorConfig(image string) *container.Config {
	return &container.Config{
		Image:      image,
		Hostname:   e.relay.name,
		Labels:     e.labels(roleMirror, ""),
		Env:        []string{"SSL_CERT_DIR=/run/handbook"},
		Entrypoint: []string{"docker-registry", "serve", "/run/handbook/registry.yml"},
		Cmd:        []string{},
	}
}

func (e *Engine) mirrorHost() *container.HostConfig {
	return &container.HostConfig{
		NetworkMode: "bridge",
		SecurityOpt: []string{"no-new-privileges"},
		CapDrop:     []string{"ALL"},
		LogConfig:   container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "1m", "max-file": "1"}},
		Mounts:      []mount.Mount{{Type: mount.TypeVolume, Source: e.relay.name, Target: "/var/lib/registry"}},
	}
}

// runMirror starts the registry and waits until it listens. It ends instead
// if it can't reach the Hub.
func (e *Engine) runMirror(ctx context.Context, id string) error {
	config := fmt.Sprintf(mirrorConfig, mirrorPort, e.relay.hub)
	files, err := archive(map[string][]byte{"run/handbook/registry.yml": []byte(config)}, e.opts.CA)
	if err != nil {
		return err
	}
	if err := e.client.CopyToContainer(ctx, id, "/", files, container.CopyToContainerOptions{}); err != nil {
		return err
	}
	if err := e.client.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return err
	}
	body, err := e.client.ContainerLogs(ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
	if err != nil {
		return err
	}
	defer body.Close()
	var last tail
	for log := bufio.NewScanner(demultiplex(body)); log.Scan(); {
		if strings.Contains(log.Text(), "listening on") {
			return nil
		}
		if why, ok := strings.CutPrefix(log.Text(), "panic: "); ok { // the rest is where in its source
			return errors.New(why)
		}
		last.add(log.Text())
	}
	return fmt.Errorf("the registry does not start%s", last.quote())
}
