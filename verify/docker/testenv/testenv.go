// Package testenv gives tests a real Docker Engine, where there is one.
//
// The script with-engine beside it makes any Debian a computer that has one:
//
//	verify/docker/testenv/with-engine go test ./...
package testenv

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/testenv/need"
	"handbook/verify/shell"
)

// Options returns the options of the engine that the environment names:
// DOCKER_HOST and Docker contexts, HANDBOOK_MIRROR, and HANDBOOK_CA (path of
// a bundle of certificates).
func Options(t testing.TB) docker.Options {
	t.Helper()
	home, _ := os.UserHomeDir()
	at, err := daemon.FindEndpoint(os.Getenv, home)
	if err != nil {
		t.Fatal(err)
	}
	opts := docker.Options{Endpoint: at, Mirror: os.Getenv("HANDBOOK_MIRROR")}
	if file := os.Getenv("HANDBOOK_CA"); file != "" {
		if opts.CA, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if dir, err := os.UserCacheDir(); err == nil {
		opts.CacheDir = filepath.Join(dir, "handbook")
	}
	return opts
}

// Engine returns a real engine. The test needs one.
func Engine(t testing.TB) *docker.Engine {
	t.Helper()
	return Open(t, Options(t))
}

// Open is Engine with other options.
func Open(t testing.TB, opts docker.Options) *docker.Engine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	e, err := docker.Open(ctx, opts)
	if err != nil {
		need.Docker.Missing(t, err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// Start makes a machine that is closed at the end of the test. The zero
// Spec is a machine with its own engine.
func Start(t testing.TB, e *docker.Engine, spec verify.Spec) *machine.Machine {
	t.Helper()
	if spec.Image == "" {
		spec.Image = "docker"
	}
	if spec.Page == "" {
		spec.Page = t.Name()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	m, err := e.Start(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m.(*machine.Machine)
}

// Run runs a script on the machine without a terminal, and returns its
// output and exit status.
func Run(t testing.TB, m verify.Machine, script string) (string, int) {
	t.Helper()
	return Process(t, m, shell.Process{Args: []string{"sh", "-c", script}})
}

// Process runs a process on the machine, and returns its output and exit
// status.
func Process(t testing.TB, m verify.Machine, p shell.Process) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out, exit, err := run(ctx, m, p)
	if err != nil {
		t.Fatalf("%q: %v", p.Args, err)
	}
	return out, exit
}
