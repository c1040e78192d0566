package images

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path"

	"github.com/docker/docker/api/types/image"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ofSaved weighs the missing layers of images by saving the images. This works
// with any storage, but transfers all of them.
func (w *weights) ofSaved(ctx context.Context, images []image.InspectResponse) error {
	const op = "cannot save the machine's images to weigh them"
	missing := map[string]bool{}
	var ids []string
	for _, one := range images {
		ids = append(ids, one.ID)
		for _, id := range w.missing(one) {
			missing[id] = true
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := w.Client.ImageSave(ctx, ids)
	if err != nil {
		return &Error{Op: op, Err: err}
	}
	defer body.Close()
	sizes, err := readSaved(body, missing)
	if err != nil {
		return &Error{Op: op, Err: err}
	}
	maps.Copy(w.layers, sizes)
	return nil
}

// readSaved reads what "docker save" writes until the missing layers are
// weighed, and returns the compressed sizes in bytes of layers, by diff id.
//
// Since Engine 25 "docker save" writes an OCI image layout. With overlay2 it
// has the layers uncompressed, named by their diff ids; with containerd's store
// it has them compressed, and manifests with their sizes. Before, it wrote
// ID/layer.tar.
func readSaved(saved io.Reader, missing map[string]bool) (map[string]int64, error) {
	sizes := map[string]int64{}
	documents := map[string][]byte{} // JSON, by digest
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
		var manifest ocispec.Manifest
		var config ocispec.Image
		if json.Unmarshal(document, &manifest) != nil || json.Unmarshal(documents[manifest.Config.Digest.String()], &config) != nil {
			continue
		}
		maps.Copy(sizes, compressedSizes(manifest.Layers, diffIDs(config)))
	}
	return sizes, nil
}

// compressed returns the digest of a layer, and its size in bytes when it is
// compressed as for a push.
func compressed(layer io.Reader) (id string, size int64, err error) {
	var out counter
	sum := digest.SHA256.Digester()
	zip := gzip.NewWriter(&out)
	if _, err := io.Copy(zip, io.TeeReader(layer, sum.Hash())); err != nil {
		return "", 0, err
	}
	if err := zip.Close(); err != nil {
		return "", 0, err
	}
	return sum.Digest().String(), int64(out), nil
}

// A counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
