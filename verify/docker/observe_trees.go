package docker

import (
	"archive/tar"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"handbook/verify"
)

//go:embed machine/read-layers
var readLayers string

// containerdBlobs is where an engine that runs its own containerd keeps
// manifests and compressed layers, below its root.
const containerdBlobs = "containerd/daemon/io.containerd.content.v1.content/blobs"

// readLayers runs a function that reads what the machine's engine has stored.
// What cannot be read is not an error: a machine's image may have its engine
// store things elsewhere, or not have the programs for it.
func (m *Machine) readLayers(ctx context.Context, read func(layerReader) error) error {
	s, err := m.layerReaders.take(ctx, m)
	if err == nil {
		defer context.AfterFunc(ctx, func() { s.Close() })()
		if err = read(layerReader{s}); err == nil {
			m.layerReaders.put(s)
			return nil
		}
		s.Close()
	}
	if ctx.Err() == nil {
		m.engine.log.Info("layers can't be read on the machine", "error", err)
	}
	return ctx.Err()
}

// A layerReader is a process on the machine that runs read-layers.
type layerReader struct{ *verify.Script }

// layerReaders are those that nobody uses at the moment. One is kept.
type layerReaders struct {
	mu   sync.Mutex
	idle *verify.Script
}

func (l *layerReaders) take(ctx context.Context, m *Machine) (*verify.Script, error) {
	l.mu.Lock()
	idle := l.idle
	l.idle = nil
	l.mu.Unlock()
	if idle != nil {
		return idle, nil
	}
	return verify.StartScript(ctx, m, readLayers, "bash", "-o", "pipefail")
}

func (l *layerReaders) put(s *verify.Script) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.idle != nil {
		s.Close()
		return
	}
	l.idle = s
}

func (l *layerReaders) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.idle != nil {
		l.idle.Close()
		l.idle = nil
	}
}

// weighStored weighs layers by the manifests that are in containerd's store.
// An image's id is there the digest of its manifest, or of an index.
func (m *Machine) weighStored(ctx context.Context, images []image.InspectResponse) error {
	info, err := m.inner.Info(ctx)
	if err != nil {
		return m.failure("cannot ask the machine's engine", err)
	}
	if !inContainerd(info) {
		return nil
	}
	return m.readLayers(ctx, func(r layerReader) error {
		blob := func(digest string) (found manifest, err error) {
			file := path.Join(info.DockerRootDir, containerdBlobs, strings.Replace(digest, ":", "/", 1))
			return found, r.document(file, &found)
		}
		for _, one := range images {
			found, err := blob(one.ID)
			if err != nil {
				return err
			}
			if digest := found.ofPlatform(m.engine.platform()); digest != "" {
				if found, err = blob(digest); err != nil {
					return err
				}
			}
			maps.Copy(m.weighed.layers, layerSizes(found.Layers, one.RootFS.Layers))
		}
		return nil
	})
}

// weighTrees weighs layers of overlay2 by packing and compressing them. The
// result is some bytes off per layer, for a layer's archive can have been made
// by another program than the engine that has it now.
func (m *Machine) weighTrees(ctx context.Context, images []image.InspectResponse) error {
	dirs := map[string]string{} // by diff id
	for _, one := range images {
		all := overlayDirs(one)
		for i, id := range m.weighed.missing(one) {
			if i < len(all) {
				dirs[id] = all[i]
			}
		}
	}
	var mu sync.Mutex
	sizes := map[string]int64{}
	ids := make(chan string, len(dirs))
	for id := range dirs {
		ids <- id
	}
	close(ids)
	read := func(r layerReader) error {
		for id := range ids {
			size, err := r.tree(dirs[id])
			if err != nil {
				return err
			}
			mu.Lock()
			sizes[id] = size
			mu.Unlock()
		}
		return nil
	}
	// To compress takes longest, and the lab may wait for it. It seldom pays
	// to do more than one layer at a time: most are small but for one.
	group, ctx := errgroup.WithContext(ctx)
	one := make(chan struct{})
	group.Go(func() error {
		defer close(one)
		return m.readLayers(ctx, read)
	})
more:
	for range min(runtime.GOMAXPROCS(0), len(dirs), 4) - 1 {
		select {
		case <-one:
			break more
		case <-time.After(300 * time.Millisecond):
			if len(ids) > 0 {
				group.Go(func() error { return m.readLayers(ctx, read) })
			}
		}
	}
	err := group.Wait()
	maps.Copy(m.weighed.layers, sizes)
	return err
}

// overlayDirs returns the directories with the files of each layer, first one
// first, or none if the storage is not overlay2.
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

// document reads a file of JSON.
func (r layerReader) document(file string, into any) error {
	if _, err := io.WriteString(r, "file "+file+"\n"); err != nil {
		return err
	}
	var text strings.Builder
	for {
		line, err := r.Out.ReadString('\n')
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

// tree returns the size in bytes of a directory as a compressed layer.
func (r layerReader) tree(dir string) (int64, error) {
	if _, err := io.WriteString(r, "tree "+dir+"\n"); err != nil {
		return 0, err
	}
	var size, read counter
	zip := gzip.NewWriter(&size)
	// The archive's end is what a reader of archives takes for it, to the byte.
	for archive := tar.NewReader(io.TeeReader(r.Out, io.MultiWriter(zip, &read))); ; {
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
		if _, err := r.Out.Discard(treeRecord - rest); err != nil {
			return 0, err
		}
	}
	err := zip.Close()
	return int64(size), err
}

// treeRecord is what the archives of read-layers are filled up to, in bytes.
// Written in smaller pieces, they take ten times as long.
const treeRecord = 128 * 512
