package docker

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
)

// weighed remembers what Weigh has found out about a machine's layers, which
// never change.
type weighed struct {
	mu     sync.Mutex
	layers map[string]int64 // bytes of the compressed layer, by diff id
	asked  map[baseRef]bool // the mirror, about this image
}

// Weigh returns how much is downloaded for images: the sum of their layers'
// compressed sizes in bytes, as their manifests in a registry have it. The
// images are named in any way that Docker knows, or by id; those that there
// are not are not in the result.
//
// An engine with containerd's store has the compressed layers, and their
// manifests tell the sizes. One with overlay2 compresses when it pushes. There
// the layers of base images are looked up in the mirror's manifests, and the
// lab's own are packed and compressed as the engine would, with Go's gzip.
// (Up to Go 1.26 that compresses 2 % better than since 1.27. So much the
// result may differ from a push, if the engine was built with another Go.)
//
// It costs two processes on the machine, which are kept, and 20 ms for a
// megabyte that was not weighed before, so it is for images that a page shows.
// It can be called while the lab goes on: it takes a processor, and nothing
// else, from it.
func (m *Machine) Weigh(ctx context.Context, images []string) (map[string]int64, error) {
	weights := map[string]int64{}
	if m.inner == nil || len(images) == 0 {
		return weights, nil
	}
	w := &m.weighed
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.layers == nil {
		w.layers, w.asked = map[string]int64{}, map[baseRef]bool{}
	}
	found := map[string]image.InspectResponse{}
	for _, name := range images {
		one, err := m.inner.ImageInspect(ctx, name)
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, m.failure("cannot look at one of the machine's images", err)
		}
		found[name] = one
	}
	// From the surest and cheapest source to the dearest.
	for _, source := range []func(context.Context, []image.InspectResponse) error{m.weighStored, m.weighBases, m.weighTrees, m.weighSaved} {
		if light := w.light(found); len(light) > 0 {
			if err := source(ctx, light); err != nil {
				return nil, err
			}
		}
	}
	if light := w.light(found); len(light) > 0 {
		return nil, m.failure("cannot weigh the machine's images", fmt.Errorf("the engine does not save all layers of %s", light[0].ID))
	}
	for name, one := range found {
		weights[name] = 0
		for _, id := range one.RootFS.Layers {
			weights[name] += w.layers[id]
		}
	}
	return weights, nil
}

// light returns the images that have layers that are not weighed yet.
func (w *weighed) light(images map[string]image.InspectResponse) []image.InspectResponse {
	var light []image.InspectResponse
	for _, name := range slices.Sorted(maps.Keys(images)) {
		if len(w.missing(images[name])) > 0 {
			light = append(light, images[name])
		}
	}
	return light
}

// missing returns the layers of an image that are not weighed yet: their
// places and their diff ids.
func (w *weighed) missing(one image.InspectResponse) map[int]string {
	missing := map[int]string{}
	for i, id := range one.RootFS.Layers {
		if _, ok := w.layers[id]; !ok {
			missing[i] = id
		}
	}
	return missing
}

// weighBases weighs layers of images from outside by what the mirror says.
// It is not an error if there is none, or if it does not know.
func (m *Machine) weighBases(ctx context.Context, _ []image.InspectResponse) error {
	if m.mirror == "" {
		return nil
	}
	refs, err := m.outside(ctx)
	if err != nil {
		return err
	}
	r, _ := m.registry.get(m.ownMirror) // does not fail
	for _, ref := range refs {
		repository, ok := hubRepository(ref.name)
		if !ok || ref.digest == "" || m.weighed.asked[ref] {
			continue
		}
		m.weighed.asked[ref] = true
		sizes, err := r.layers(ctx, repository, ref.digest, m.engine.platform())
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			m.engine.log.Warn("the mirror does not tell the sizes of an image's layers", "image", ref.name, "error", err)
			continue
		}
		maps.Copy(m.weighed.layers, sizes)
	}
	return nil
}

// outside returns the images that the machine has fetched, but for those that
// the lab had pushed.
func (m *Machine) outside(ctx context.Context) ([]baseRef, error) {
	var refs []baseRef
	add := func(ref baseRef) {
		if !m.hub.owns(ref.name) {
			refs = append(refs, ref)
		}
	}
	m.catchUp(ctx)
	m.pulled.mu.Lock()
	for _, ref := range m.pulled.refs {
		add(baseRef{full(ref), m.pulled.by[ref].digest})
	}
	m.pulled.mu.Unlock()
	builds, err := m.finishedBuilds(ctx) // the lab may be building
	for _, b := range builds {
		for _, ref := range b.bases {
			add(ref)
		}
	}
	return refs, err
}

// ownMirror returns the machine's mirror, reached through the machine: from
// here it may not be reachable. Its connections are kept, for each costs a
// process.
func (m *Machine) ownMirror() (registry, error) {
	client := *m.engine.http()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if own, ok := client.Transport.(*http.Transport); ok {
		transport = own.Clone()
	}
	transport.Proxy = nil
	transport.DialContext = m.dialTCP
	client.Transport = transport
	return registry{url: strings.TrimSuffix(m.mirror, "/"), http: &client}, nil
}

// dialTCP connects to an address as the machine sees it.
func (m *Machine) dialTCP(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	// One cat ends with the connection, the other with the input.
	const relay = `exec 3<>"/dev/tcp/$1/$2" && { cat <&0 >&3 2>/dev/null & exec cat <&3 2>/dev/null; }`
	return m.connect(ctx, "bash", "-c", relay, "bash", host, port)
}

// layers returns the sizes of an image's compressed layers in bytes, by diff
// id. ref is the digest of a manifest, or of an index, of which the platform
// ("linux/amd64") is meant.
func (r registry) layers(ctx context.Context, repository, ref, platform string) (map[string]int64, error) {
	m, err := r.manifest(ctx, repository, ref)
	if err != nil {
		return nil, err
	}
	if m, err = r.image(ctx, repository, m, platform); err != nil {
		return nil, err
	}
	var config imageConfig
	if _, err := r.get(ctx, repository+"/blobs/"+m.Config.Digest, &config); err != nil {
		return nil, err
	}
	return layerSizes(m.Layers, config.RootFS.DiffIDs), nil
}
