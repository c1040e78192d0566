package docker

import (
	"context"
	"errors"
	"io"

	"handbook/verify/docker/images"
)

// BuildMachine makes the image of machines with the engine of that name, unless
// the engine outside has it, and returns its reference. An error is an
// *EngineError, or that of ctx.
func (e *Engine) BuildMachine(ctx context.Context, engine string) (ref string, err error) {
	k, err := e.kind(engine)
	if err != nil {
		return "", err
	}
	return k.image.ensure(ctx)
}

// SaveMachines writes images of machines, which the engine outside has, to w, in
// the form in which "docker save" does. An error is an *EngineError, that of w,
// or that of ctx.
func (e *Engine) SaveMachines(ctx context.Context, w io.Writer, refs []string) error {
	r, err := e.daemon.client.ImageSave(ctx, refs)
	if err != nil {
		return e.daemon.failure("cannot save the machines' images", err)
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}

// LoadMachines gives the engine outside the images in a file that SaveMachines
// has written, and returns their references. A file with any other image in it is
// an error, and none of it is loaded. So is one that is no such file. Errors are
// an *EngineError or that of ctx, if they are not about the file.
func (e *Engine) LoadMachines(ctx context.Context, file io.ReadSeeker) (refs []string, err error) {
	if refs, err = savedMachines(file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	loaded, err := e.daemon.client.ImageLoad(ctx, file)
	if err != nil {
		return nil, e.daemon.failure("cannot load the machines' images", err)
	}
	defer loaded.Body.Close()
	failed, err := images.ReadMessages(loaded.Body, func(string) {})
	if failed != "" {
		err = errors.New(failed)
	}
	if err != nil {
		return nil, e.daemon.failure("cannot load the machines' images", err)
	}
	return refs, nil
}

// MachineSize returns how many bytes an image takes that the engine outside has.
func (e *Engine) MachineSize(ctx context.Context, ref string) (int64, error) {
	info, err := e.daemon.client.ImageInspect(ctx, ref)
	return info.Size, e.daemon.failure("", err)
}
