// Package imagesize reads the sizes of images: PNG, JPEG, GIF, SVG, WebP and
// AVIF. Pages state them, so that nothing moves while images load.
package imagesize

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"image"
	_ "image/gif" // for DecodeConfig
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"handbook/render/rewrite"
)

// Sizes reads the size of each of a site's images once. It may be used by
// several goroutines at once.
type Sizes struct {
	fs   fs.FS
	mu   sync.Mutex
	seen map[string]image.Point // zero for those whose size can't be read
}

// New returns the sizes of the images of a file system, which may be nil.
func New(fsys fs.FS) *Sizes {
	return &Sizes{fs: fsys, seen: make(map[string]image.Point)}
}

// Of returns the size of an image in CSS pixels; false if it is unknown.
func (s *Sizes) Of(name string) (image.Point, bool) {
	if s.fs == nil || !fs.ValidPath(name) {
		return image.Point{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	size, ok := s.seen[name]
	if !ok {
		size = s.read(name)
		s.seen[name] = size
	}
	return size, size.X > 0 && size.Y > 0
}

func (s *Sizes) read(name string) image.Point {
	f, err := s.fs.Open(name)
	if err != nil {
		return image.Point{}
	}
	defer f.Close()
	switch strings.ToLower(path.Ext(name)) {
	case ".svg":
		return svgSize(xml.NewDecoder(f))
	case ".webp", ".avif": // not known to the standard library
		head := make([]byte, 4096)
		n, _ := io.ReadFull(f, head)
		return headSize(head[:n])
	}
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return image.Point{}
	}
	return image.Pt(c.Width, c.Height)
}

// headSize returns the size in the head of a WebP or AVIF image: the canvas of an
// extended WebP file, the frame of a plain one (RFC 9649), the ispe box of AVIF
// (ISO/IEC 23008-12).
func headSize(b []byte) image.Point {
	if at := bytes.Index(b, []byte("ispe")); at >= 0 && len(b) >= at+16 && bytes.HasPrefix(b[4:], []byte("ftyp")) {
		return image.Pt(int(binary.BigEndian.Uint32(b[at+8:])), int(binary.BigEndian.Uint32(b[at+12:])))
	}
	if len(b) < 30 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return image.Point{}
	}
	le := func(at, n int) (v int) {
		for i := n - 1; i >= 0; i-- {
			v = v<<8 | int(b[at+i])
		}
		return v
	}
	switch string(b[12:16]) {
	case "VP8X":
		return image.Pt(le(24, 3)+1, le(27, 3)+1)
	case "VP8 ":
		return image.Pt(le(26, 2)&0x3fff, le(28, 2)&0x3fff)
	case "VP8L":
		bits := le(21, 4)
		return image.Pt(bits&0x3fff+1, bits>>14&0x3fff+1)
	}
	return image.Point{}
}

// svgSize returns the size that an SVG states, or that of its view box.
func svgSize(d *xml.Decoder) image.Point {
	for {
		t, err := d.Token()
		if err != nil {
			return image.Point{}
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local != "svg" {
			return image.Point{}
		}
		attrs := make(map[string]string)
		for _, a := range start.Attr {
			attrs[a.Name.Local] = a.Value
		}
		if w, h := rewrite.Pixels(attrs["width"]), rewrite.Pixels(attrs["height"]); w > 0 && h > 0 {
			return image.Pt(w, h)
		}
		if box := strings.Fields(strings.ReplaceAll(attrs["viewBox"], ",", " ")); len(box) == 4 {
			return image.Pt(rewrite.Pixels(box[2]), rewrite.Pixels(box[3]))
		}
		return image.Point{}
	}
}
