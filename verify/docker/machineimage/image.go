// Package machineimage has the images of the machines that have a Docker Engine
// of their own: what they are made of, how they are called, and how an engine
// gets them, which builds or pulls them, or is given them in a file or by a
// registry. (What labs have of images is for package images.)
package machineimage

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"slices"

	"handbook/content"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
	"handbook/verify/docker/once"
	"handbook/verify/docker/sweep"
)

// A Source says what an image is made of.
type Source struct {
	Dockerfile []byte      // builds it, without a context
	Image      string      // if there is no Dockerfile: its reference
	Pos        content.Pos // of the setting that says so
}

// Shifted is what an image has besides for machines with a user namespace of
// theirs: the end of a Dockerfile.
//
//go:embed Shifted
var Shifted string

var (
	//go:embed 29.Dockerfile
	engine29 []byte
	//go:embed 28.Dockerfile
	engine28 []byte
	//go:embed 26.Dockerfile
	engine26 []byte
	// Every built-in machine has these tools beside its engine.
	//go:embed tools.Dockerfile
	tools []byte
)

// builtin are the sources of images that need no settings, by the names of their
// engines: config.Engines.
var builtin = map[string]Source{
	"29": {Dockerfile: slices.Concat(engine29, tools)},
	"28": {Dockerfile: slices.Concat(engine28, tools)},
	"26": {Dockerfile: slices.Concat(engine26, tools)},
}

// BuiltinRef returns the reference of the image of built-in machines with the
// engine of that name, "" if there are none. It changes with what the image is
// made from.
func BuiltinRef(engine string) string {
	source, ok := builtin[engine]
	if !ok {
		return ""
	}
	return refOf(engine, source)
}

// refOf names an image by the engine in it and the digest of its Dockerfile.
func refOf(engine string, s Source) string {
	if s.Dockerfile == nil {
		return s.Image
	}
	tag := ShortDigest(s.Dockerfile)
	if _, ok := builtin[engine]; ok {
		tag = engine + "-" + tag
	}
	return sweep.MachineRepository + ":" + tag
}

// ShortDigest returns enough of a digest to tell texts apart.
func ShortDigest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:12]
}

// An Image is the image of machines that have an engine.
type Image struct {
	images.Built
	Engine  string // the engine's name; "" is the site's own, which has no name
	Source  Source
	Shifted *Image // that of machines with a user namespace of their own; nil if this is one

	daemon *daemon.Daemon
	from   *Image             // nil if it is made of others' images
	ready  once.Value[string] // the digest of what is in it
}

// Builtin returns the image of built-in machines with the engine of that name,
// one of config.Engines.
func Builtin(d *daemon.Daemon, p *images.Puller, engine string) *Image {
	return newImage(d, p, engine, builtin[engine])
}

func newImage(d *daemon.Daemon, p *images.Puller, engine string, s Source) *Image {
	i := bare(d, p, engine, s)
	i.Shifted = bare(d, p, "", Source{Dockerfile: []byte("FROM " + i.Ref + "\n" + Shifted)})
	i.Shifted.from = i
	return i
}

// bare is newImage, without the other one for machines with a user namespace.
func bare(d *daemon.Daemon, p *images.Puller, engine string, s Source) *Image {
	built := images.Built{Puller: p, Ref: refOf(engine, s), Dockerfile: s.Dockerfile, Labels: sweep.Shared(sweep.RoleImage), BuildKit: d.BuildKit}
	return &Image{Built: built, Engine: engine, Source: s, daemon: d}
}

// Own reports whether the site says what the image is made of.
func (i *Image) Own() bool { return i.Source.Pos.File != "" || builtin[i.Engine].Dockerfile == nil }

// Ensure builds the image, or pulls it, once, if the engine does not have it. It
// returns the image's reference.
func (i *Image) Ensure(ctx context.Context) (ref string, err error) {
	_, err = i.Contents(ctx)
	return i.Ref, err
}

// Contents is Ensure, and returns the digest of what is in the image.
func (i *Image) Contents(ctx context.Context) (digest string, err error) {
	digest, err = i.ready.Get(func() (string, error) {
		if i.from != nil {
			if _, err := i.from.Ensure(ctx); err != nil {
				return "", err
			}
		}
		ensure := i.Built.Ensure
		if i.Dockerfile == nil {
			ensure = func(ctx context.Context) error { return i.Puller.Ensure(ctx, i.Ref) }
		}
		if err := ensure(ctx); err != nil {
			return "", err
		}
		return i.Puller.Look(ctx, i.Ref)
	})
	if ref, ok := errors.AsType[*images.RefError](err); ok { // no page is to blame
		return "", i.refused(ref)
	}
	return digest, i.daemon.Failure("", err)
}

// refused says what is wrong with the machines' image itself.
func (i *Image) refused(ref *images.RefError) error {
	msg := "cannot use the machines' image: " + ref.Msg
	switch {
	case i.Dockerfile != nil && ref.Reason != images.ReasonPlatform: // it is one that this is made of
		return &daemon.Error{Msg: "cannot build the machine's image: " + ref.Msg, Err: ref}
	case ref.Reason == images.ReasonNoImage:
		msg = "the machines' image is not in its registry: " + i.Ref
	}
	return &daemon.Error{Msg: msg, Err: ref, Reason: ref.Reason}
}
