package docker

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/network"

	"handbook/verify"
)

// machineNet is a machine's way outside.
type machineNet struct {
	name   string // of the network
	closed bool   // it leads nowhere
	mirror string // URL of the mirror as the machine sees it, or ""
	hub    bool   // the machine's stand-in for Docker Hub asks the mirror, not its engine
}

// nowhere is a name server that is not there: where there is no network,
// looking up a name fails at once instead of after many seconds.
const nowhere = "127.0.0.1"

// engineArgs are the options of dockerd that the network asks for.
func (n machineNet) engineArgs() []string {
	var args []string
	if n.closed {
		args = append(args, "--dns="+nowhere)
	}
	if n.mirror == "" || n.hub {
		return args
	}
	args = append(args, "--registry-mirror="+n.mirror)
	if host, ok := strings.CutPrefix(n.mirror, "http://"); ok {
		args = append(args, "--insecure-registry="+host)
	}
	return args
}

// network returns the network of a machine. Without a network (none) a
// machine still needs its base images: it is in one that leads nowhere but
// to the computer of the engine, where the mirror is.
func (e *Engine) network(ctx context.Context, spec verify.Spec) (machineNet, error) {
	n := machineNet{name: "bridge"}
	if spec.Network == "none" {
		name, err := e.closed.get(func() (string, error) { return e.closedNetwork(ctx) })
		if err != nil {
			return machineNet{}, err
		}
		n.name, n.closed = name, true
	}
	var err error
	if e.opts.Mirror == "" {
		n.mirror, err = e.ownMirrorIn(ctx, n)
	} else {
		n.mirror, err = e.givenMirrorIn(ctx, n)
	}
	return n, err
}

// givenMirrorIn returns the URL by which machines in a network reach the
// mirror of the options.
func (e *Engine) givenMirrorIn(ctx context.Context, n machineNet) (string, error) {
	u, err := e.checkMirror(ctx)
	if err != nil {
		return "", err
	}
	host, err := e.seenFrom(ctx, n.name, u.Hostname())
	if err != nil {
		return "", err
	}
	if port := u.Port(); port != "" {
		host = net.JoinHostPort(host, port)
	}
	return u.Scheme + "://" + host, nil
}

// closedNetwork makes the network that leads nowhere, if it is not there.
func (e *Engine) closedNetwork(ctx context.Context) (string, error) {
	const name = "handbook-closed"
	found, err := e.client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err == nil && found.Internal && found.Labels[labelRole] == roleClosed {
		return name, nil
	}
	_, err = e.client.NetworkCreate(ctx, name, network.CreateOptions{
		Driver:   "bridge",
		Internal: true,
		Labels:   e.labels(roleClosed, ""),
	})
	if err != nil && !strings.Contains(err.Error(), "already exists") { // another handbook's just now
		return "", e.failure("cannot make a network without a way out", err)
	}
	return name, nil
}

// seenFrom translates a host of this computer's into one that machines in a
// network reach: their loopback addresses are their own.
func (e *Engine) seenFrom(ctx context.Context, name, host string) (string, error) {
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return host, nil
	}
	if strings.Contains(e.info.OperatingSystem, "Docker Desktop") {
		return "host.docker.internal", nil
	}
	found, err := e.client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil {
		return "", e.failure(fmt.Sprintf("cannot look at the network %q", name), err)
	}
	for _, config := range found.IPAM.Config {
		if addr, ok := gateway(config); ok {
			return addr.String(), nil
		}
	}
	return "", &EngineError{Msg: fmt.Sprintf("the mirror %s can't be reached from machines: the network %q has no gateway", e.opts.Mirror, name)}
}

// gateway returns the engine's own IPv4 address in a network. Engines such as
// 20.10 do not tell that of their default bridge, which is the first one.
func gateway(config network.IPAMConfig) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(config.Gateway); err == nil {
		return addr, addr.Is4()
	}
	subnet, err := netip.ParsePrefix(config.Subnet)
	if err != nil || !subnet.Addr().Is4() {
		return netip.Addr{}, false
	}
	return subnet.Masked().Addr().Next(), true
}

// checkMirror asks whether the mirror answers, for an engine passes over a
// mirror that does not, without a word.
func (e *Engine) checkMirror(ctx context.Context) (*url.URL, error) {
	u, err := url.Parse(e.opts.Mirror)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return nil, &EngineError{Msg: fmt.Sprintf("the mirror %q is not the URL of a registry, such as http://localhost:5000", e.opts.Mirror), elsewhere: true}
	}
	if at := e.opts.Endpoint.Host; at != "" && !strings.HasPrefix(at, "unix:") && !strings.HasPrefix(at, "npipe:") {
		return u, nil // it is the engine's computer that has to reach it; the machine tells
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.Scheme+"://"+u.Host+"/v2/", nil)
	if err != nil {
		return nil, err
	}
	resp, err := e.http().Do(req)
	if err != nil {
		return nil, &EngineError{Msg: fmt.Sprintf("the mirror %s can't be reached: %v", e.opts.Mirror, err), Err: err, elsewhere: true}
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusUnauthorized {
		return nil, &EngineError{Msg: fmt.Sprintf("the mirror %s is no registry: it answers %q", e.opts.Mirror, resp.Status), elsewhere: true}
	}
	return u, nil
}

// viaMirror returns the name by which the mirror has an image of Docker
// Hub's, and whether there is one.
func (e *Engine) viaMirror(ref string) (string, bool) {
	if e.opts.Mirror == "" {
		return "", false
	}
	named, err := reference.ParseDockerRef(ref)
	if err != nil || reference.Domain(named) != "docker.io" {
		return "", false
	}
	_, host, _ := strings.Cut(e.opts.Mirror, "://")
	return strings.TrimSuffix(host, "/") + strings.TrimPrefix(named.String(), "docker.io"), true
}
