package rights

import (
	"slices"
	"strings"
	"testing"
)

// TestStrongRuntimes checks what is tried for a machine that has to hold: the
// engine's runtimes that are made for that come first.
func TestStrongRuntimes(t *testing.T) {
	runtimes := []string{"runc", "sysbox-runc", "kata-runtime", "crun"}
	var got []string
	for _, r := range strongCandidates(func(name string) bool { return slices.Contains(runtimes, name) }) {
		got = append(got, r.Name)
	}
	if want := "kata-runtime, sysbox-runc, user namespace, least"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", got, want)
	}
}
