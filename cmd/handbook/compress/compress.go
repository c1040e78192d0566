// Package compress makes compressed copies of files for servers that send such
// copies as they are.
package compress

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"golang.org/x/sync/errgroup"
)

// compressible are the extensions of files that are worth compressing.
var compressible = map[string]bool{
	".css": true, ".html": true, ".js": true, ".json": true, ".md": true, ".mjs": true, ".sh": true, ".svg": true, ".txt": true, ".xml": true,
}

// minSize is the size in bytes of the smallest files that are compressed.
// Smaller ones fit into one packet anyway.
const minSize = 1400

// maxAsset is the size of the largest files that are compressed with the
// higher levels. For mermaid, of 5.5 MB, these take twice the time and save 2
// %.
const maxAsset = 1 << 20

// Levels were chosen by measurement: those for pages save most for their time
// (gzip 86 MB/s, brotli 22 MB/s); those for the few assets, which every reader
// loads, are higher.
type levels struct{ gzip, brotli int }

var (
	pageLevels  = levels{gzip: 6, brotli: 6}
	assetLevels = levels{gzip: 9, brotli: 9}
)

// Files are the files of a site that is being written.
type Files interface {
	Names() []string
	ReadFile(name string) ([]byte, error)
	// Put adds a file. It is called by several goroutines at once.
	Put(name string, b []byte) error
}

// Add adds compressed copies, x.gz and x.br, of the theme's assets, or of all
// files. It reuses copies of the same bytes in out, the folder of the last
// build.
func Add(files Files, out string, all bool) error {
	last := os.DirFS(out)
	names := files.Names()
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, name := range names {
		if !compressible[path.Ext(name)] || !all && !strings.HasPrefix(name, "assets/") {
			continue
		}
		g.Go(func() error {
			b, err := files.ReadFile(name)
			if err != nil || len(b) < minSize {
				return err
			}
			copies, err := compressed(last, name, b)
			if err != nil {
				return err
			}
			for i, ending := range compressedEndings {
				if _, taken := slices.BinarySearch(names, name+ending); taken || len(copies[i]) >= len(b) {
					continue
				}
				if err := files.Put(name+ending, copies[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

var compressedEndings = [2]string{".gz", ".br"}

func compressed(last fs.FS, name string, b []byte) (copies [2][]byte, err error) {
	level := pageLevels
	if strings.HasPrefix(name, "assets/") && len(b) <= maxAsset {
		level = assetLevels
	}
	if copies, ok := published(last, name, b); ok {
		return copies, nil
	}
	var z, br bytes.Buffer
	gz, err := gzip.NewWriterLevel(&z, level.gzip)
	if err != nil {
		return copies, err
	}
	for _, w := range []io.WriteCloser{gz, brotli.NewWriterLevel(&br, level.brotli)} {
		if _, err := w.Write(b); err != nil {
			return copies, err
		}
		if err := w.Close(); err != nil {
			return copies, err
		}
	}
	return [2][]byte{z.Bytes(), br.Bytes()}, nil
}

// published returns the copies that were published for the same bytes. It
// decompresses and compares them, which takes a tenth of the time of making
// them, so that copies that somebody else has written are never used.
func published(last fs.FS, name string, b []byte) (copies [2][]byte, ok bool) {
	if old, err := fs.ReadFile(last, name); err != nil || !bytes.Equal(old, b) {
		return copies, false
	}
	for i, ending := range compressedEndings {
		copy, err := fs.ReadFile(last, name+ending)
		if err != nil {
			return copies, false
		}
		var r io.Reader = brotli.NewReader(bytes.NewReader(copy))
		if ending == ".gz" {
			if r, err = gzip.NewReader(bytes.NewReader(copy)); err != nil {
				return copies, false
			}
		}
		if opened, err := io.ReadAll(r); err != nil || !bytes.Equal(opened, b) {
			return copies, false
		}
		copies[i] = copy
	}
	return copies, true
}
