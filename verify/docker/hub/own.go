package hub

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
)

// An Own is handbook's own mirror: a registry in a container on an engine that
// passes on what another registry has, and keeps it, so that base images are
// downloaded once for all labs. There is one per engine for all runs of
// handbook. It stays when they end, and so does the volume of the same name in
// which it stores images.
type Own struct {
	Client *client.Client
	Name   string            // of the container and its volume
	Of     string            // URL of the registry that it mirrors
	Labels map[string]string // of both
	Engine Engine
	// Unavailable is called with the error if the mirror can't run. Labs then
	// download their base images each time.
	Unavailable func(error)

	mu    sync.Mutex
	tried bool
	id    string // of the container; "" if the mirror can't run
}

// An Engine is what a mirror needs beyond the SDK's client.
type Engine interface {
	// Image returns the reference of an image that has docker-registry.
	Image(ctx context.Context) (string, error)
	// CopyFiles copies files, by path, to a container, and the certificates
	// of a network that re-signs TLS to run/handbook/ca.pem.
	CopyFiles(ctx context.Context, container string, files map[string][]byte) error
	// Remove removes a container. It returns nil if there is none.
	Remove(ctx context.Context, container string) error
}

// URLIn returns the URL of the mirror for machines in a network, "" if the
// mirror can't run. It starts the mirror if it does not run yet.
func (m *Own) URLIn(ctx context.Context, network string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.tried {
		id, err := m.ensure(ctx)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			m.Unavailable(err)
		}
		m.id, m.tried = id, true
	}
	if m.id == "" {
		return "", nil
	}
	url, err := m.join(ctx, network)
	if err != nil {
		m.tried = false // somebody has removed or stopped it
	}
	return url, err
}

const mirrorPort = "5000"

// mirrorConfig is the registry's configuration.
const mirrorConfig = `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  delete: {enabled: true}
http: {addr: ':%s'}
proxy: {remoteurl: '%s'}
`

// ensure makes sure that the mirror runs, and returns the id of its container.
// Several processes may do so at the same time.
func (m *Own) ensure(ctx context.Context) (id string, err error) {
	image, err := m.Engine.Image(ctx)
	if err != nil {
		return "", err
	}
	const most = 2 * time.Minute
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		found, err := m.Client.ContainerInspect(ctx, m.Name)
		switch {
		case errdefs.IsNotFound(err):
			id, err := m.start(ctx, image)
			if errdefs.IsConflict(err) { // another handbook has made it meanwhile
				continue
			}
			return id, err
		case err != nil:
			return "", fmt.Errorf("cannot look for handbook's mirror: %w", err)
		case found.State.Running:
			return found.ID, nil
		case found.State.Status == container.StateCreated && time.Now().Before(deadline):
			// Another handbook is about to start it.
		default:
			// It may have been made with certificates that are out of date.
			// A new one has the current ones, and the same volume.
			if err := m.Engine.Remove(ctx, found.ID); err != nil {
				return "", err
			}
		}
	}
}

// start makes the mirror and starts it.
func (m *Own) start(ctx context.Context, image string) (id string, err error) {
	_, err = m.Client.VolumeCreate(ctx, volume.CreateOptions{Name: m.Name, Labels: m.Labels})
	if err != nil {
		return "", fmt.Errorf("cannot make a volume for handbook's mirror: %w", err)
	}
	created, err := m.Client.ContainerCreate(ctx, &container.Config{
		Image:    image,
		Hostname: m.Name,
		Labels:   m.Labels,
		// Go reads the certificates in this folder in addition to the
		// system's.
		Env:        []string{"SSL_CERT_DIR=/run/handbook"},
		Entrypoint: []string{"docker-registry", "serve", "/run/handbook/registry.yml"},
		Cmd:        []string{},
	}, &container.HostConfig{
		NetworkMode: "bridge",
		SecurityOpt: []string{"no-new-privileges"},
		CapDrop:     []string{"ALL"},
		LogConfig:   container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "1m", "max-file": "1"}},
		Mounts:      []mount.Mount{{Type: mount.TypeVolume, Source: m.Name, Target: "/var/lib/registry"}},
	}, nil, nil, m.Name)
	if err != nil {
		return "", fmt.Errorf("cannot make handbook's mirror: %w", err)
	}
	if err := m.run(ctx, created.ID); err != nil {
		return "", errors.Join(fmt.Errorf("cannot start handbook's mirror: %w", err), m.Engine.Remove(ctx, created.ID))
	}
	return created.ID, nil
}

// run starts the registry and waits until it listens. It ends instead if it
// can't reach the registry that it mirrors.
func (m *Own) run(ctx context.Context, id string) error {
	config := fmt.Sprintf(mirrorConfig, mirrorPort, m.Of)
	if err := m.Engine.CopyFiles(ctx, id, map[string][]byte{"run/handbook/registry.yml": []byte(config)}); err != nil {
		return err
	}
	if err := m.Client.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return err
	}
	body, err := m.Client.ContainerLogs(ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
	if err != nil {
		return err
	}
	defer body.Close()
	pr, pw := io.Pipe()
	defer pr.Close()
	go func() {
		_, err := stdcopy.StdCopy(pw, pw, body)
		pw.CloseWithError(err) // io.EOF if nil
	}()
	// The texts are those of distribution v2 and v3, registry/registry.go
	// (ListenAndServe) and registry/handlers/app.go (NewApp panics).
	last := "it prints nothing"
	for log := bufio.NewScanner(pr); log.Scan(); last = log.Text() {
		if strings.Contains(log.Text(), "listening on") {
			return nil
		}
		if why, ok := strings.CutPrefix(log.Text(), "panic: "); ok { // a stack trace follows
			return errors.New(why)
		}
	}
	return fmt.Errorf("the registry does not start: %s", last)
}

// join connects the mirror to a network, if it is not in it yet, and returns
// its URL there.
func (m *Own) join(ctx context.Context, network string) (string, error) {
	var connected error
	for range 2 {
		found, err := m.Client.ContainerInspect(ctx, m.id)
		if err != nil {
			return "", fmt.Errorf("cannot look at handbook's mirror: %w", err)
		}
		if !found.State.Running {
			return "", &MirrorError{Msg: fmt.Sprintf("handbook's mirror has ended with exit status %d", found.State.ExitCode)}
		}
		if at := found.NetworkSettings.Networks[network]; at != nil && at.IPAddress != "" {
			return "http://" + net.JoinHostPort(at.IPAddress, mirrorPort), nil
		}
		// It fails if another handbook has just connected it, too.
		connected = m.Client.NetworkConnect(ctx, network, m.id, nil)
	}
	if connected != nil {
		return "", fmt.Errorf("cannot connect handbook's mirror to the machine's network: %w", connected)
	}
	return "", &MirrorError{Msg: fmt.Sprintf("handbook's mirror has no address in the network %q", network)}
}
