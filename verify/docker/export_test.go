package docker

import (
	"slices"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
)

// Left names the containers and volumes of an engine's run that there are.
func Left(t *testing.T, e *Engine) []string {
	t.Helper()
	own := filters.NewArgs(filters.Arg("label", labelRun+"="+e.opts.Run))
	var left []string
	containers, err := e.client.ContainerList(t.Context(), container.ListOptions{All: true, Filters: own})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers {
		left = append(left, c.Names[0])
	}
	volumes, err := e.client.VolumeList(t.Context(), volume.ListOptions{Filters: own})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes.Volumes {
		left = append(left, v.Name)
	}
	return slices.Sorted(slices.Values(left))
}
