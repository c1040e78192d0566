package main

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
)

// An engine is where machines are made, until it is closed.
type engine interface {
	verify.Engine
	Close() error
}

// An opener opens the engine for a lab's site. choice is the user's: a URL,
// the name of a Docker context, or "".
type opener func(ctx context.Context, l *lab, choice string, progress func(line string)) (engine, error)

// openDocker opens the Docker Engine.
func openDocker(ctx context.Context, l *lab, choice string, progress func(line string)) (engine, error) {
	endpoint, err := findEndpoint(choice)
	if err != nil {
		return nil, err
	}
	ca, err := l.certificates()
	if err != nil {
		return nil, err
	}
	dockerfile, err := l.dockerfile()
	if err != nil {
		return nil, err
	}
	mirror := l.mirror()
	if elsewhere(endpoint.Host) && onLoopback(mirror) {
		progress(fmt.Sprintf("the mirror %s is on this computer, out of reach of the machines of the Docker Engine at %s", mirror, endpoint))
		mirror = ""
	}
	opened, err := docker.Open(ctx, docker.Options{
		Endpoint:   endpoint,
		Mirror:     mirror,
		CA:         ca,
		Dockerfile: dockerfile,
		CacheDir:   cacheDir(),
		Progress:   progress,
	})
	if err != nil {
		return nil, err // not the nil *docker.Engine: as an interface it would be none
	}
	if err := opened.Sweep(ctx); err != nil && ctx.Err() == nil {
		progress("what an earlier run left behind stays: " + err.Error())
	}
	return opened, nil
}

// findEndpoint finds the engine that the docker command would use, unless the
// user chose another one.
func findEndpoint(choice string) (docker.Endpoint, error) {
	dir, err := os.UserHomeDir()
	if err != nil {
		dir = "" // then there are no contexts either
	}
	return docker.FindEndpoint(chosen(choice), dir)
}

// chosen is the environment as it would be if it had the user's choice.
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
			return "" // it is about another engine of the pool
		}
		return os.Getenv(name)
	}
}

// elsewhere tells whether an engine is on another computer.
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

// cacheDir is where what was found out about engines is kept, "" if this
// computer has no such folder.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "handbook")
}
