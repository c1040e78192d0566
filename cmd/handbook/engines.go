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

// engines are what labs run on: an engine for each site, since it is the
// settings of a site that say what its machines are like. One is opened when
// the first lab needs it: what is fresh needs no Docker.
type engines struct {
	open     opener
	choice   string
	progress func(line string)

	mu    sync.Mutex
	sites map[*content.Site]*opened
}

// An opened is an engine, or why there is none. It is not tried again: the
// labs of a run all hear the same.
type opened struct {
	once   sync.Once
	engine engine
	err    error
}

func (e *engines) of(ctx context.Context, l *lab) (engine, error) {
	e.mu.Lock()
	o := e.sites[l.site]
	if o == nil {
		o = new(opened)
		e.sites[l.site] = o
	}
	e.mu.Unlock()
	o.once.Do(func() { o.engine, o.err = e.open(ctx, l, e.choice, e.progress) })
	return o.engine, o.err
}

func (e *engines) close() error {
	var errs []error
	for _, o := range e.sites {
		if o.err == nil {
			errs = append(errs, o.engine.Close())
		}
	}
	return errors.Join(errs...)
}

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
	opened, err := docker.Open(ctx, docker.Options{
		Endpoint:   endpoint,
		Mirror:     firstOf(os.Getenv("HANDBOOK_MIRROR"), l.site.Config.Machine.Mirror),
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
