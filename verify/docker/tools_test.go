package docker

import (
	"os"
	"path/filepath"
	"testing"

	"handbook/verify/docker/machine"
)

// What is kept of machines' tools goes into records: a file of it that was damaged
// is none.
func TestDamagedTools(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tools-0")
	want := machine.Tools{Client: "28.5.2", Compose: "2.26.1-4", Buildx: "0.29.1"}
	writeTools(file, want)
	if got, ok := readTools(file); !ok || got != want {
		t.Fatalf("%+v, %t", got, ok)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for _, b := range [][]byte{append(append(append([]byte{}, whole[:i]...), whole[i]^1), whole[i+1:]...), whole[:i]} {
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, ok := readTools(file); ok {
				t.Errorf("%q is taken for %+v", b, got)
			}
		}
	}
}

func TestToolVersion(t *testing.T) {
	for line, want := range map[string]string{
		"Docker version 28.5.2, build ecc6942":                "28.5.2",
		"Docker version 26.1.5+dfsg1, build a72d7cd":          "26.1.5+dfsg1",
		"Docker Compose version v2.26.1-4":                    "2.26.1-4",
		"Docker Compose version 2.26.1-4":                     "2.26.1-4",
		"github.com/docker/buildx v0.29.1 a32761a":            "0.29.1",
		"github.com/docker/buildx 0.13.1+ds1-3+b1 0.13.1+ds1": "0.13.1+ds1-3+b1",
		"docker: 'compose' is not a docker command.":          "",
		"": "",
	} {
		got := ""
		if found := toolVersion.FindStringSubmatch(line); found != nil {
			got = found[1]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
