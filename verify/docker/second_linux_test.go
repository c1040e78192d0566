package docker_test

import (
	"testing"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
)

// TestRestart restarts an engine on which a machine runs: it goes with it,
// and the next one is made as if nothing had been.
func TestRestart(t *testing.T) {
	t.Parallel()
	second := testenv.StartSecond(t, testenv.SecondConfig{})
	second.Copy("busybox:latest")
	e := testenv.Open(t, docker.Options{Endpoint: docker.Endpoint{Host: second.Host}, Run: "restart"})
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
