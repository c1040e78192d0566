package machineimage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"

	"handbook/content/config"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/images"
)

// A Set is the images of all machines that can be made on an engine. Its errors
// are a *daemon.Error, or that of the context, if nothing else is said.
type Set struct {
	daemon *daemon.Daemon
	puller *images.Puller
	images map[string]*Image // by the names of their engines
}

// NewSet returns the built-in images, and those that a site has besides or
// instead, by the names of their engines. What they are made of is pulled with
// the credentials that "docker login" has stored.
func NewSet(d *daemon.Daemon, p *images.Puller, site map[string]Source) *Set {
	s := &Set{daemon: d, puller: p, images: map[string]*Image{}}
	own := *p
	own.Auth = credentials
	for _, sources := range []map[string]Source{builtin, site} {
		for name, source := range sources {
			s.images[name] = newImage(d, &own, name, source)
		}
	}
	return s
}

// All returns the images in no order.
func (s *Set) All() []*Image { return slices.Collect(maps.Values(s.images)) }

// Get returns the image of machines with the engine of that name. "" is the
// site's own engine, or the first one of config.Engines if the site has none.
func (s *Set) Get(engine string) (*Image, error) {
	if i, ok := s.images[engine]; ok {
		return i, nil
	}
	if engine == "" {
		return s.images[config.Engines[0]], nil
	}
	known := slices.Sorted(maps.Keys(s.images))
	return nil, &daemon.Error{Msg: fmt.Sprintf("there are no machines with a Docker Engine %q, but with %s", engine, strings.Join(known, ", "))}
}

// Find returns the reference of the image of machines with the engine of that
// name, and whether the engine outside has it already. If not, the first machine
// builds it.
func (s *Set) Find(ctx context.Context, engine string) (ref string, exists bool, err error) {
	i, err := s.Get(engine)
	if err != nil {
		return "", false, err
	}
	exists, err = i.Exists(ctx)
	return i.Ref, exists, s.daemon.Failure("", err)
}

// Build makes the image of machines with the engine of that name, unless the
// engine outside has it, and returns its reference.
func (s *Set) Build(ctx context.Context, engine string) (ref string, err error) {
	i, err := s.Get(engine)
	if err != nil {
		return "", err
	}
	return i.Ensure(ctx)
}

// Push gives a repository of a registry the image of machines with the engine of
// that name, which it makes if need be. It returns the reference by which the
// image is the same everywhere.
func (s *Set) Push(ctx context.Context, engine, repository string) (ref string, err error) {
	i, to, err := s.inRepository(engine, repository)
	if err != nil {
		return "", err
	}
	if ref, err = i.Ensure(ctx); err != nil {
		return "", err
	}
	digest, err := i.Puller.Push(ctx, ref, to)
	return to + "@" + digest, s.failure(err)
}

// Pull gives the engine outside the image of machines with the engine of that
// name, from a repository that Push has given it.
func (s *Set) Pull(ctx context.Context, engine, repository string) (ref string, err error) {
	i, from, err := s.inRepository(engine, repository)
	if err != nil {
		return "", err
	}
	return i.Ref, s.failure(i.Puller.Fetch(ctx, from, i.Ref))
}

// inRepository names the image of machines as it is called in a repository, where
// there may be those of other platforms, too.
func (s *Set) inRepository(engine, repository string) (i *Image, ref string, err error) {
	if i, err = s.Get(engine); err != nil {
		return nil, "", err
	}
	if i.Dockerfile == nil {
		return nil, "", &daemon.Error{Msg: "the machines' image is made by nobody here, but comes from a registry: " + i.Ref}
	}
	_, tag, _ := strings.Cut(i.Ref, ":")
	_, arch, _ := strings.Cut(s.daemon.Platform(), "/")
	ref = repository + ":" + tag + "-" + arch
	if name, err := reference.ParseNormalizedNamed(repository); err != nil || !reference.IsNameOnly(name) {
		return nil, "", &daemon.Error{Msg: fmt.Sprintf("%q is not the name of a repository, such as registry.example.org/machines", repository)}
	}
	return i, ref, nil
}

// failure turns an error of package images into one for which no page is to blame.
func (s *Set) failure(err error) error {
	ref, ok := errors.AsType[*images.RefError](err)
	if !ok {
		return s.daemon.Failure("", err)
	}
	return &daemon.Error{Msg: ref.Msg, Err: err, Reason: ref.Reason}
}

// Save writes images of machines, which the engine outside has, to w, in the form
// in which "docker save" does. An error may also be that of w.
func (s *Set) Save(ctx context.Context, w io.Writer, refs []string) error {
	r, err := s.daemon.Client.ImageSave(ctx, refs)
	if err != nil {
		return s.daemon.Failure("cannot save the machines' images", err)
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}

// Load gives the engine outside the images in a file that Save has written, and
// returns their references. A file with any other image in it is an error, and
// none of it is loaded. So is one that is no such file. These errors have no type.
func (s *Set) Load(ctx context.Context, file io.ReadSeeker) (refs []string, err error) {
	if refs, err = machinesIn(file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	loaded, err := s.daemon.Client.ImageLoad(ctx, file)
	if err != nil {
		return nil, s.daemon.Failure("cannot load the machines' images", err)
	}
	defer loaded.Body.Close()
	failed, err := images.ReadMessages(loaded.Body, func(string) {})
	if failed != "" {
		err = errors.New(failed)
	}
	if err != nil {
		return nil, s.daemon.Failure("cannot load the machines' images", err)
	}
	for _, ref := range refs {
		if _, err := s.puller.Look(ctx, ref); err != nil {
			_, gone := s.daemon.Client.ImageRemove(ctx, ref, image.RemoveOptions{})
			return nil, errors.Join(s.failure(err), s.daemon.Failure("", gone))
		}
	}
	return refs, nil
}

// Size returns how many bytes an image of machines takes that the engine outside
// has, and the digest of what is in it, which is the same on all engines.
func (s *Set) Size(ctx context.Context, ref string) (bytes int64, digest string, err error) {
	info, err := s.daemon.Client.ImageInspect(ctx, ref)
	if err == nil {
		digest, err = s.puller.Look(ctx, ref)
	}
	return info.Size, digest, s.failure(err)
}
