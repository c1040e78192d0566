package images

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/docker/docker/api/types/image"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"
)

// Push gives a registry an image that the engine has, by another name, and returns
// the digest by which it can be pulled. An error is a *RefError or an *Error.
func (p *Puller) Push(ctx context.Context, ref, to string) (digest string, err error) {
	name, err := parseRef(to)
	if err != nil {
		return "", err
	}
	failed := func(err error) error {
		return &Error{Op: "cannot push " + to, Err: err, Reason: ReasonRegistry}
	}
	if err := p.Client.ImageTag(ctx, ref, to); err != nil {
		return "", failed(err)
	}
	defer p.untag(to)
	p.Progress("pushing " + to)
	digest, err = p.follow(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		return p.Client.ImagePush(ctx, to, image.PushOptions{RegistryAuth: p.auth(name)})
	})
	if err != nil {
		return "", failed(err)
	}
	return digest, nil
}

// Fetch pulls an image, even if the engine has one of that name, and gives it
// another name instead. An error is a *RefError or an *Error.
func (p *Puller) Fetch(ctx context.Context, from, ref string) error {
	p.Progress("pulling " + from)
	err := p.pull(ctx, from)
	if ref, ok := errors.AsType[*RefError](err); ok {
		return ref
	}
	if why, reason := missing(err); why != "" {
		return &RefError{fmt.Sprintf(why, from, p.Platform), reason}
	}
	if err != nil {
		return &Error{Op: "cannot pull " + from, Err: err, Reason: ReasonRegistry}
	}
	defer p.untag(from)
	if _, err := p.Look(ctx, from); err != nil {
		return err
	}
	if err := p.Client.ImageTag(ctx, from, ref); err != nil {
		return &Error{Op: "cannot name the image " + ref, Err: err}
	}
	return nil
}

// untag takes a name from an image that has another one, or that nobody wants.
func (p *Puller) untag(ref string) {
	ctx := context.Background() // also if the work was cancelled
	_, _ = p.Client.ImageRemove(ctx, ref, image.RemoveOptions{})
}

// Look looks at an image that the engine has, and returns the digest of what is in
// it: that of its layers, unpacked, which no storage and no registry changes. An
// image that is made for another platform is a *RefError.
func (p *Puller) Look(ctx context.Context, ref string) (contents string, err error) {
	found, err := p.Client.ImageInspect(ctx, ref)
	if err != nil {
		return "", &Error{Op: "cannot look at the image " + ref, Err: err}
	}
	if made := found.Os + "/" + found.Architecture; made != p.Platform && knownPlatform[p.Platform] && knownPlatform[made] {
		return "", &RefError{fmt.Sprintf("the image %q is made for %s, and this engine's platform is %s", ref, made, p.Platform), ReasonPlatform}
	}
	layers := make([]digest.Digest, len(found.RootFS.Layers))
	for i, id := range found.RootFS.Layers {
		layers[i] = digest.Digest(id)
	}
	return identity.ChainID(layers).String(), nil
}

// knownPlatform has those that images and engines call by the same name.
var knownPlatform = map[string]bool{"linux/amd64": true, "linux/arm64": true}
