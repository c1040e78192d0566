package images

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	buildtypes "github.com/docker/docker/api/types/build"
)

// A Built is an image that is built if the engine does not have it.
type Built struct {
	Puller     *Puller // of the images that it starts from
	Ref        string
	Dockerfile []byte
	Labels     map[string]string
	BuildKit   bool // builds it, else the classic builder
}

// Exists reports whether the engine has the image.
func (b *Built) Exists(ctx context.Context) (bool, error) {
	_, err := b.Puller.Client.ImageInspect(ctx, b.Ref)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, &Error{Op: "cannot look for the machine's image", Err: err}
	}
	return true, nil
}

// Ensure builds the image if the engine does not have it.
func (b *Built) Ensure(ctx context.Context) error {
	exists, err := b.Exists(ctx)
	if err != nil || exists {
		return err
	}
	for _, ref := range Bases(b.Dockerfile) {
		// The builder would not pull it through the mirror, and BuildKit, which has
		// no session here to ask for credentials, not from registries that want any.
		if name, err := parseRef(ref); err == nil && (b.BuildKit || b.Puller.viaMirror(name) != "") {
			if err := b.Puller.Ensure(ctx, ref); err != nil {
				return err
			}
		}
	}
	b.Puller.Progress("building the machine's image " + b.Ref)
	return b.build(ctx)
}

// build builds the image without a context.
func (b *Built) build(ctx context.Context) error {
	const op = "cannot build the machine's image"
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	if err := w.WriteHeader(&tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(b.Dockerfile))}); err != nil {
		return err
	}
	if _, err := w.Write(b.Dockerfile); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	builder := buildtypes.BuilderV1
	if b.BuildKit {
		builder = buildtypes.BuilderBuildKit
	}
	resp, err := b.Puller.Client.ImageBuild(ctx, &files, buildtypes.ImageBuildOptions{
		Tags:        []string{b.Ref},
		Dockerfile:  "Dockerfile",
		Remove:      true,
		ForceRemove: true,
		Labels:      b.Labels,
		Version:     builder,
	})
	if err != nil {
		return &Error{Op: op, Err: err}
	}
	defer resp.Body.Close()
	const most = 12
	var output []string // its last lines
	failed, err := ReadMessages(resp.Body, func(line string) {
		if output = append(output, line); len(output) > most {
			output = output[1:]
		}
		b.Puller.Progress(line)
	})
	if failed != "" {
		lines := append([]string{failed}, output...)
		return &Error{Op: "the machine's Dockerfile does not build", Err: errors.New(strings.Join(lines, "\n    "))}
	}
	if err != nil {
		return &Error{Op: op, Err: err}
	}
	return nil
}

// Bases returns the images that the FROM instructions of a Dockerfile name. It
// leaves out stages, scratch, and names with variables in them.
func Bases(dockerfile []byte) []string {
	var refs, stages []string
	for line := range strings.Lines(string(dockerfile)) {
		words := strings.Fields(line)
		if len(words) < 2 || !strings.EqualFold(words[0], "FROM") {
			continue
		}
		words = words[1:]
		if strings.HasPrefix(words[0], "--platform=") && len(words) > 1 {
			words = words[1:]
		}
		ref := words[0]
		if ref != "scratch" && !strings.Contains(ref, "$") && !slices.Contains(stages, ref) && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
		if len(words) >= 3 && strings.EqualFold(words[1], "AS") {
			stages = append(stages, words[2])
		}
	}
	return refs
}
