package docker_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"handbook/verify/docker"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/testenv"
)

// TestBuilders builds images with either builder of an engine, and tells what they
// print.
func TestBuilders(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	for name, buildKit := range map[string]bool{"classic": false, "buildkit": true} {
		ref := "handbook-test-" + name + ":" + time.Now().Format("150405.000")
		// With the name in it, no builder takes the command's result from its cache.
		lines, err := docker.BuildWith(t, e, buildKit, ref, "FROM busybox AS one\nRUN echo $((6*7)) things > /x; cat /x; : "+ref+"\nFROM busybox\nCOPY --from=one /x /\n")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Contains(lines, "42 things") {
			t.Errorf("%s: told %q", name, lines)
		}
		if got := docker.Labels(t, e, ref)["org.handbook.test"]; got != "yes" {
			t.Errorf("%s: the label is %q", name, got)
		}
		_, err = docker.BuildWith(t, e, buildKit, ref+"-bad", "FROM busybox\nRUN echo $((6*8)) things; exit 3 # "+ref+"\n")
		if err == nil || !strings.Contains(err.Error(), "Dockerfile does not build") || !strings.Contains(err.Error(), "\n    48 things") || !strings.Contains(err.Error(), "3") {
			t.Errorf("%s: %v", name, err)
		}
		shifted := "FROM debian:trixie-slim\n" + machineimage.Shifted + "RUN : " + ref + "\n"
		if _, err := docker.BuildWith(t, e, buildKit, ref+"-shifted", shifted); err != nil {
			t.Errorf("%s: the image of machines with a user namespace: %v", name, err)
		}
	}
}
