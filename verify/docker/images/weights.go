package images

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"handbook/verify/docker/hub"
	"handbook/verify/shell"
)

//go:embed read-layers
var readLayers string

// weights are the sizes of an engine's layers when they are compressed. They
// never change.
type weights struct {
	Config
	files *shell.KeptScript // runs read-layers

	mu     sync.Mutex
	layers map[string]int64 // bytes of the compressed layer, by diff id
	asked  map[pinned]bool  // images that the mirror was asked for
}

func newWeights(c Config) *weights {
	files := shell.KeepScript(c.Machine, readLayers, "bash", "-o", "pipefail")
	return &weights{Config: c, files: files, layers: map[string]int64{}, asked: map[pinned]bool{}}
}

func (w *weights) close() {
	w.files.Close()
	if w.Mirror != nil {
		w.Mirror.HTTP.CloseIdleConnections()
	}
}

// weigh implements Store.Weigh. outside returns the images from outside.
func (w *weights) weigh(ctx context.Context, images []string, outside func() ([]pulled, error)) (map[string]int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := map[string]image.InspectResponse{}
	for _, name := range images {
		one, err := w.Client.ImageInspect(ctx, name)
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, &Error{Op: "cannot look at one of the machine's images", Err: err}
		}
		found[name] = one
	}
	// From the cheapest and most exact source to the most expensive.
	ofBases := func(ctx context.Context, _ []image.InspectResponse) error { return w.ofBases(ctx, outside) }
	for _, source := range []func(context.Context, []image.InspectResponse) error{w.ofStored, ofBases, w.ofTrees, w.ofSaved} {
		if rest := w.incomplete(found); len(rest) > 0 {
			if err := source(ctx, rest); err != nil {
				return nil, err
			}
		}
	}
	if rest := w.incomplete(found); len(rest) > 0 {
		return nil, &Error{Op: "cannot weigh the machine's images", Err: fmt.Errorf("the engine does not save all layers of %s", rest[0].ID)}
	}
	sums := map[string]int64{}
	for name, one := range found {
		sums[name] = 0
		for _, id := range one.RootFS.Layers {
			sums[name] += w.layers[id]
		}
	}
	return sums, nil
}

// incomplete returns the images with layers that are not weighed yet.
func (w *weights) incomplete(images map[string]image.InspectResponse) []image.InspectResponse {
	var rest []image.InspectResponse
	for _, name := range slices.Sorted(maps.Keys(images)) {
		if len(w.missing(images[name])) > 0 {
			rest = append(rest, images[name])
		}
	}
	return rest
}

// missing returns the layers of an image that are not weighed yet: their diff
// ids by their indexes.
func (w *weights) missing(one image.InspectResponse) map[int]string {
	missing := map[int]string{}
	for i, id := range one.RootFS.Layers {
		if _, ok := w.layers[id]; !ok {
			missing[i] = id
		}
	}
	return missing
}

// ofBases weighs layers of images from outside by their manifests in the
// mirror. It is not an error if there is no mirror, or if it does not know.
func (w *weights) ofBases(ctx context.Context, outside func() ([]pulled, error)) error {
	if w.Mirror == nil {
		return nil
	}
	all, err := outside()
	if err != nil {
		return err
	}
	for _, p := range all {
		repository, ok := hub.Repository(p.name)
		if !ok || p.digest == "" || w.asked[p.pinned] {
			continue
		}
		w.asked[p.pinned] = true
		index, err := w.Mirror.Manifest(ctx, repository, p.digest)
		var manifest hub.Manifest
		var config ocispec.Image
		if err == nil {
			manifest, config, err = w.Mirror.Image(ctx, repository, index, w.Sources.Platform)
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			w.Sources.Log.Warn("the mirror does not tell the sizes of an image's layers", "image", p.name, "error", err)
			continue
		}
		w.add(manifest.Layers, diffIDs(config))
	}
	return nil
}

// add adds the sizes of the compressed layers in a manifest. The ids are the
// diff ids of the same layers.
func (w *weights) add(layers []ocispec.Descriptor, ids []string) {
	maps.Copy(w.layers, compressedSizes(layers, ids))
}

// compressedSizes returns the sizes of the layers in a manifest, by diff id. It
// leaves out layers that are not compressed.
func compressedSizes(layers []ocispec.Descriptor, ids []string) map[string]int64 {
	sizes := map[string]int64{}
	if len(layers) != len(ids) {
		return sizes // it is not an image's manifest, but an attestation's
	}
	for i, l := range layers {
		if strings.HasSuffix(l.MediaType, "gzip") || strings.HasSuffix(l.MediaType, "zstd") {
			sizes[ids[i]] = l.Size
		}
	}
	return sizes
}

func diffIDs(config ocispec.Image) []string {
	ids := make([]string, len(config.RootFS.DiffIDs))
	for i, id := range config.RootFS.DiffIDs {
		ids[i] = id.String()
	}
	return ids
}
