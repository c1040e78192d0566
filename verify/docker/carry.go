package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"

	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
)

// BuildMachine makes the image of machines with the engine of that name, unless
// the engine outside has it, and returns its reference. An error is a
// *daemon.Error, or that of ctx.
func (e *Engine) BuildMachine(ctx context.Context, engine string) (ref string, err error) {
	k, err := e.kind(engine)
	if err != nil {
		return "", err
	}
	return k.image.ensure(ctx)
}

// PushMachine gives a repository of a registry the image of machines with the
// engine of that name, which it makes if need be. It returns the reference by
// which the image is the same everywhere. An error is a *daemon.Error, or that of
// ctx.
func (e *Engine) PushMachine(ctx context.Context, engine, repository string) (ref string, err error) {
	k, to, err := e.inRepository(engine, repository)
	if err != nil {
		return "", err
	}
	if ref, err = k.image.ensure(ctx); err != nil {
		return "", err
	}
	digest, err := k.image.Puller.Push(ctx, ref, to)
	return to + "@" + digest, e.carried(err)
}

// PullMachine gives the engine outside the image of machines with the engine of
// that name, from a repository that PushMachine has given it. An error is a
// *daemon.Error, or that of ctx.
func (e *Engine) PullMachine(ctx context.Context, engine, repository string) (ref string, err error) {
	k, from, err := e.inRepository(engine, repository)
	if err != nil {
		return "", err
	}
	return k.image.Ref, e.carried(k.image.Puller.Fetch(ctx, from, k.image.Ref))
}

// inRepository names the image of machines as it is called in a repository, where
// there may be those of other platforms, too.
func (e *Engine) inRepository(engine, repository string) (k *kind, ref string, err error) {
	if k, err = e.kind(engine); err != nil {
		return nil, "", err
	}
	if k.source.Dockerfile == nil {
		return nil, "", &daemon.Error{Msg: "the machines' image is made by nobody here, but comes from a registry: " + k.image.Ref}
	}
	_, tag, _ := strings.Cut(k.image.Ref, ":")
	_, arch, _ := strings.Cut(e.daemon.Platform(), "/")
	ref = repository + ":" + tag + "-" + arch
	if name, err := reference.ParseNormalizedNamed(repository); err != nil || !reference.IsNameOnly(name) {
		return nil, "", &daemon.Error{Msg: fmt.Sprintf("%q is not the name of a repository, such as registry.example.org/machines", repository)}
	}
	return k, ref, nil
}

// carried turns an error of package images into one of this package.
func (e *Engine) carried(err error) error {
	ref, ok := errors.AsType[*images.RefError](err)
	if !ok {
		return e.daemon.Failure("", err)
	}
	return &daemon.Error{Msg: ref.Msg, Err: err, Reason: ref.Reason}
}

// SaveMachines writes images of machines, which the engine outside has, to w, in
// the form in which "docker save" does. An error is a *daemon.Error, that of w,
// or that of ctx.
func (e *Engine) SaveMachines(ctx context.Context, w io.Writer, refs []string) error {
	r, err := e.daemon.Client.ImageSave(ctx, refs)
	if err != nil {
		return e.daemon.Failure("cannot save the machines' images", err)
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}

// LoadMachines gives the engine outside the images in a file that SaveMachines
// has written, and returns their references. A file with any other image in it is
// an error, and none of it is loaded. So is one that is no such file. Errors are
// a *daemon.Error or that of ctx, if they are not about the file.
func (e *Engine) LoadMachines(ctx context.Context, file io.ReadSeeker) (refs []string, err error) {
	if refs, err = savedMachines(file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	loaded, err := e.daemon.Client.ImageLoad(ctx, file)
	if err != nil {
		return nil, e.daemon.Failure("cannot load the machines' images", err)
	}
	defer loaded.Body.Close()
	failed, err := images.ReadMessages(loaded.Body, func(string) {})
	if failed != "" {
		err = errors.New(failed)
	}
	if err != nil {
		return nil, e.daemon.Failure("cannot load the machines' images", err)
	}
	for _, ref := range refs {
		if _, err := e.puller.Look(ctx, ref); err != nil {
			_, gone := e.daemon.Client.ImageRemove(ctx, ref, image.RemoveOptions{})
			return nil, errors.Join(e.carried(err), e.daemon.Failure("", gone))
		}
	}
	return refs, nil
}

// MachineSize returns how many bytes an image of machines takes that the engine
// outside has, and the digest of what is in it, which is the same on all engines.
func (e *Engine) MachineSize(ctx context.Context, ref string) (bytes int64, digest string, err error) {
	info, err := e.daemon.Client.ImageInspect(ctx, ref)
	if err == nil {
		digest, err = e.puller.Look(ctx, ref)
	}
	return info.Size, digest, e.carried(err)
}
