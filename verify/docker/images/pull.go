package images

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"handbook/content"
	"handbook/verify/docker/hub"
)

// A Puller pulls images for an engine.
type Puller struct {
	Client   *client.Client
	Mirror   string // URL of the mirror of Docker Hub to use, or ""
	Platform string // of the engine, "linux/amd64"
	Progress func(line string)
	// Auth returns the credentials for the registry of an image, encoded for the
	// engine; "" are none. It may be nil.
	Auth func(name reference.Named) string
	// Patience is how long an engine may tell nothing of a pull or a push before it
	// is given up; 0 is ten minutes. An engine waits for a registry without end.
	Patience time.Duration
}

func (p *Puller) auth(name reference.Named) string {
	if p.Auth == nil {
		return ""
	}
	return p.Auth(name)
}

// A RefError means that there is no image with a name.
type RefError struct {
	Msg    string
	Reason content.Reason // one of those below
}

// Reasons of a RefError.
const (
	ReasonName     content.Reason = "image-name"     // it is not the name of an image
	ReasonNoImage  content.Reason = "image-none"     // a registry has no such image
	ReasonPlatform content.Reason = "image-platform" // it has none for the engine's platform
)

func (e *RefError) Error() string { return e.Msg }

// Ensure pulls an image if the engine does not have it. An error is a
// *RefError or an *Error.
func (p *Puller) Ensure(ctx context.Context, ref string) error {
	name, err := parseRef(ref)
	if err != nil {
		return err
	}
	_, err = p.Client.ImageInspect(ctx, ref)
	if err == nil {
		return nil
	}
	if !errdefs.IsNotFound(err) {
		return &Error{Op: "cannot look for the image " + ref, Err: err}
	}
	from := ref
	failed := &Error{Op: fmt.Sprintf("cannot pull %s: the registry can't be reached", ref), Reason: ReasonRegistry}
	if via := p.viaMirror(name); via != "" {
		from = via
		failed = &Error{Op: fmt.Sprintf("cannot pull %s from the mirror %s", ref, p.Mirror), Reason: hub.ReasonMirror}
	}
	p.Progress("pulling " + from)
	err = p.pull(ctx, from)
	if err == nil && from != ref {
		// The other name stays, as the engine keeps the digest with it.
		err = p.Client.ImageTag(ctx, from, ref)
	}
	if why, reason := missing(err); why != "" {
		return &RefError{fmt.Sprintf(why, ref, p.Platform), reason}
	}
	if err == nil {
		return nil
	}
	failed.Err = err
	return failed
}

// EnsurePinned is Ensure for an image that may be among base images of a record.
// Then it is the one with the digest there. The reference, or id, by which the
// engine has it is returned. An error may also be a *GoneError.
func (p *Puller) EnsurePinned(ctx context.Context, ref string, bases []content.Base) (string, error) {
	name, err := parseRef(ref)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(bases, func(b content.Base) bool {
		return b.Image == reference.FamiliarString(name) && hub.WhyNotPinned(b) == ""
	})
	if i < 0 {
		return ref, p.Ensure(ctx, ref)
	}
	want := bases[i].Digest
	if found, err := p.Client.ImageInspect(ctx, ref); err == nil && digestOf(name, found.RepoDigests) == want {
		return found.ID, nil
	}
	from := cmp.Or(p.viaMirror(reference.TrimNamed(name)), reference.TrimNamed(name).String()) + "@" + want
	if _, err := p.Client.ImageInspect(ctx, from); err == nil {
		return from, nil
	}
	p.Progress("pulling " + from)
	err = p.pull(ctx, from)
	switch why, _ := missing(err); {
	case why != "":
		return "", &GoneError{ref, want}
	case err != nil:
		return "", &Error{Op: "cannot pull " + from, Err: err, Reason: ReasonRegistry}
	}
	return from, nil
}

// A GoneError means that a registry no longer has the image that a record names.
type GoneError struct{ Image, Digest string }

func (e *GoneError) Error() string {
	return fmt.Sprintf("the image that %s named when the page was verified is gone from the registry: %s", e.Image, e.Digest)
}

// Resolve returns the digest of the manifest to which the name of an image leads
// today, "" if there is none. It downloads nothing. An error is a *RefError or
// an *Error.
func (p *Puller) Resolve(ctx context.Context, ref string) (string, error) {
	name, err := parseRef(ref)
	if err != nil {
		return "", err
	}
	from := cmp.Or(p.viaMirror(name), name.String())
	found, err := p.Client.DistributionInspect(ctx, from, "")
	if err == nil {
		return found.Descriptor.Digest.String(), nil
	}
	if why, _ := missing(err); why != "" {
		return "", nil
	}
	return "", &Error{Op: "cannot ask what " + ref + " is today", Err: err, Reason: ReasonRegistry}
}

// parseRef parses the name of an image. An error is a *RefError.
func parseRef(ref string) (reference.Named, error) {
	name, err := reference.ParseDockerRef(ref)
	if err != nil {
		return nil, &RefError{fmt.Sprintf("%q is not the name of an image", ref), ReasonName}
	}
	return name, nil
}

// viaMirror returns the name by which the mirror has an image of Docker Hub,
// "" if it has none.
func (p *Puller) viaMirror(name reference.Named) string {
	if _, ok := hub.Repository(name); !ok || p.Mirror == "" {
		return ""
	}
	_, host, _ := strings.Cut(p.Mirror, "://")
	return strings.TrimSuffix(host, "/") + strings.TrimPrefix(name.String(), "docker.io")
}

func (p *Puller) pull(ctx context.Context, ref string) error {
	name, err := parseRef(ref)
	if err != nil {
		return err
	}
	_, err = p.follow(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		return p.Client.ImagePull(ctx, ref, image.PullOptions{RegistryAuth: p.auth(name)})
	})
	return err
}

// missing reports whether a pull failed because there is no such image, as a
// format for the image's name and the platform, and a reason. An engine has begun to answer
// when it finds that out, so the error is a text without a code. It comes from
//
//   - distribution/distribution, registry/api/errcode and registry/api/v2
//     ("manifest unknown", "name unknown"),
//   - moby, distribution/errors.go ("repository does not exist or may require
//     'docker login'") and distribution/pull_v2.go ("no matching manifest for
//     linux/arm64 in the manifest list entries"),
//   - containerd, core/remotes/docker ("docker.io/library/x:y: not found") and
//     core/images ("no match for platform in manifest: not found").
func missing(err error) (format string, reason content.Reason) {
	if err == nil {
		return "", ""
	}
	text := strings.ToLower(err.Error())
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case has("no matching manifest"), has("no match for platform"):
		return "the image %q is not made for this engine's platform %s", ReasonPlatform
	case errdefs.IsNotFound(err), has("manifest unknown"), has("name unknown"), has("not found: manifest"), has("repository does not exist"):
		return "there is no image %[1]q", ReasonNoImage
	}
	return "", ""
}
