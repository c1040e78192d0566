package names

import (
	"testing"

	"github.com/docker/docker/pkg/namesgenerator"
)

func TestGenerated(t *testing.T) {
	for range 10_000 {
		if name := namesgenerator.GetRandomName(1); !Generated(name) {
			t.Fatalf("%s is none", name)
		}
	}
	for name, want := range map[string]bool{
		"vigorous_poitras": true, "vigorous_poitras7": true,
		"vigorous": false, "poitras": false, "snake_case": false, "vigorous_web": false, "web_poitras": false, "vigorous_poitras_1": false, "": false,
	} {
		if Generated(name) != want {
			t.Errorf("Generated(%q) is not %v", name, want)
		}
	}
}
