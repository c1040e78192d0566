package record

import (
	"slices"
	"strings"
)

// FileLayers counts the layers that hold files.
func (i *Image) FileLayers() (n int) {
	for _, l := range i.Layers {
		if l.Bytes > 0 {
			n++
		}
	}
	return n
}

// CanonicalRef returns an image's name as Docker prints it: with a tag, and
// without the parts that names on Docker Hub can omit.
func CanonicalRef(ref string) string {
	for _, prefix := range []string{"docker.io/", "index.docker.io/", "library/"} {
		ref = strings.TrimPrefix(ref, prefix)
	}
	if !strings.Contains(ref, "@") && !strings.Contains(ref[strings.LastIndexByte(ref, '/')+1:], ":") {
		ref += ":latest"
	}
	return ref
}

// ImageAt returns the image that had the name after the snippet with that
// number. If there was none yet, it returns the first one that got the name.
// If the name had been removed, it returns nil.
func (r *Results) ImageAt(ref string, number int) *Image {
	ref = CanonicalRef(ref)
	var found *Image
	for i := range r.Images {
		image := &r.Images[i]
		if image.Ref == ref && (found == nil || image.Snippet <= number) {
			found = image
		}
	}
	if r.RemovalAt(ref, number) != nil {
		return nil
	}
	return found
}

// RemovalAt returns the removal of a name that was in effect after the snippet
// with that number. It returns nil if an image had the name, or if none had it
// yet.
func (r *Results) RemovalAt(ref string, number int) *Removal {
	ref = CanonicalRef(ref)
	var found *Removal
	for i := range r.Removed {
		if removed := &r.Removed[i]; removed.Ref == ref && removed.Snippet <= number {
			found = removed
		}
	}
	if found == nil {
		return nil
	}
	for i := range r.Images {
		image := &r.Images[i]
		if image.Ref == ref && image.Snippet <= number && found.before(image.Origin) {
			return nil
		}
	}
	return found
}

// before reports whether a command was run before another one.
func (o Origin) before(other Origin) bool {
	return o.Snippet < other.Snippet || o.Snippet == other.Snippet && o.Command < other.Command
}

// BuildAt returns the last build, up to the snippet with that number, of the
// image that has the name there, or else the first one after it. An image can
// be built more than once and get names from "docker tag"; builds that gave it
// this name are preferred. An image that BuildKit did not build has no build.
// If no image has the name, the last build that gave it counts. Failed builds
// do not count.
func (r *Results) BuildAt(ref string, number int) *Build {
	ref = CanonicalRef(ref)
	is := func(tag string) bool { return tag != "" && CanonicalRef(tag) == ref }
	image := r.ImageAt(ref, number)
	var found *Build
	rank := -1
	for i := range r.Builds {
		b := &r.Builds[i]
		named := is(b.Image) || slices.ContainsFunc(b.Tags, is)
		made := named
		if image != nil && b.ID != "" {
			made = b.ID == image.ID
		}
		if !made || b.Failed != "" {
			continue
		}
		one := 0
		if b.Snippet <= number {
			one += 2
		}
		if named {
			one++
		}
		if one > rank || one == rank && b.Snippet <= number {
			found, rank = b, one
		}
	}
	return found
}
