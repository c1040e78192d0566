package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"handbook/verify"
)

// A Machine is a container that is a fresh computer. It implements
// verify.Machine.
type Machine struct {
	engine       *Engine
	id           string
	name         string
	image        string         // reference of its image
	control      *control       // to its process 1
	inner        *client.Client // to its own engine; nil on plain machines
	builder      once[*builder] // its BuildKit
	mirror       string         // URL of its mirror as it sees it, or ""
	hub          *hub           // what stands in for Docker Hub, or nil
	settled      settled
	pulled       pulled
	observed     observed
	answers      *verify.KeptScript // to short questions
	weighed      weighed
	layerReaders layerReaders
	registry     once[registry] // its mirror, as reached through it
	limited      limited

	listening context.Context // to what engines tell, until deaf is called
	deaf      context.CancelFunc

	close sync.Once
	err   error // of the close
}

var _ verify.Machine = (*Machine)(nil)

// failure says that something went wrong with the machine, and whether it is
// still there.
func (m *Machine) failure(doing string, err error) error {
	if errors.Is(err, context.Canceled) {
		return m.engine.failure(doing, err)
	}
	why, ended := m.hasEnded()
	switch {
	case !ended:
		return m.engine.failure(doing, err)
	case m.control.hasExceeded() == "disk":
		return &EngineError{Msg: doing + ": the machine has ended: its " + binary(m.limited.Disk) + " of disk were used up", Err: err}
	case why != "":
		return &EngineError{Msg: doing + ": the machine has ended: " + why, Err: err}
	}
	return &EngineError{Msg: doing + ": the machine has ended", Err: err}
}

// hasEnded tells whether the machine has ended, and why if it said so. The
// engine outside may know the first before what the machine said is heard.
func (m *Machine) hasEnded() (why string, ended bool) {
	if why, ended = m.control.hasEnded(); ended {
		return why, ended
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found, err := m.engine.client.ContainerInspect(ctx, m.id)
	switch {
	case errdefs.IsNotFound(err), err == nil && !found.State.Running:
	default:
		return "", false
	}
	select {
	case <-m.control.ended:
	case <-ctx.Done():
	}
	why, _ = m.control.hasEnded()
	return why, true
}

// dial connects to the machine's own engine: through a process there, which
// works wherever the engine outside is.
func (m *Machine) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return m.connect(ctx, "docker", "system", "dial-stdio")
}

// innerClient makes the client of the machine's own engine. Its connections
// are kept as long as the machine, for each costs a process.
func (m *Machine) innerClient() (*client.Client, error) {
	transport := &http.Transport{MaxIdleConns: 6, MaxIdleConnsPerHost: 6, DisableCompression: true}
	return client.NewClientWithOpts(
		client.WithHTTPClient(&http.Client{Transport: transport}),
		client.WithHost("http://machine"),
		client.WithDialContext(m.dial),
		client.WithAPIVersionNegotiation(),
	)
}

// Enter is the command with which a person gets a shell on the machine.
func (m *Machine) Enter() string {
	shell := "bash"
	if m.inner == nil {
		shell = "sh"
	}
	at := m.engine.opts.Endpoint
	switch {
	case at.Context != "":
		return fmt.Sprintf("docker --context %s exec -it %s %s", at.Context, m.name, shell)
	case at.Host != "":
		return fmt.Sprintf("docker -H %s exec -it %s %s", at.Host, m.name, shell)
	}
	return fmt.Sprintf("docker exec -it %s %s", m.name, shell)
}

// Keep lets the machine live on when handbook ends. Close then only gives up
// the connection; Engine.Clean removes the machine.
func (m *Machine) Keep() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := m.control.keep(ctx); err != nil {
		return m.failure("cannot keep the machine", err)
	}
	m.close.Do(m.hangUp)
	return nil
}

func (m *Machine) hangUp() {
	m.deaf()
	if m.inner != nil {
		m.builder.drop(func(b *builder) { b.conn.Close() })
		m.answers.Close()
		m.layerReaders.close()
		m.registry.drop(func(r registry) { r.http.CloseIdleConnections() })
		m.inner.Close()
	}
	m.control.close()
}

// Close removes the machine with its volume, even where the work that it was
// for has been cancelled. It can be called more than once.
func (m *Machine) Close() error {
	m.close.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupTime)
		defer cancel()
		m.err = m.engine.remove(ctx, m.id)
		m.hangUp()
	})
	return m.err
}

// remove kills and removes a container with its anonymous volumes, and
// returns when it is gone.
func (e *Engine) remove(ctx context.Context, id string) error {
	err := e.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	if !strings.Contains(err.Error(), "already in progress") {
		return e.failure("cannot remove a machine", err)
	}
	// The engine is at it by itself, since the container has ended.
	for {
		_, err := e.client.ContainerInspect(ctx, id)
		if errdefs.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return e.failure("cannot remove a machine", err)
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return e.failure("cannot remove a machine", err)
		}
	}
}
