package docker_test

import (
	"context"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
)

// Several machines reach each other by name, and nothing is left of them when they
// are closed, or when one of them can't be made.
func TestSeveral(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Run = "several-" + time.Now().Format("150405.000")
	e := testenv.Open(t, opts)
	m, err := e.Start(t.Context(), verify.Spec{Image: "docker", Page: t.Name(), Names: []string{"one", "two"}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	all := m.Machines()
	for i, one := range all {
		other := all[1-i].Name
		mustRun(t, one.Machine, "test $(hostname) = "+one.Name+" && ! getent hosts nonesuch-"+other)
		// Nothing listens, but somebody is there who says so.
		out, _ := testenv.Run(t, one.Machine, "bash -c 'echo > /dev/tcp/"+other+"/1' 2>&1 | grep -o 'Connection refused' | head -n 1")
		if out != "Connection refused\n" {
			t.Errorf("%s does not reach %s: %q", one.Name, other, out)
		}
	}
	mustRun(t, all[0].Machine, "docker volume create only-here")
	if out, _ := testenv.Run(t, all[1].Machine, "docker volume ls -q"); out != "" {
		t.Errorf("the machines share an engine: %q", out)
	}
	if left := docker.Left(t, e); len(left) != 4 {
		t.Errorf("%q, want two containers and two volumes", left)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if left := docker.Left(t, e); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	given, cancel := context.WithTimeout(t.Context(), time.Second) // while they are made
	defer cancel()
	if m, err := e.Start(given, verify.Spec{Image: "docker", Page: t.Name(), Names: []string{"one", "two"}}); err == nil {
		m.Close()
	}
	if left := docker.Left(t, e); len(left) > 0 {
		t.Errorf("left behind by what was given up: %q", left)
	}
}
