package hub

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"handbook/content"
)

// A Pinned is a mirror on one machine that answers for some tags with the images
// that they named when a page was verified, whatever they name today. All else
// it passes on to the mirror behind it.
//
// It is an nginx that asks for a manifest by its digest where an engine asks by
// a tag. The digest of the answer is then the pinned one, and the engine takes
// the rest of the image by digests.
type Pinned struct {
	mirror string
	pins   []pin
}

// A pin is a tag of Docker Hub's and the digest that it is to lead to.
type pin struct{ Image, Repository, Tag, Digest string }

// pinOf returns the pin of a base image, or why it has none. A mirror does not
// serve images outside Docker Hub. A stand-in is made anew on each computer, so no
// other computer has one with the digest of the record.
func pinOf(base content.Base) (p pin, why string) {
	name, err := reference.ParseDockerRef(base.Image)
	if err != nil {
		return p, "it is not the name of an image"
	}
	repository, ok := Repository(name)
	tagged, isTagged := name.(reference.Tagged)
	_, isDigested := name.(reference.Digested)
	switch {
	case isDigested:
		return p, "" // it cannot move
	case !ok:
		return p, "it is not on Docker Hub"
	case base.Note != "":
		return p, "it is a stand-in, which each computer makes anew"
	case digest.Digest(base.Digest).Validate() != nil:
		return p, "its digest is not in the record"
	case !isTagged:
		return p, "it has no tag"
	}
	return pin{reference.FamiliarString(name), repository, tagged.Tag(), base.Digest}, ""
}

// WhyNotPinned says why a mirror can't serve a base image of a record as it was,
// "" if it can, or if its name can't move.
func WhyNotPinned(base content.Base) string {
	_, why := pinOf(base)
	return why
}

// NewPinned returns the mirror for the base images of a record, in front of the
// mirror with a URL as the machine sees it. It is nil if none of them can be
// pinned.
func NewPinned(bases []content.Base, mirror string) *Pinned {
	p := &Pinned{mirror: mirror}
	for _, base := range bases {
		if one, _ := pinOf(base); one.Digest != "" {
			p.pins = append(p.pins, one)
		}
	}
	if len(p.pins) == 0 {
		return nil
	}
	return p
}

// URL is that of the mirror on its machine: another address of the loopback
// interface than the stand-in's, with a port above those of clients.
func (p *Pinned) URL() string { return "http://" + pinnedAddress }

const pinnedAddress = "127.104.117.99:64444"

//go:embed start-pinned
var startPinned []byte

//go:embed pinned.conf
var pinnedTemplate string

// Install adds the mirror to the files of a machine that is about to be created.
// The machine has to run run/handbook/pinned when it starts.
func (p *Pinned) Install(files map[string][]byte) error {
	t, err := template.New("pinned.conf").Parse(pinnedTemplate)
	if err != nil {
		return err
	}
	var conf, list bytes.Buffer
	if err := t.Execute(&conf, map[string]any{"Mirror": strings.TrimSuffix(p.mirror, "/"), "Listen": pinnedAddress, "Pins": p.pins}); err != nil {
		return err
	}
	for _, one := range p.pins {
		fmt.Fprintf(&list, "%s %s %s/v2/%s/manifests/%s\n", one.Image, one.Digest, p.URL(), one.Repository, one.Tag)
	}
	files["run/handbook/pinned"] = startPinned
	files["run/handbook/pinned.conf"] = conf.Bytes()
	files["run/handbook/pinned.list"] = list.Bytes()
	return nil
}
