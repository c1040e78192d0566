package images

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/image"

	"handbook/verify/docker/hub"
	"handbook/verify/shell"
)

// read lets ask read files of the machine's engine. It is not an error if they
// can't be read: the machine's image may have its engine store things
// elsewhere, or not have the programs that it takes.
func (w *weights) read(ctx context.Context, ask func(*shell.Script) error) error {
	if err := w.files.Use(ctx, ask); err != nil && ctx.Err() == nil {
		w.Sources.Log.Info("layers can't be read on the machine", "error", err)
	}
	return ctx.Err()
}

// storedBlobs is where an engine that runs its own containerd keeps manifests
// and compressed layers, below its root.
const storedBlobs = "containerd/daemon/io.containerd.content.v1.content/blobs"

// ofStored weighs layers by the manifests in containerd's store. The id of an
// image is there the digest of its manifest, or of an index.
func (w *weights) ofStored(ctx context.Context, images []image.InspectResponse) error {
	info, err := w.Client.Info(ctx)
	if err != nil {
		return &Error{Op: "cannot ask the machine's engine", Err: err}
	}
	if !inContainerd(info) {
		return nil
	}
	return w.read(ctx, func(s *shell.Script) error {
		stored := func(digest string) (m hub.Manifest, err error) {
			return m, readDocument(s, path.Join(info.DockerRootDir, storedBlobs, strings.Replace(digest, ":", "/", 1)), &m)
		}
		for _, one := range images {
			manifest, err := stored(one.ID)
			if err != nil {
				return err
			}
			if digest := manifest.For(w.Sources.Platform); digest != "" {
				if manifest, err = stored(digest.String()); err != nil {
					return err
				}
			}
			w.add(manifest.Layers, one.RootFS.Layers)
		}
		return nil
	})
}

// ofTrees weighs layers of overlay2 by packing and compressing their
// directories. The result is some bytes off per layer, as a layer's archive may
// have been made by another program than the engine that has it now.
func (w *weights) ofTrees(ctx context.Context, images []image.InspectResponse) error {
	return w.read(ctx, func(s *shell.Script) error {
		for _, one := range images {
			dirs := overlayDirs(one)
			for i, id := range w.missing(one) {
				if i >= len(dirs) {
					continue
				}
				size, err := packedSize(s, dirs[i])
				if err != nil {
					return err
				}
				w.layers[id] = size
			}
		}
		return nil
	})
}

// overlayDirs returns the directories of an image's layers, first one first. It
// returns none if the storage is not overlay2.
func overlayDirs(one image.InspectResponse) []string {
	var dirs []string
	if one.GraphDriver.Name != "overlay2" {
		return nil
	}
	if lower := one.GraphDriver.Data["LowerDir"]; lower != "" {
		dirs = strings.Split(lower, ":")
		slices.Reverse(dirs)
	}
	dirs = append(dirs, one.GraphDriver.Data["UpperDir"])
	if len(dirs) != len(one.RootFS.Layers) {
		return nil
	}
	return dirs
}

// readDocument reads a file of JSON.
func readDocument(s *shell.Script, file string, into any) error {
	if _, err := io.WriteString(s, "file "+file+"\n"); err != nil {
		return err
	}
	var text strings.Builder
	for {
		line, err := s.Out.ReadString('\n')
		if err != nil {
			return err
		}
		if before, ok := strings.CutSuffix(line, "\x00\n"); ok {
			text.WriteString(before)
			return json.Unmarshal([]byte(text.String()), into)
		}
		text.WriteString(line)
	}
}

// packedSize returns the size in bytes of a directory as a compressed layer.
func packedSize(s *shell.Script, dir string) (int64, error) {
	if _, err := io.WriteString(s, "tree "+dir+"\n"); err != nil {
		return 0, err
	}
	var size, read counter
	zip := gzip.NewWriter(&size)
	// The archive ends where a reader of archives sees its end, to the byte.
	for archive := tar.NewReader(io.TeeReader(s.Out, io.MultiWriter(zip, &read))); ; {
		_, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		if _, err := io.Copy(io.Discard, archive); err != nil {
			return 0, err
		}
	}
	if rest := int(read % treeRecord); rest > 0 {
		if _, err := s.Out.Discard(treeRecord - rest); err != nil {
			return 0, err
		}
	}
	err := zip.Close()
	return int64(size), err
}

// treeRecord is the size in bytes of the records of which read-layers makes
// archives. With smaller ones it takes ten times as long.
const treeRecord = 128 * 512
