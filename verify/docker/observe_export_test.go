package docker

import (
	"testing"

	"github.com/docker/docker/api/types/image"
)

// WeighSaved is Weigh of one image where nothing but saving it works.
func WeighSaved(t *testing.T, m *Machine, name string) (weight int64) {
	t.Helper()
	before := m.weighed.layers
	m.weighed.layers = map[string]int64{}
	defer func() { m.weighed.layers = before }()
	one, err := m.inner.ImageInspect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.weighSaved(t.Context(), []image.InspectResponse{one}); err != nil {
		t.Fatal(err)
	}
	if missing := m.weighed.missing(one); len(missing) > 0 {
		t.Fatalf("%s is saved without %v", name, missing)
	}
	for _, id := range one.RootFS.Layers {
		weight += m.weighed.layers[id]
	}
	return weight
}
