package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"handbook/content"
	"handbook/verify/docker"
)

// engines are the Docker Engines that labs run on: one for each site, since
// it is the settings of a site that say what its machines are like. An engine
// is opened when the first lab needs it: what is fresh needs no Docker.
type engines struct {
	choice   string // of the user: a URL, the name of a Docker context, or ""
	progress func(line string)

	mu    sync.Mutex
	sites map[*content.Site]*opened
}

// An opened is an engine, or why there is none. It is not tried again: the
// labs of a run all hear the same.
type opened struct {
	once   sync.Once
	engine *docker.Engine
	err    error
}

func newEngines(choice string, progress func(string)) *engines {
	return &engines{choice: choice, progress: progress, sites: map[*content.Site]*opened{}}
}

func (e *engines) of(ctx context.Context, l *lab) (*docker.Engine, error) {
	e.mu.Lock()
	o := e.sites[l.site]
	if o == nil {
		o = new(opened)
		e.sites[l.site] = o
	}
	e.mu.Unlock()
	o.once.Do(func() { o.engine, o.err = e.open(ctx, l) })
	return o.engine, o.err
}

func (e *engines) open(ctx context.Context, l *lab) (*docker.Engine, error) {
	endpoint, err := findEndpoint(e.choice)
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
	mirror := os.Getenv("HANDBOOK_MIRROR")
	if mirror == "" {
		mirror = l.site.Config.Machine.Mirror
	}
	engine, err := docker.Open(ctx, docker.Options{
		Endpoint:   endpoint,
		Mirror:     mirror,
		CA:         ca,
		Dockerfile: dockerfile,
		CacheDir:   cacheDir(),
		Progress:   e.progress,
	})
	if err != nil {
		return nil, err
	}
	return engine, nil
}

func (e *engines) close() error {
	var errs []error
	for _, o := range e.sites {
		if o.engine != nil {
			errs = append(errs, o.engine.Close())
		}
	}
	return errors.Join(errs...)
}

// findEndpoint finds the engine that the docker command would use, unless the
// user chose another one.
func findEndpoint(choice string) (docker.Endpoint, error) {
	if strings.Contains(choice, "://") {
		return docker.Endpoint{Host: choice}, nil
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		dir = "" // then there are no contexts either
	}
	getenv := os.Getenv
	if choice != "" {
		getenv = func(name string) string {
			switch name {
			case "DOCKER_CONTEXT":
				return choice
			case "DOCKER_HOST":
				return ""
			}
			return os.Getenv(name)
		}
	}
	return docker.FindEndpoint(getenv, dir)
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

// engineHint is what to do about an engine that can't be used.
func engineHint(err *docker.EngineError) string {
	switch {
	case errors.Is(err, os.ErrPermission) || strings.Contains(err.Error(), "no permission"):
		return "add yourself to the group that may use it (sudo usermod -aG docker $USER, then log in again)"
	case strings.Contains(err.Error(), "cannot reach"):
		return "start Docker, or name another engine with --engine or DOCKER_HOST; what is already verified needs none: --no-verify, --allow-stale"
	case strings.Contains(err.Error(), "Docker context"):
		return fmt.Sprintf("%q lists the contexts", "docker context ls")
	}
	return ""
}
