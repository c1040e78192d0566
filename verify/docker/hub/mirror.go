package hub

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"handbook/content"
)

// URL is that of Docker Hub's registry.
const URL = "https://registry-1.docker.io"

// ReasonMirror is the Reason why something fails if a mirror of Docker Hub
// can't be used.
const ReasonMirror content.Reason = "mirror"

// ReasonGone is the Reason why something fails if a registry no longer has the
// image that a record names.
const ReasonGone content.Reason = "image-gone"

// A MirrorError means that a mirror of Docker Hub can't be used.
type MirrorError struct {
	Msg string // a sentence, lower case, without a full stop
	Err error  // may be nil
}

func (e *MirrorError) Error() string { return e.Msg }

func (e *MirrorError) Unwrap() error { return e.Err }

func parseMirror(mirror string) (*url.URL, error) {
	u, err := url.Parse(mirror)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return nil, &MirrorError{Msg: fmt.Sprintf("the mirror %q is not the URL of a registry, such as http://localhost:5000", mirror)}
	}
	return u, nil
}

// CheckMirror checks that a registry answers at a mirror's URL. An engine
// passes over a mirror that does not answer without saying so. An error is a
// *MirrorError.
func CheckMirror(ctx context.Context, mirror string, client *http.Client) error {
	u, err := parseMirror(mirror)
	if err != nil {
		return err
	}
	// A busy computer takes its time to answer itself.
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	resp, err := Registry{u.Scheme + "://" + u.Host, client}.request(ctx, "")
	if err != nil {
		return &MirrorError{fmt.Sprintf("the mirror %s can't be reached: %v", mirror, err), err}
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusUnauthorized {
		return &MirrorError{Msg: fmt.Sprintf("the mirror %s is no registry: it answers %q", mirror, resp.Status)}
	}
	return nil
}

// Check checks that Docker Hub can be reached from this computer.
func Check(ctx context.Context, client *http.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return CheckMirror(ctx, URL, client)
}

// A Given is a mirror that somebody else runs.
type Given struct {
	URL    string       // as seen from this computer
	HTTP   *http.Client // reaches it
	Client *client.Client
	Remote bool // the engine is on another computer, so the mirror may not be reachable from here
	VM     bool // the engine is in a virtual machine of Docker Desktop's
}

// URLIn returns the URL of the mirror for machines in a network. It checks the
// mirror, unless the engine is remote: then the machines do.
func (g *Given) URLIn(ctx context.Context, network string) (string, error) {
	u, err := parseMirror(g.URL)
	if err == nil && !g.Remote {
		err = CheckMirror(ctx, g.URL, g.HTTP)
	}
	if err != nil {
		return "", err
	}
	host, err := g.translate(ctx, network, u.Hostname())
	if err != nil {
		return "", err
	}
	if port := u.Port(); port != "" {
		host = net.JoinHostPort(host, port)
	}
	return u.Scheme + "://" + host, nil
}

// translate returns the name by which machines in a network reach a host that
// this computer reaches: a loopback address is the machine's own there.
func (g *Given) translate(ctx context.Context, name, host string) (string, error) {
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return host, nil
	}
	if g.VM {
		return "host.docker.internal", nil
	}
	found, err := g.Client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil {
		return "", fmt.Errorf("cannot look at the network %q: %w", name, err)
	}
	for _, config := range found.IPAM.Config {
		if addr, ok := gateway(config); ok {
			return addr.String(), nil
		}
	}
	return "", &MirrorError{Msg: fmt.Sprintf("the mirror %s can't be reached from machines: the network %q has no gateway", g.URL, name)}
}

// gateway returns the engine's own IPv4 address in a network. Engines such as
// 20.10 don't tell that of their default bridge, which is the first one.
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
