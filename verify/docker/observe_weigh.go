package docker

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/containerd/errdefs"

	"handbook/verify"
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
// An engine with containerd's store has the compressed layers. One with
// overlay2 has not: it compresses when it pushes. There the layers of base
// images are looked up in the mirror's manifests, and the lab's own are
// compressed here as the engine would: "docker save" has the same archives
// as a push, and gzip is Go's in both. (Go's was another one up to 1.26, and
// compresses 2 % better than that of 1.27. That much the result differs from
// a push where the engine was built with another Go than this program.)
//
// It costs about a second for images of 100 MB, so it is for those that a
// page shows, best all in one call. Layers are remembered.
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
	layers := map[string][]string{} // diff ids, by image
	for _, name := range images {
		found, err := m.inner.ImageInspect(ctx, name)
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, m.failure("cannot look at one of the machine's images", err)
		}
		layers[name] = found.RootFS.Layers
	}
	// From the cheapest source to the dearest.
	for _, source := range []func(context.Context, []string, map[string]bool) error{m.weighBases, m.weighSaved} {
		missing, of := w.missing(layers)
		if len(missing) == 0 {
			break
		}
		if err := source(ctx, of, missing); err != nil {
			return nil, err
		}
	}
	if missing, of := w.missing(layers); len(missing) > 0 {
		return nil, m.failure("cannot weigh the machine's images", fmt.Errorf("the engine does not save all layers of %q", of))
	}
	for name, ids := range layers {
		weights[name] = 0
		for _, id := range ids {
			weights[name] += w.layers[id]
		}
	}
	return weights, nil
}

// missing returns the layers that are not weighed yet, and the images that
// have some.
func (w *weighed) missing(layers map[string][]string) (missing map[string]bool, of []string) {
	missing = map[string]bool{}
	for name, ids := range layers {
		has := false
		for _, id := range ids {
			if _, ok := w.layers[id]; !ok {
				missing[id], has = true, true
			}
		}
		if has {
			of = append(of, name)
		}
	}
	return missing, of
}

// weighBases weighs layers of images from outside by what the mirror says.
// It is not an error if there is none, or if it does not know.
func (m *Machine) weighBases(ctx context.Context, _ []string, _ map[string]bool) error {
	refs, err := m.outside(ctx)
	if err != nil {
		return err
	}
	var r registry
	for _, ref := range refs {
		repository, ok := hubRepository(ref.name)
		if !ok || ref.digest == "" || m.weighed.asked[ref] {
			continue
		}
		if r.http == nil {
			var ok bool
			if r, ok, err = m.mirror(ctx); !ok || err != nil {
				return err
			}
			defer r.http.CloseIdleConnections()
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
		for id, size := range sizes {
			m.weighed.layers[id] = size
		}
	}
	return nil
}

// outside returns the images that the machine has fetched.
func (m *Machine) outside(ctx context.Context) ([]baseRef, error) {
	var refs []baseRef
	m.catchUp(ctx)
	m.pulled.mu.Lock()
	for _, ref := range m.pulled.refs {
		refs = append(refs, baseRef{full(ref), m.pulled.by[ref].digest})
	}
	m.pulled.mu.Unlock()
	builds, err := m.builds(ctx)
	for _, b := range builds {
		refs = append(refs, b.bases...)
	}
	return refs, err
}

// mirror returns the mirror of the machine's engine, if it has one, reached
// through the machine: from here it may not be reachable.
func (m *Machine) mirror(ctx context.Context) (registry, bool, error) {
	info, err := m.inner.Info(ctx)
	if err != nil {
		return registry{}, false, m.failure("cannot ask the machine's engine", err)
	}
	if info.RegistryConfig == nil || len(info.RegistryConfig.Mirrors) == 0 {
		return registry{}, false, nil
	}
	at, err := url.Parse(info.RegistryConfig.Mirrors[0])
	if err != nil {
		return registry{}, false, nil
	}
	client := *m.engine.http()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if own, ok := client.Transport.(*http.Transport); ok {
		transport = own.Clone()
	}
	transport.Proxy = nil
	transport.DialContext = m.dialTCP
	client.Transport = transport
	return registry{url: strings.TrimSuffix(at.String(), "/"), http: &client}, true, nil
}

// dialTCP connects to an address as the machine sees it.
func (m *Machine) dialTCP(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	// One cat ends with the connection, the other with the input.
	const relay = `exec 3<>"/dev/tcp/$1/$2" && { cat <&0 >&3 2>/dev/null & exec cat <&3 2>/dev/null; }`
	s, err := m.exec(context.WithoutCancel(ctx), verify.Process{Args: []string{"bash", "-c", relay, "bash", host, port}})
	if err != nil {
		return nil, err
	}
	return conn{s}, nil
}

// layers returns the sizes of an image's compressed layers in bytes, by diff
// id. ref is the digest of a manifest, or of an index, of which the platform
// ("linux/amd64") is meant.
func (r registry) layers(ctx context.Context, repository, ref, platform string) (map[string]int64, error) {
	m, err := r.manifest(ctx, repository, ref)
	if err != nil {
		return nil, err
	}
	if m, err = r.ofPlatform(ctx, repository, m, platform); err != nil {
		return nil, err
	}
	var config imageConfig
	if _, err := r.get(ctx, repository+"/blobs/"+m.Config.Digest, &config); err != nil {
		return nil, err
	}
	return layerSizes(m.Layers, config), nil
}

// An imageConfig is what is needed of an image's configuration.
type imageConfig struct {
	RootFS struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// A layerRef is a layer as a manifest has it.
type layerRef struct {
	MediaType string
	Size      int64
}

// layerSizes puts a manifest's compressed layers and the diff ids in its
// configuration side by side. Layers that are not compressed are left out.
func layerSizes(layers []layerRef, config imageConfig) map[string]int64 {
	sizes := map[string]int64{}
	if len(layers) != len(config.RootFS.DiffIDs) {
		return sizes // an attestation: something else than an image
	}
	for i, l := range layers {
		if strings.HasSuffix(l.MediaType, "gzip") || strings.HasSuffix(l.MediaType, "zstd") {
			sizes[config.RootFS.DiffIDs[i]] = l.Size
		}
	}
	return sizes
}

// weighSaved weighs the missing layers of images by saving the images.
func (m *Machine) weighSaved(ctx context.Context, images []string, missing map[string]bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := m.inner.ImageSave(ctx, images)
	if err != nil {
		return m.failure("cannot save the machine's images to weigh them", err)
	}
	defer body.Close()
	sizes, err := readSaved(body, missing)
	if err != nil {
		return m.failure("cannot save the machine's images to weigh them", err)
	}
	for id, size := range sizes {
		m.weighed.layers[id] = size
	}
	return nil
}

// readSaved reads what "docker save" writes, up to where the missing layers
// are weighed, and returns the compressed sizes in bytes of layers, by diff
// id. Since Engine 25 it is an OCI image layout: with overlay2 the layers are
// in it as they are, named by their diff id; with containerd's store they are
// compressed, and the manifests in it tell their sizes. Before, it had
// ID/layer.tar.
func readSaved(saved io.Reader, missing map[string]bool) (map[string]int64, error) {
	sizes := map[string]int64{}
	documents := map[string][]byte{} // of JSON, by digest
	left := len(missing)
	for archive := tar.NewReader(saved); left > 0; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		dir, name := path.Split(header.Name)
		id := "sha256:" + name
		switch {
		case name == "layer.tar", dir == "blobs/sha256/" && missing[id]:
			id, size, err := compressed(archive)
			if err != nil {
				return nil, err
			}
			if _, ok := sizes[id]; !ok && missing[id] {
				left--
			}
			sizes[id] = size
		case dir == "blobs/sha256/" && header.Size < 4<<20:
			in := bufio.NewReader(archive)
			if first, err := in.Peek(1); err != nil || first[0] != '{' {
				continue // an empty file, or a layer
			}
			if documents[id], err = io.ReadAll(in); err != nil {
				return nil, err
			}
		}
	}
	for _, document := range documents {
		var manifest struct {
			Config struct{ Digest string }
			Layers []layerRef
		}
		var config imageConfig
		if json.Unmarshal(document, &manifest) != nil || json.Unmarshal(documents[manifest.Config.Digest], &config) != nil {
			continue
		}
		for id, size := range layerSizes(manifest.Layers, config) {
			sizes[id] = size
		}
	}
	return sizes, nil
}

// compressed returns the digest of a layer and its size in bytes as a push
// compresses it.
func compressed(layer io.Reader) (digest string, size int64, err error) {
	var out counter
	sum := sha256.New()
	zip := gzip.NewWriter(&out)
	if _, err := io.Copy(zip, io.TeeReader(layer, sum)); err != nil {
		return "", 0, err
	}
	if err := zip.Close(); err != nil {
		return "", 0, err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), int64(out), nil
}

// A counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
