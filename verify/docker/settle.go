package docker

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"handbook/verify"
)

//go:embed machine/await-ports
var awaitPorts string

// settled remembers what Settle has seen of a machine's containers, by id.
type settled struct {
	mu      sync.Mutex
	started map[string]string // StartedAt of the start that has been waited for
	idle    map[string]bool   // has neither published ports nor a health check, which never changes
}

// A started is a container that was started since the last Settle.
type started struct {
	container.InspectResponse
	ports []string // published, "5000/tcp"
}

// Settle waits until what the lab has started can be used. See
// verify.Machine. Where there is nothing to wait for it costs one request
// over a connection that is open.
func (m *Machine) Settle(ctx context.Context) (verify.Settled, error) {
	m.limited.hungry.Store(false)
	if m.inner == nil {
		return verify.Settled{}, nil
	}
	m.settled.mu.Lock()
	defer m.settled.mu.Unlock()
	fresh, err := m.freshlyStarted(ctx)
	if err != nil || len(fresh) == 0 {
		return verify.Settled{}, err
	}
	begin := time.Now()
	out, err := m.await(ctx, fresh, begin.Add(m.engine.opts.Settle))
	out.Waited = time.Since(begin)
	return out, err
}

// freshlyStarted returns the containers with something to wait for whose
// last start has not been waited for yet. A start is known by its time:
// docker restart makes a new one of the same container.
func (m *Machine) freshlyStarted(ctx context.Context) ([]started, error) {
	list, err := m.inner.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return nil, m.failure("cannot list the machine's containers", err)
	}
	s := &m.settled
	if s.started == nil {
		s.started, s.idle = map[string]string{}, map[string]bool{}
	}
	var fresh []started
	for _, c := range slices.Backward(list) { // oldest first
		if s.idle[c.ID] || c.State == container.StateCreated {
			continue
		}
		found, err := m.inner.ContainerInspect(ctx, c.ID)
		if errdefs.IsNotFound(err) { // it went meanwhile (--rm)
			continue
		}
		if err != nil {
			return nil, m.failure("cannot look at one of the machine's containers", err)
		}
		one := started{found, publishedPorts(found)}
		if len(one.ports) == 0 && !hasHealthCheck(found) {
			s.idle[c.ID] = true
			continue
		}
		if s.started[c.ID] != found.State.StartedAt {
			s.started[c.ID] = found.State.StartedAt
			fresh = append(fresh, one)
		}
	}
	return fresh, nil
}

// publishedPorts returns what a container promises to answer on. A network
// that is not its own has no ports to publish.
func publishedPorts(c container.InspectResponse) []string {
	mode := c.HostConfig.NetworkMode
	if mode.IsHost() || mode.IsNone() || mode.IsContainer() {
		return nil
	}
	ports := map[string]bool{}
	for port := range c.HostConfig.PortBindings {
		ports[string(port)] = true
	}
	if c.HostConfig.PublishAllPorts && c.Config != nil {
		for port := range c.Config.ExposedPorts {
			ports[string(port)] = true
		}
	}
	return slices.Sorted(maps.Keys(ports))
}

// hasHealthCheck tells whether the engine will ever call a container healthy.
func hasHealthCheck(c container.InspectResponse) bool {
	return c.State.Health != nil && c.State.Health.Status != container.NoHealthcheck
}

// await waits for all the containers at the same time.
func (m *Machine) await(ctx context.Context, fresh []started, deadline time.Time) (verify.Settled, error) {
	var out verify.Settled
	for waiting := fresh; len(waiting) > 0; {
		var again []started
		listening, err := m.awaitListening(ctx, waiting, deadline)
		if err != nil {
			return out, err
		}
		for _, c := range waiting {
			now, err := m.inner.ContainerInspect(ctx, c.ID)
			if errdefs.IsNotFound(err) {
				continue // removed by the lab, or --rm
			}
			if err != nil {
				return out, m.failure("cannot look at one of the machine's containers", err)
			}
			state := now.State
			switch {
			case hasHealthCheck(now) && state.Health.Status == container.Healthy && state.Running:
			case !hasHealthCheck(now) && listening[state.Pid] && state.Running:
			case !state.Running && !state.Restarting:
				if died(now) {
					out.Died = append(out.Died, m.obituary(ctx, now))
				}
			case time.Now().After(deadline):
				out.Late = append(out.Late, m.late(ctx, started{now, c.ports}))
			default:
				again = append(again, started{now, c.ports})
			}
			m.settled.started[c.ID] = state.StartedAt // later, if it restarts by itself
		}
		if waiting = again; len(waiting) > 0 {
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// awaitListening returns, by process, which containers listen on all their
// ports. It waits until they do or have ended, unless there are others that
// have to be asked for their health meanwhile.
func (m *Machine) awaitListening(ctx context.Context, waiting []started, deadline time.Time) (map[int]bool, error) {
	seconds := max(1, int(time.Until(deadline).Seconds()))
	var asked []string
	for _, c := range waiting {
		switch {
		case hasHealthCheck(c.InspectResponse):
			seconds = 1
		case c.State.Running:
			asked = append(asked, fmt.Sprintf("%d:%s", c.State.Pid, hexPorts(c.ports)))
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	args := append([]string{"bash", "-c", awaitPorts, "await-ports", strconv.Itoa(seconds)}, asked...)
	said, exit, err := m.output(ctx, args...)
	if err != nil {
		return nil, err
	}
	if exit != 0 {
		return nil, &EngineError{Msg: fmt.Sprintf("cannot see which ports are listened on in the machine: %s", strings.TrimSpace(said))}
	}
	listening := map[int]bool{}
	for line := range strings.Lines(said) {
		var pid int
		var what string
		if n, _ := fmt.Sscan(line, &pid, &what); n == 2 {
			listening[pid] = what == "listens"
		}
	}
	return listening, nil
}

// hexPorts writes ports as /proc/net does: "tcp/1388,udp/0035".
func hexPorts(ports []string) string {
	var out []string
	for _, port := range ports {
		number, protocol, _ := strings.Cut(port, "/")
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil || protocol != "tcp" && protocol != "udp" {
			continue // SCTP has no such table
		}
		out = append(out, fmt.Sprintf("%s/%04X", protocol, n))
	}
	return strings.Join(out, ",")
}

// died tells whether a container that has ended did so with an error that
// the reader has not seen. docker run without -d has printed it; SIGTERM and
// SIGKILL without need come from docker stop.
func died(c container.InspectResponse) bool {
	const sigkill, sigterm = 128 + 9, 128 + 15
	state := c.State
	detached := !c.Config.AttachStdout || c.Config.Labels["com.docker.compose.project"] != ""
	stopped := !state.OOMKilled && (state.ExitCode == sigkill || state.ExitCode == sigterm)
	return detached && state.ExitCode != 0 && !stopped
}

// obituary says how a container ended, with the last lines of its log.
func (m *Machine) obituary(ctx context.Context, c container.InspectResponse) string {
	how := fmt.Sprintf("ended with exit status %d", c.State.ExitCode)
	switch {
	case c.State.OOMKilled:
		how = "was ended because it used too much memory"
	case c.State.Error != "":
		how = "could not be started: " + c.State.Error
	}
	return fmt.Sprintf("the container %s %s%s", called(c), how, m.lastLog(ctx, c))
}

func (m *Machine) late(ctx context.Context, c started) string {
	within := m.engine.opts.Settle.Round(time.Second)
	switch {
	case hasHealthCheck(c.InspectResponse):
		return fmt.Sprintf("the container %s is not healthy within %s, but %s%s", called(c.InspectResponse), within, c.State.Health.Status, m.lastCheck(c.InspectResponse))
	case c.State.Restarting:
		return fmt.Sprintf("the container %s restarts again and again, with exit status %d%s", called(c.InspectResponse), c.State.ExitCode, m.lastLog(ctx, c.InspectResponse))
	}
	return fmt.Sprintf("the container %s does not listen on %s within %s%s", called(c.InspectResponse), strings.Join(c.ports, ", "), within, m.lastLog(ctx, c.InspectResponse))
}

// called is what messages call a container.
func called(c container.InspectResponse) string {
	return fmt.Sprintf("%q (%s)", strings.TrimPrefix(c.Name, "/"), c.Config.Image)
}

// lastCheck quotes what the last health check printed.
func (m *Machine) lastCheck(c container.InspectResponse) string {
	checks := c.State.Health.Log
	if len(checks) == 0 {
		return ""
	}
	var last tail
	for line := range strings.Lines(checks[len(checks)-1].Output) {
		last.add(strings.TrimRight(line, "\r\n"))
	}
	return last.quote()
}

// lastLog quotes the last lines of a container's log, indented. That there
// is none is no reason to fail.
func (m *Machine) lastLog(ctx context.Context, c container.InspectResponse) string {
	body, err := m.inner.ContainerLogs(ctx, c.ID, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: "12"})
	if err != nil {
		return ""
	}
	defer body.Close()
	const most = 64 << 10
	var log bytes.Buffer
	if in := io.LimitReader(body, most); c.Config.Tty {
		io.Copy(&log, in)
	} else {
		stdcopy.StdCopy(&log, &log, in)
	}
	var last tail
	for line := range strings.Lines(log.String()) {
		last.add(strings.TrimRight(line, "\r\n"))
	}
	return last.quote()
}
