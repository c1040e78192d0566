package docker

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/distribution/reference"
	"golang.org/x/sync/errgroup"

	"handbook/content"
)

// labelStandin is the label with which an image says that it is not what its
// name says, but a stand-in, and what it is.
const labelStandin = "handbook.standin"

// About tells what the machine is, and where the images came from that it
// did not make itself: those that were pulled, and those that builds started
// from. A lab for whose processes there was no room is not one to tell about.
func (m *Machine) About(ctx context.Context) (content.RecordMachine, []content.Base, error) {
	about := content.RecordMachine{Image: m.image, Platform: m.engine.platform()}
	var bases []content.Base
	var group errgroup.Group
	crowded := false
	group.Go(func() error {
		crowded = m.wasCrowded(ctx)
		return nil
	})
	group.Go(func() (err error) {
		if m.inner == nil {
			base, err := m.plainBase(ctx)
			bases = []content.Base{base}
			return err
		}
		info, err := m.inner.Info(ctx)
		if err != nil {
			return m.failure("cannot ask the machine's engine", err)
		}
		about.Engine, about.Storage = info.ServerVersion, info.Driver
		bases, err = m.bases(ctx)
		return err
	})
	err := group.Wait()
	if crowded {
		return about, nil, m.exceeded("pids")
	}
	return about, bases, err
}

// plainBase is the image of a machine without an engine.
func (m *Machine) plainBase(ctx context.Context) (content.Base, error) {
	found, err := m.engine.client.ImageInspect(ctx, m.image)
	if err != nil {
		return content.Base{}, m.failure("cannot look at the machine's image", err)
	}
	note := ""
	if found.Config != nil {
		note = found.Config.Labels[labelStandin]
	}
	if digest := digestOf(m.image, found.RepoDigests); digest != "" {
		return m.base(ctx, baseRef{full(m.image), digest}, note), nil
	}
	// Never pulled nor pushed: somebody made it on this engine.
	return content.Base{Image: m.image, Digest: found.ID, From: "local", Note: note}, nil
}

// bases returns the images from outside, pulled ones first, each once.
func (m *Machine) bases(ctx context.Context) ([]content.Base, error) {
	m.catchUp(ctx)
	type found struct {
		ref  baseRef
		note string
	}
	var all []found
	seen := map[baseRef]bool{}
	add := func(ref baseRef, note string) {
		if seen[ref] || m.hub.owns(ref.name) { // what the lab has pushed is not from outside
			return
		}
		seen[ref] = true
		all = append(all, found{ref, note})
	}
	m.pulled.mu.Lock()
	for _, ref := range m.pulled.refs {
		d := m.pulled.by[ref]
		add(baseRef{full(ref), d.digest}, d.note)
	}
	m.pulled.mu.Unlock()
	builds, err := m.builds(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range builds {
		for _, ref := range b.bases {
			add(ref, "")
		}
	}
	bases := make([]content.Base, len(all))
	var group errgroup.Group
	group.SetLimit(4)
	for i, f := range all {
		group.Go(func() error {
			bases[i] = m.base(ctx, f.ref, f.note)
			return nil
		})
	}
	_ = group.Wait()
	return bases, nil
}

// base says where an image came from. note is known of pulled images only;
// what builds start from is not among the engine's images.
func (m *Machine) base(ctx context.Context, ref baseRef, note string) content.Base {
	base := content.Base{Image: familiar(ref.name), Digest: ref.digest, From: domain(ref.name), Note: note}
	mirror := m.engine.opts.Mirror
	repository, ok := hubRepository(ref.name)
	if mirror == "" || !ok {
		return base
	}
	// The engine takes from the mirror what it has, and falls back to the
	// Hub without a word.
	base.From = mirror
	r := registry{url: strings.TrimSuffix(mirror, "/"), http: m.engine.http()}
	found, err := r.manifest(ctx, repository, cmp.Or(ref.digest, tag(ref.name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		base.From = domain(ref.name)
		return base
	case err != nil:
		m.engine.log.Warn("the mirror does not tell about an image", "image", base.Image, "error", err)
		return base
	}
	// Only of an image that was removed again is the digest not known.
	base.Digest = cmp.Or(base.Digest, found.digest)
	if base.Note == "" {
		labels, err := r.labels(ctx, repository, found, m.engine.platform())
		if err != nil {
			m.engine.log.Warn("the mirror does not tell an image's labels", "image", base.Image, "error", err)
		}
		base.Note = labels[labelStandin]
	}
	return base
}

// builds returns all builds of the machine's engine so far, and waits a moment
// for those that are about to end.
func (m *Machine) builds(ctx context.Context) ([]built, error) {
	return m.askBuilder(ctx, (*builder).builds)
}

// finishedBuilds returns the builds that have finished. It can be called while
// others run.
func (m *Machine) finishedBuilds(ctx context.Context) ([]built, error) {
	return m.askBuilder(ctx, (*builder).finished)
}

func (m *Machine) askBuilder(ctx context.Context, ask func(*builder, context.Context) ([]built, error)) ([]built, error) {
	b, err := m.builder.get(m.newBuilder)
	if err != nil {
		return nil, m.failure("cannot ask the machine's BuildKit", err)
	}
	builds, err := ask(b, ctx)
	if err != nil {
		return nil, m.failure("cannot read the history of the machine's builds", err)
	}
	return builds, nil
}

// digestOf returns the digest among those of an image's repositories
// ("python@sha256:…") that is of ref's, or else one that it has under the
// same path elsewhere: in a mirror.
func digestOf(ref string, repoDigests []string) string {
	want, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	elsewhere := ""
	for _, one := range repoDigests {
		got, err := reference.ParseNormalizedNamed(one)
		digested, ok := got.(reference.Digested)
		switch {
		case err != nil || !ok:
		case got.Name() == want.Name():
			return digested.Digest().String()
		case reference.Path(got) == reference.Path(want):
			elsewhere = digested.Digest().String()
		}
	}
	return elsewhere
}

// full writes a reference out: "python" is "docker.io/library/python:latest".
func full(ref string) string {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return ref
	}
	return named.String()
}

// familiar is the opposite of full.
func familiar(ref string) string {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(named)
}

// tag returns the tag of a reference, "latest" if it has none.
func tag(ref string) string {
	named, err := reference.ParseDockerRef(ref)
	if tagged, ok := named.(reference.Tagged); ok && err == nil {
		return tagged.Tag()
	}
	return "latest"
}

func domain(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	return reference.Domain(named)
}

// hubRepository returns the repository of an image of Docker Hub's, as in
// "library/python", and whether it is one.
func hubRepository(ref string) (string, bool) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil || reference.Domain(named) != "docker.io" {
		return "", false
	}
	return reference.Path(named), true
}
