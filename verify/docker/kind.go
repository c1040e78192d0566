package docker

import (
	"errors"
	"fmt"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/once"
	"handbook/verify/docker/rights"
)

// A kind is a kind of machines with an engine: those of one image.
type kind struct {
	image  *machineimage.Image
	rights *rights.Finder
	tools  once.Value[machine.Tools]
}

// newKinds returns the kinds of machines with images, by the engines' names.
func newKinds(d *daemon.Daemon, all *machineimage.Set, opts Options) map[string]*kind {
	kinds := map[string]*kind{}
	for _, image := range all.All() {
		kinds[image.Engine] = &kind{image: image, rights: newFinder(d, opts)}
	}
	return kinds
}

// newFinder returns what finds the rights of machines.
func newFinder(d *daemon.Daemon, opts Options) *rights.Finder {
	f := &rights.Finder{Engine: d.Info, Scripts: []string{string(machine.Init)}, Dir: opts.CacheDir, Strangers: opts.Strangers, Log: d.Log}
	if opts.Strangers {
		f.Scripts = append(f.Scripts, string(machine.Enter), machineimage.Shifted)
	}
	return f
}

// kind returns the kind of machines with the engine of that name.
func (e *Engine) kind(name string) (*kind, error) {
	image, err := e.images.Get(name)
	if err != nil {
		return nil, err
	}
	return e.kinds[image.Engine], nil
}

// failure says where the settings are that name an image on which no machine runs.
func (k *kind) failure(err error) error {
	failed, ok := errors.AsType[*daemon.Error](err)
	if !ok || k.image.Source.Pos.File == "" {
		return err
	}
	switch failed.Reason {
	case machine.ReasonNoEngine, images.ReasonName, images.ReasonNoImage, images.ReasonPlatform:
		return &content.Error{Pos: k.image.Source.Pos, Msg: failed.Msg, Reason: failed.Reason}
	}
	return err
}

// ReasonRights is the reason of a daemon.Error about an engine that does not give
// machines what they need.
const ReasonRights content.Reason = "engine-rights"

// withoutRights says why no engine can run on a machine.
func withoutRights(d *daemon.Daemon, none *rights.NoneError) error {
	return &daemon.Error{
		Msg:    fmt.Sprintf("no Docker Engine can run in a container of the one at %s%s", d.At, none.Reasons),
		Reason: ReasonRights,
	}
}

// lacking says that an image can't be that of a machine with an engine.
func lacking(image, what string) error {
	return &daemon.Error{Msg: fmt.Sprintf("the machine's image has no %s (%s)", what, image), Reason: machine.ReasonNoEngine}
}

// withoutEngine names the image in an error that it lacks what a machine with an
// engine needs. That it has no shell would be blamed on a page otherwise.
func withoutEngine(image string, err error) error {
	if failed, ok := errors.AsType[*daemon.Error](err); ok && failed.Reason == machine.ReasonNoEngine {
		return lacking(image, failed.Msg)
	}
	if lab, ok := errors.AsType[*verify.LabError](err); ok && lab.Reason == machine.ReasonNoShell {
		return lacking(image, "bash")
	}
	return err
}
