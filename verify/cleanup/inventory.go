package cleanup

import (
	"maps"
	"regexp"
	"slices"
)

// An Inventory is what there is on a machine.
type Inventory struct {
	Engine
	Builders []string // of "docker buildx create"
	Logins   []string // registries that "docker login" has stored a password of
	Files    Files
}

// An Engine is what a Docker Engine has.
type Engine struct {
	Containers []Container
	Images     []Image // one for each name, and one for each image without a name
	Volumes    []Volume
	Networks   []Network // without those that each engine has
	Cache      int64     // bytes of the build cache
	Swarm      bool      // it is part of a swarm
	Leaving    bool      // a swarm has yet to take away some of it
	// Shared means that the computer is not a lab's alone, so only the files of
	// its home are looked at.
	Shared bool
}

// A Container runs, or has ended.
type Container struct {
	Name    string
	Image   string // as it was started; an id if the name has moved to another image
	Project string // of Compose, "" without
	Bytes   int64  // that it has written

	Ports     []uint16 // of the computer, that lead to it
	Networks  []string
	Volumes   []string // with a name
	Anonymous bool     // it has volumes without one
}

// An Image has a name, or has lost it.
type Image struct {
	ID     string
	Name   string // "" without
	Pulled bool   // the lab has not made it
	Layers []Layer
}

// A Layer is a part of an image. Those with the same key are one.
type Layer struct {
	Key   string
	Bytes int64
}

// A Volume is one of the engine's.
type Volume struct {
	Name      string
	Anonymous bool
	Used      bool   // a container has it
	Project   string // of Compose, "" without
	Bytes     int64
}

// A Network is one of the engine's.
type Network struct {
	Name    string
	Project string // of Compose, "" without
}

// Since returns what is there and was not there before.
func (i Inventory) Since(before Inventory) Inventory {
	left := i
	left.Containers = without(i.Containers, before.Containers, func(c Container) string { return c.Name })
	left.Images = without(i.Images, before.Images, func(i Image) string { return i.Name + " " + i.ID })
	left.Volumes = without(i.Volumes, before.Volumes, func(v Volume) string { return v.Name })
	left.Networks = without(i.Networks, before.Networks, func(n Network) string { return n.Name })
	left.Builders = without(i.Builders, before.Builders, same)
	left.Logins = without(i.Logins, before.Logins, same)
	left.Cache = max(i.Cache-before.Cache, 0)
	left.Swarm = i.Swarm && !before.Swarm
	left.Files = i.Files.since(before.Files)
	return left
}

func without[T any](all, known []T, key func(T) string) (rest []T) {
	keys := map[string]bool{}
	for _, one := range known {
		keys[key(one)] = true
	}
	for _, one := range all {
		if !keys[key(one)] {
			rest = append(rest, one)
		}
	}
	return rest
}

// idRE matches an image that has no name any more.
var idRE = regexp.MustCompile(`^(sha256:)?[0-9a-f]{12,64}$`)

// randomRE matches the names that Docker makes up: "eager_turing". No page can
// know them.
var randomRE = regexp.MustCompile(`^[a-z]+_[a-z]+\d?$`)

// bytes returns the bytes of images without those of other ones. A layer that
// several of them have is there once.
func bytesOf(images, others []Image) (n int64) {
	layers := map[string]int64{}
	for _, image := range images {
		for _, l := range image.Layers {
			layers[l.Key] = l.Bytes
		}
	}
	for _, image := range others {
		for _, l := range image.Layers {
			delete(layers, l.Key)
		}
	}
	for bytes := range maps.Values(layers) {
		n += bytes
	}
	return n
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
