package labs

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
)

// An Opener opens an engine for the labs of a site. choice is the user's: a
// URL, the name of a Docker context, or "". It calls progress with lines about
// what takes long.
type Opener func(ctx context.Context, s *Site, choice string, progress func(line string)) (verify.Engine, error)

// OpenDocker opens a Docker Engine.
func OpenDocker(ctx context.Context, s *Site, choice string, progress func(line string)) (verify.Engine, error) {
	opened, err := OpenEngine(ctx, s, choice, progress)
	if err != nil {
		return nil, err // not e: a nil *docker.Engine is not a nil interface
	}
	return opened, nil
}

// OpenEngine is OpenDocker for callers that need the methods of a Docker
// Engine.
func OpenEngine(ctx context.Context, s *Site, choice string, progress func(line string)) (*docker.Engine, error) {
	endpoint, err := FindEndpoint(choice)
	if err != nil {
		return nil, err
	}
	ca, err := s.Certificates()
	if err != nil {
		return nil, err
	}
	machines, err := s.machines()
	if err != nil {
		return nil, err
	}
	mirror := s.Mirror()
	if elsewhere(endpoint.Host) && onLoopback(mirror) {
		progress(fmt.Sprintf("the mirror %s is on this computer, out of reach of the machines of the Docker Engine at %s", mirror, endpoint))
		mirror = ""
	}
	opened, err := docker.Open(ctx, docker.Options{
		Endpoint:  endpoint,
		Mirror:    mirror,
		CA:        ca,
		Machines:  machines,
		Strangers: s.Strangers,
		CacheDir:  CacheDir(),
		Progress:  progress,
	})
	if err != nil {
		return nil, err
	}
	if err := opened.Sweep(ctx); err != nil && ctx.Err() == nil {
		progress("what an earlier run left behind stays: " + err.Error())
	}
	return opened, nil
}

// FindEndpoint finds the engine that the docker command would use, unless the
// user chose another one.
func FindEndpoint(choice string) (daemon.Endpoint, error) {
	dir, err := os.UserHomeDir()
	if err != nil {
		dir = "" // without it there are no contexts either
	}
	return daemon.FindEndpoint(chosen(choice), dir)
}

// chosen returns the environment variables, with those about Docker set by the
// user's choice.
func chosen(choice string) func(name string) string {
	if choice == "" {
		return os.Getenv
	}
	host, context := "", choice
	if strings.Contains(choice, "://") {
		host, context = choice, ""
	}
	return func(name string) string {
		switch {
		case name == "DOCKER_HOST":
			return host
		case name == "DOCKER_CONTEXT":
			return context
		case name == "DOCKER_TLS_VERIFY" && !strings.HasPrefix(host, "tcp://"):
			return "" // it belongs to another engine
		}
		return os.Getenv(name)
	}
}

// elsewhere reports whether an engine is on another computer.
func elsewhere(host string) bool {
	u, err := url.Parse(host)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "ssh", "tcp", "http", "https":
		return !isLoopback(u.Hostname())
	}
	return false
}

func onLoopback(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// CacheDir returns the folder of what is known about engines, "" if this
// computer has no such folder.
func CacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "handbook")
}

// engineName returns the name in messages of the engine of a choice.
func engineName(choice string) string {
	at, err := FindEndpoint(choice)
	if err != nil {
		return choice
	}
	return at.String()
}
