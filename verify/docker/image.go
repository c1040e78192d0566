package docker

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
	"handbook/verify/docker/rights"
	"handbook/verify/docker/sweep"
)

// A Source says what the image of machines with a Docker Engine is made of.
type Source struct {
	Dockerfile []byte      // builds it, without a context
	Image      string      // if there is no Dockerfile: its reference
	Pos        content.Pos // of the setting that says so
}

// shifted is what makes the image of machines with a user namespace of theirs.
//
//go:embed machine/Shifted
var shifted string

var (
	//go:embed machine/29.Dockerfile
	engine29 []byte
	//go:embed machine/28.Dockerfile
	engine28 []byte
	//go:embed machine/26.Dockerfile
	engine26 []byte
	// Every built-in machine has these tools beside its engine.
	//go:embed machine/tools.Dockerfile
	tools []byte
)

// builtin are the sources of machines that need no settings, by the names of
// their engines: config.Engines.
var builtin = map[string]Source{
	"29": {Dockerfile: slices.Concat(engine29, tools)},
	"28": {Dockerfile: slices.Concat(engine28, tools)},
	"26": {Dockerfile: slices.Concat(engine26, tools)},
}

// BuiltinImage returns the reference of the image of built-in machines with the
// engine of that name, "" if there are none. It changes with what the image is
// made from.
func BuiltinImage(engine string) string {
	source, ok := builtin[engine]
	if !ok {
		return ""
	}
	return imageRef(engine, source)
}

// imageRef names an image by the engine in it and the digest of its Dockerfile.
func imageRef(engine string, s Source) string {
	if s.Dockerfile == nil {
		return s.Image
	}
	tag := shortDigest(s.Dockerfile)
	if _, ok := builtin[engine]; ok {
		tag = engine + "-" + tag
	}
	return sweep.MachineRepository + ":" + tag
}

// shortDigest is enough of a digest to tell texts apart.
func shortDigest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:12]
}

// A kind is a kind of machines with an engine: those of one source.
type kind struct {
	name    string // of the engine; "" is the site's own, which has no name
	source  Source
	image   *machineImage
	shifted *machineImage // with a user namespace of its own
	rights  *rights.Finder
	tools   once[toolVersions]
}

// newKinds returns all kinds of machines with an engine, by the engines' names.
func newKinds(d *daemon.Daemon, p *images.Puller, opts Options) map[string]*kind {
	all := map[string]*kind{}
	own := *p
	own.Auth = credentials
	p = &own
	for _, sources := range []map[string]Source{builtin, opts.Machines} {
		for name, s := range sources {
			image := newMachineImage(d, p, name, s)
			all[name] = &kind{name: name, source: s, image: image, shifted: newShifted(image), rights: newFinder(d, opts)}
		}
	}
	return all
}

// newFinder returns what finds the rights of machines.
func newFinder(d *daemon.Daemon, opts Options) *rights.Finder {
	f := &rights.Finder{Engine: d.Info, Scripts: []string{string(initDocker)}, Dir: opts.CacheDir, Strangers: opts.Strangers, Log: d.Log}
	if opts.Strangers {
		f.Scripts = append(f.Scripts, string(enterDocker), shifted)
	}
	return f
}

// kind returns the kind of machines with the engine of that name.
func (e *Engine) kind(name string) (*kind, error) {
	if k, ok := e.kinds[name]; ok {
		return k, nil
	}
	if name == "" {
		return e.kinds[config.Engines[0]], nil
	}
	known := slices.Sorted(maps.Keys(e.kinds))
	return nil, &daemon.Error{Msg: fmt.Sprintf("there are no machines with a Docker Engine %q, but with %s", name, strings.Join(known, ", "))}
}

// own reports whether the site says what these machines are made of.
func (k *kind) own() bool { return k.source.Pos.File != "" || builtin[k.name].Dockerfile == nil }

// failure says where the settings are that name an image on which no machine runs.
func (k *kind) failure(err error) error {
	failed, ok := errors.AsType[*daemon.Error](err)
	if !ok || k.source.Pos.File == "" {
		return err
	}
	switch failed.Reason {
	case ReasonNoEngine, images.ReasonNoImage, images.ReasonPlatform:
		return &content.Error{Pos: k.source.Pos, Msg: failed.Msg, Reason: failed.Reason}
	}
	return err
}

// A machineImage is the image of machines that have an engine.
type machineImage struct {
	images.Built
	daemon *daemon.Daemon
	from   *machineImage // nil if it is made of others' images
	ready  once[string]  // the digest of what is in it
}

// newShifted returns the image of the machines that have a user namespace of
// their own.
func newShifted(from *machineImage) *machineImage {
	i := newMachineImage(from.daemon, from.Puller, "", Source{Dockerfile: []byte("FROM " + from.Ref + "\n" + shifted)})
	i.from = from
	return i
}

func newMachineImage(d *daemon.Daemon, p *images.Puller, engine string, s Source) *machineImage {
	return &machineImage{Built: images.Built{Puller: p, Ref: imageRef(engine, s), Dockerfile: s.Dockerfile, Labels: sweep.Shared(sweep.RoleImage), BuildKit: d.BuildKit}, daemon: d}
}

// ensure builds the image, or pulls it, once, if the engine does not have it.
func (i *machineImage) ensure(ctx context.Context) (ref string, err error) {
	_, err = i.contents(ctx)
	return i.Ref, err
}

// contents is ensure, and returns the digest of what is in the image.
func (i *machineImage) contents(ctx context.Context) (digest string, err error) {
	digest, err = i.ready.get(func() (string, error) {
		if i.from != nil {
			if _, err := i.from.ensure(ctx); err != nil {
				return "", err
			}
		}
		ensure := i.Ensure
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
func (i *machineImage) refused(ref *images.RefError) error {
	msg := "cannot use the machines' image: " + ref.Msg
	switch {
	case i.Dockerfile != nil && ref.Reason != images.ReasonPlatform: // it is one that this is made of
		return &daemon.Error{Msg: "cannot build the machine's image: " + ref.Msg, Err: ref}
	case ref.Reason == images.ReasonNoImage:
		msg = "the machines' image is not in its registry: " + i.Ref
	}
	return &daemon.Error{Msg: msg, Err: ref, Reason: ref.Reason}
}

// lacking says that an image can't be that of a machine with an engine.
func lacking(image, what string) error {
	return &daemon.Error{Msg: fmt.Sprintf("the machine's image has no %s (%s)", what, image), Reason: ReasonNoEngine}
}

// withoutEngine names the image in an error that it lacks what a machine with an
// engine needs. That it has no shell would be blamed on a page otherwise.
func withoutEngine(image string, err error) error {
	if failed, ok := errors.AsType[*daemon.Error](err); ok && failed.Reason == ReasonNoEngine {
		return lacking(image, failed.Msg)
	}
	if lab, ok := errors.AsType[*verify.LabError](err); ok && lab.Reason == ReasonNoShell {
		return lacking(image, "bash")
	}
	return err
}
