package compare

import (
	"fmt"
	"regexp"
	"slices"

	"handbook/content"
)

// bases compares base images. A tag that names another image now has moved,
// which is no change by itself: its effects may be. Stand-ins are made anew on
// each computer, so one has moved only if it is another one by its own words;
// and it does not matter from which mirror an image came.
func (d *differ) bases() {
	old, new := d.old.Bases, d.new.Bases
	for _, n := range new {
		i := slices.IndexFunc(old, func(o content.Base) bool { return o.Image == n.Image })
		switch {
		case i < 0:
			d.add(d.lab(), "", "base image %s is new", n.Image)
		case old[i].Note != n.Note:
			d.moved("%s is %s now, it was %s", n.Image, standin(n), standin(old[i]))
		case n.Note == "" && old[i].Digest != n.Digest && d.elsewhere:
			d.setAside(platformBase, 1, d.lab().Line)
		case n.Note == "" && old[i].Digest != n.Digest:
			d.moved("%s has moved: %s → %s", n.Image, short(old[i].Digest), short(n.Digest))
		case old[i].Digest != n.Digest:
			d.setAside(standinMadeAnew, 1, d.lab().Line)
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(new, func(n content.Base) bool { return n.Image == o.Image }) {
			d.add(d.lab(), "", "base image %s is not used any more", o.Image)
		}
	}
}

func (d *differ) moved(format string, args ...any) {
	d.found.Moved = append(d.found.Moved, fmt.Sprintf(format, args...))
}

func standin(b content.Base) string {
	if b.Note == "" {
		return "the real image"
	}
	return "a stand-in (" + b.Note + ")"
}

func short(digest string) string {
	const n = len("sha256:") + 12
	if len(digest) > n {
		return digest[:n] + "…"
	}
	return digest
}

// followsBase is a line that there is for each layer of an image, in what pull,
// push, rmi, history and inspect print. It tells nothing but ids, and what was
// done with the layer.
var followsBase = regexp.MustCompile(`^(?:<id>: (?:` + layerStates + `)|Deleted: sha256:<digest>$|\s*"sha256:<digest>",?$|<missing> )`)

// dropFollowing takes out of a comparison what differs because a base image has
// moved, or is that of another platform.
func (d *differ) dropFollowing(c *comparison) {
	follows := d.follows()
	if follows == nil {
		return
	}
	for _, on := range []side{before, after} {
		c.drop(on, func(key string) bool {
			if !followsBase.MatchString(key) {
				return false
			}
			d.setAside(follows.layer, 1, c.page)
			return true
		})
	}
}
