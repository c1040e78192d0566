package machineimage

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content/config"
	"handbook/verify/docker/images"
)

// Every engine that settings can name has a machine.
func TestBuiltin(t *testing.T) {
	want := map[string][]string{
		"29": {"docker:29-dind", "debian:forky-slim"},
		"28": {"debian:forky-slim"},
		"26": {"debian:trixie-slim"},
	}
	got := map[string][]string{}
	for _, name := range config.Engines {
		got[name] = images.Bases(builtin[name].Dockerfile)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(builtin) != len(want) {
		t.Errorf("what they start from (-want +got):\n%s", diff)
	}
}
