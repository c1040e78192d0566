package docker

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"handbook/content"
)

// names returns the names of the machine's images, as Docker shows them, each
// with the image's id.
func (m *Machine) names(ctx context.Context) (map[string]string, error) {
	list, err := m.inner.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return nil, m.failure("cannot list the machine's images", err)
	}
	names := map[string]string{}
	for _, one := range list {
		for _, tag := range one.RepoTags {
			if tag != "<none>:<none>" { // of engines before 24
				names[content.CanonicalRef(tag)] = one.ID
			}
		}
	}
	return names, nil
}

// images describes the images that have come to one of their names since
// before, in the order of the names.
func (m *Machine) images(ctx context.Context, before, now map[string]string) ([]content.Image, error) {
	var images []content.Image
	for _, ref := range slices.Sorted(maps.Keys(now)) {
		if before[ref] != now[ref] {
			images = append(images, content.Image{Ref: ref, ID: now[ref]})
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range images {
		group.Go(func() (err error) {
			images[i].Layers, err = m.layers(ctx, images[i].ID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i := range images {
		for _, l := range images[i].Layers {
			images[i].Unpacked += l.Bytes
		}
	}
	return images, nil
}

// layers returns the history of an image, first step first. Its sizes are
// those of unpacked layers whatever the engine's storage; ImageInspect's Size
// is not, and has changed its meaning within Engine 29. An image that has
// gone has no layers.
func (m *Machine) layers(ctx context.Context, id string) ([]content.Layer, error) {
	history, err := m.inner.ImageHistory(ctx, id)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, m.failure("cannot ask for an image's history", err)
	}
	layers := make([]content.Layer, 0, len(history))
	for _, h := range slices.Backward(history) {
		layers = append(layers, content.Layer{Instruction: instruction(h.CreatedBy, h.Comment), Bytes: h.Size})
	}
	return layers, nil
}

// argsOfRun matches what stands before the command of a RUN with build
// arguments: "|1 VERSION=1.2 ".
var argsOfRun = regexp.MustCompile(`^\|\d+ .*?(/bin/sh -c )`)

// instruction writes what "docker history" shows as a line of a Dockerfile.
// Images of the classic builder have "/bin/sh -c #(nop) CMD […]" for what
// runs nothing, those of BuildKit "RUN /bin/sh -c … # buildkit", and imported
// ones nothing but a comment.
func instruction(createdBy, comment string) string {
	s := strings.TrimSpace(strings.TrimSuffix(createdBy, "# buildkit"))
	run := strings.HasPrefix(s, "RUN ")
	s = argsOfRun.ReplaceAllString(strings.TrimPrefix(s, "RUN "), "$1")
	if rest, ok := strings.CutPrefix(s, "/bin/sh -c #(nop)"); ok {
		s, run = rest, false
	} else if rest, ok := strings.CutPrefix(s, "/bin/sh -c "); ok {
		s, run = rest, true
	}
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case s == "":
		return strings.TrimSpace(comment)
	case run:
		return "RUN " + s
	}
	return s
}
