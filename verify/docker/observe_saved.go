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
	"io"
	"maps"
	"path"
	"strings"

	"github.com/docker/docker/api/types/image"
)

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

// layerSizes puts the compressed layers of a manifest and diff ids side by
// side. Layers that are not compressed are left out.
func layerSizes(layers []layerRef, ids []string) map[string]int64 {
	sizes := map[string]int64{}
	if len(layers) != len(ids) {
		return sizes // of an attestation: something else than an image
	}
	for i, l := range layers {
		if strings.HasSuffix(l.MediaType, "gzip") || strings.HasSuffix(l.MediaType, "zstd") {
			sizes[ids[i]] = l.Size
		}
	}
	return sizes
}

// weighSaved weighs the missing layers of images by saving the images, which
// works with any storage, but moves every byte of them.
func (m *Machine) weighSaved(ctx context.Context, images []image.InspectResponse) error {
	missing := map[string]bool{}
	var ids []string
	for _, one := range images {
		ids = append(ids, one.ID)
		for _, id := range m.weighed.missing(one) {
			missing[id] = true
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := m.inner.ImageSave(ctx, ids)
	if err != nil {
		return m.failure("cannot save the machine's images to weigh them", err)
	}
	defer body.Close()
	sizes, err := readSaved(body, missing)
	if err != nil {
		return m.failure("cannot save the machine's images to weigh them", err)
	}
	maps.Copy(m.weighed.layers, sizes)
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
		maps.Copy(sizes, layerSizes(manifest.Layers, config.RootFS.DiffIDs))
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
