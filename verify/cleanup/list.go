package cleanup

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"handbook/content"
	"handbook/content/record"
)

// A Lab is what of a lab its clean-up depends on.
type Lab struct {
	Home string   // of the lab's user
	Dirs []string // the directories of the lab, and of those before it; absolute
	// Tells reports whether the page names something; names that Docker makes
	// up are not told.
	Tells func(name string) bool
	// Written returns a name as the page has it, with its placeholders.
	Written func(name string) string
}

// List returns what a lab has left, without commands other than those of the
// choices.
func (l Lab) List(left Inventory) *content.Cleanup {
	c := &content.Cleanup{Choices: l.choices(left)}
	add := func(kind content.LeftKind, names []string, bytes int64) {
		if len(names) > 0 {
			c.Left = append(c.Left, content.Left{Kind: kind, Names: sorted(names), Count: len(names), Bytes: bytes})
		}
	}
	named, unnamed, _ := l.containers(left)
	add(content.LeftContainers, written(l, named, Container.name), sum(named, Container.bytes))
	add(content.LeftUnnamed, written(l, unnamed, Container.image), sum(unnamed, Container.bytes))
	if left.Swarm {
		c.Left = append(c.Left, content.Left{Kind: content.LeftSwarm, Count: 1})
	}
	volumes := keep(left.Volumes, func(v Volume) bool { return !v.Anonymous })
	add(content.LeftVolumes, written(l, volumes, Volume.name), sum(volumes, Volume.bytes))
	add(content.LeftNetworks, written(l, left.Networks, Network.name), 0)
	own := keep(left.Images, Image.own)
	add(content.LeftImages, written(l, own, Image.name), bytesOf(own, keep(left.Images, Image.pulled)))
	add(content.LeftBuilders, written(l, left.Builders, same), 0)
	add(content.LeftLogins, left.Logins, 0)
	if files := l.files(left); len(files.Names) > 0 {
		c.Left = append(c.Left, files)
	}
	c.Outside, c.Changed = l.outside(left)
	return c
}

// files lists what is new in the lab's directories. Names are relative to the
// directory if there is one.
func (l Lab) files(left Inventory) content.Left {
	found := content.Left{Kind: content.LeftFiles}
	dirs := outermost(l.Dirs)
	for _, dir := range dirs {
		for _, p := range left.Files.parts(dir, never) {
			name := strings.TrimPrefix(p.path, strings.TrimSuffix(dir, "/")+"/")
			if len(dirs) > 1 {
				name = l.short(p.path)
			}
			found.Names = append(found.Names, mark(name, p))
			found.Count += p.files
			found.Bytes += p.bytes
		}
	}
	return found
}

// outside lists the files that are new, and those that have changed, elsewhere.
func (l Lab) outside(left Inventory) (made, changed []string) {
	dirs := outermost(l.Dirs)
	within := func(name string) bool {
		return slices.ContainsFunc(dirs, func(dir string) bool { return name == dir || below(name, dir) || below(dir, name) })
	}
	for _, p := range left.Files.parts("/", within) {
		made = append(made, mark(l.short(p.path), p))
	}
	for name, file := range left.Files {
		if file.Renewed && !within(name) {
			changed = append(changed, printable(l.short(name)))
		}
	}
	return made, sorted(changed)
}

// mark ends the name of a directory with a slash.
func mark(name string, p part) string {
	if name = printable(name); p.dir {
		return name + "/"
	}
	return name
}

// printable replaces what has no picture in a name.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, name)
}

// short writes a path below the home with a "~".
func (l Lab) short(name string) string {
	switch {
	case name == l.Home:
		return "~"
	case l.Home != "/" && below(name, l.Home):
		return "~" + strings.TrimPrefix(name, l.Home)
	}
	return path.Clean(name)
}

// containers returns those that are removed by their names, those that are
// removed by what only the lab has, and those that only differ from a reader's
// own in that.
func (l Lab) containers(left Inventory) (named, unnamed, chosen []Container) {
	for _, c := range left.Containers {
		switch {
		case c.Project != "" || !randomRE.MatchString(c.Name) || l.Tells(c.Name):
			named = append(named, c)
		case left.found(c) != "":
			unnamed = append(unnamed, c)
		default:
			chosen = append(chosen, c)
		}
	}
	return named, unnamed, chosen
}

// found is the "docker ps" that finds a container by what only the lab has: an
// image that it has made, a port, a network, or a volume. It is "" if there is
// none.
func (i Inventory) found(c Container) string {
	for _, image := range i.Images {
		if image.own() && image.Name == record.CanonicalRef(c.Image) {
			return "docker ps -aq --filter " + quote("ancestor="+c.Image)
		}
	}
	for _, port := range c.Ports {
		return fmt.Sprint("docker ps -q --filter publish=", port)
	}
	for _, network := range i.Networks {
		if slices.Contains(c.Networks, network.Name) {
			return "docker ps -aq --filter " + quote("network="+network.Name)
		}
	}
	for _, volume := range i.Volumes {
		if slices.Contains(c.Volumes, volume.Name) {
			return "docker ps -aq --filter " + quote("volume="+volume.Name)
		}
	}
	return ""
}

func (i Image) own() bool      { return i.Name != "" && !i.Pulled }
func (i Image) pulled() bool   { return i.Name != "" && i.Pulled }
func (i Image) dangling() bool { return i.Name == "" }

func (c Container) name() string { return c.Name }

// image is the name of the image, "<none>" if it has lost it, as Docker shows it.
func (c Container) image() string {
	if idRE.MatchString(c.Image) {
		return "<none>"
	}
	return c.Image
}
func (c Container) bytes() int64 { return c.Bytes }
func (i Image) name() string     { return i.Name }
func (v Volume) name() string    { return v.Name }
func (v Volume) bytes() int64    { return v.Bytes }
func (n Network) name() string   { return n.Name }

func never(string) bool { return false }

// written returns names as the page has them.
func written[T any](l Lab, all []T, name func(T) string) []string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = l.Written(name(one))
	}
	return names
}

func keep[T any](all []T, is func(T) bool) (kept []T) {
	for _, one := range all {
		if is(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

func sum[T any](all []T, of func(T) int64) (n int64) {
	for _, one := range all {
		n += of(one)
	}
	return n
}
