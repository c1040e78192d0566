package images

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/client"

	"handbook/content"
	"handbook/verify/docker/hub"
)

// labelStandin is a label of images that are not what their names say. It
// says what they are.
const labelStandin = "handbook.standin"

// Sources tells where images come from.
type Sources struct {
	Mirror   string       // URL of the mirror of Docker Hub that was configured, or ""
	HTTP     *http.Client // reaches it
	Platform string       // of the engine, "linux/amd64"
	Log      *slog.Logger
}

// Image describes an image that an engine has, by its reference or id there. ref
// is what a page calls it.
func (s Sources) Image(ctx context.Context, cli *client.Client, ref, id string) (content.Base, error) {
	found, err := cli.ImageInspect(ctx, id)
	if err != nil {
		return content.Base{}, &Error{Op: "cannot look at the machine's image", Err: err}
	}
	note := ""
	if found.Config != nil {
		note = found.Config.Labels[labelStandin]
	}
	if name, err := reference.ParseDockerRef(ref); err == nil {
		if digest := digestOf(name, found.RepoDigests); digest != "" {
			return s.base(ctx, pulled{pinned{name, digest}, note}), nil
		}
		ref = reference.FamiliarString(name)
	}
	// It was neither pulled nor pushed: somebody has made it on this engine.
	return content.Base{Image: ref, Digest: found.ID, From: "local", Note: note}, nil
}

// base describes an image from outside. The note is empty for images that
// builds started from, as these are not among the engine's images.
func (s Sources) base(ctx context.Context, p pulled) content.Base {
	base := content.Base{Image: reference.FamiliarString(p.name), Digest: p.digest, From: reference.Domain(p.name), Note: p.note}
	repository, ok := hub.Repository(p.name)
	if s.Mirror == "" || !ok {
		return base
	}
	// The engine takes from the mirror what it has, and gets the rest from
	// the Hub without saying so.
	r := hub.Registry{URL: strings.TrimSuffix(s.Mirror, "/"), HTTP: s.HTTP}
	manifest, err := r.Manifest(ctx, repository, cmp.Or(p.digest, tag(p.name)))
	if errors.Is(err, fs.ErrNotExist) {
		return base
	}
	base.From = s.Mirror
	if err != nil {
		s.Log.Warn("the mirror does not tell about an image", "image", base.Image, "error", err)
		return base
	}
	// The digest is unknown if the image was removed again at once.
	base.Digest = cmp.Or(base.Digest, manifest.Digest.String())
	if base.Note == "" {
		_, image, err := r.Image(ctx, repository, manifest, s.Platform)
		if err != nil {
			s.Log.Warn("the mirror does not tell an image's labels", "image", base.Image, "error", err)
		}
		base.Note = image.Config.Labels[labelStandin]
	}
	return base
}

// digestOf returns the digest of an image among those of its repositories
// ("python@sha256:…"), or the digest that it has under the same path in
// another registry, such as a mirror.
func digestOf(name reference.Named, repoDigests []string) string {
	inMirror := ""
	for _, one := range repoDigests {
		got, err := reference.ParseNormalizedNamed(one)
		digested, ok := got.(reference.Digested)
		switch {
		case err != nil || !ok:
		case got.Name() == name.Name():
			return digested.Digest().String()
		case reference.Path(got) == reference.Path(name):
			inMirror = digested.Digest().String()
		}
	}
	return inMirror
}

// tag returns the tag of a reference, "latest" if it has none.
func tag(name reference.Named) string {
	if tagged, ok := name.(reference.Tagged); ok {
		return tagged.Tag()
	}
	return "latest"
}
