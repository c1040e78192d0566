package docker_test

import (
	"strings"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// TestOwnMirror runs handbook's own mirror, as a mirror of the tests' mirror,
// and checks that a second machine gets its images from it.
func TestOwnMirror(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	if opts.Mirror == "" {
		need.Skip(t, "needs a mirror to be the mirror of")
	}
	hub := docker.GatewayURL(t, testenv.Open(t, opts))
	opts.Mirror = ""
	name := "handbook-mirror-" + time.Now().Format("150405.000")
	for _, network := range []string{"open", "none"} {
		e := testenv.Open(t, opts) // each finds the mirror by itself
		docker.Relay(e, name, hub)
		if network == "open" {
			t.Cleanup(func() { docker.RemoveRelay(t, e) })
		}
		m := testenv.Start(t, e, verify.Spec{Network: network})
		mustRun(t, m, "docker pull -q busybox")
		_, bases, err := m.About(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(bases) != 1 || bases[0].From != "docker.io" || bases[0].Note == "" {
			t.Errorf("bases %+v, want one from docker.io, with its note", bases)
		}
	}
}

// TestNoHub checks that labs run without the Hub and without a mirror.
func TestNoHub(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Mirror = ""
	var said []string
	opts.Progress = func(line string) { said = append(said, line) }
	e := testenv.Open(t, opts)
	docker.Relay(e, "handbook-mirror-"+time.Now().Format("150405.000"), "http://127.0.0.1:1")
	t.Cleanup(func() { docker.RemoveRelay(t, e) })
	m := testenv.Start(t, e, verify.Spec{})
	mustRun(t, m, "docker info")
	t.Log(said)
	if all := strings.Join(said, "\n"); !strings.Contains(all, "no mirror of Docker Hub can be run") {
		t.Errorf("it did not say that there is no mirror: %s", all)
	}
}
