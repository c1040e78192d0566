package docker_test

import (
	"slices"
	"strings"
	"testing"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/rights"
	"handbook/verify/docker/testenv"
)

// TestRestart restarts an engine on which a machine runs. The machine is gone
// then, and a new one can be made.
func TestRestart(t *testing.T) {
	t.Parallel()
	second := testenv.StartSecond(t, testenv.SecondConfig{})
	second.Copy("busybox:latest")
	e := testenv.Open(t, docker.Options{Endpoint: daemon.Endpoint{Host: second.Host}, Run: "restart"})
	m := testenv.Start(t, e, verify.Spec{Image: "busybox:latest"})
	mustRun(t, m, "true")
	second.Stop()
	second.Start()
	if left := docker.Left(t, e); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	m = testenv.Start(t, e, verify.Spec{Image: "busybox:latest"})
	mustRun(t, m, "true")
}

// TestCgroup2 makes machines with Docker on an engine that has control groups of
// version 2: an ordinary one can lift its limits there, too, and one for
// strangers cannot. The version has only the controllers that are left to it.
func TestCgroup2(t *testing.T) {
	t.Parallel()
	second := testenv.StartSecond(t, testenv.SecondConfig{Cgroup2: true})
	second.Copy(machineimage.BuiltinRef(config.Engines[0]))
	opts := strangers(t)
	opts.Endpoint, opts.CacheDir = daemon.Endpoint{Host: second.Host}, "" // every run has it anew
	for _, opts.Strangers = range []bool{false, true} {
		e := testenv.Open(t, opts)
		if got := e.Facts(t.Context()).Cgroup; got != "2" {
			t.Fatalf("cgroup version %s", got)
		}
		m := testenv.Start(t, e, verify.Spec{})
		found, err := m.Escapes(t.Context())
		if err != nil || slices.Contains(found, rights.LiftLimits) == opts.Strangers || opts.Strangers && len(found) > 0 {
			t.Errorf("for strangers %t: %v, %v", opts.Strangers, found, err)
		}
		mustRun(t, m, "docker pull -q busybox && docker run --rm --memory 64m busybox true")
		out, _ := testenv.Run(t, m, "exec 2>/dev/null; for f in /sys/fs/cgroup/hugetlb.2MB.max /sys/fs/cgroup/cgroup.procs; do (: >> $f) && echo open; done; mkdir /sys/fs/cgroup/other && echo made")
		if (out == "") != opts.Strangers || opts.Strangers && strings.Contains(out, "open") {
			t.Errorf("for strangers %t: %q", opts.Strangers, out)
		}
	}
}
