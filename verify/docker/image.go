package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/image"

	"handbook/verify"
)

//go:embed machine/Dockerfile
var builtinDockerfile []byte

// BuiltinImage is the reference of the image of built-in machines, which
// stands for all that it is made of.
func BuiltinImage() string { return imageRef(builtinDockerfile) }

// imageRef names an image by the digest of its Dockerfile.
func imageRef(dockerfile []byte) string {
	sum := sha256.Sum256(dockerfile)
	return "handbook-machine:" + hex.EncodeToString(sum[:])[:12]
}

// machineImage returns the reference of the machines' image, named by the
// digest of its Dockerfile, and builds it if the engine does not have it.
func (e *Engine) machineImage(ctx context.Context) (string, error) {
	return e.image.get(func() (string, error) {
		dockerfile := e.opts.Dockerfile
		if dockerfile == nil {
			dockerfile = builtinDockerfile
		}
		ref := imageRef(dockerfile)
		_, err := e.client.ImageInspect(ctx, ref)
		if err == nil {
			return ref, nil
		}
		if !errdefs.IsNotFound(err) {
			return "", e.failure("cannot look for the machine's image", err)
		}
		if err := e.pullBases(ctx, dockerfile); err != nil {
			return "", err
		}
		return ref, e.build(ctx, ref, dockerfile)
	})
}

// build builds an image of a Dockerfile without a context. The classic
// builder does, and in contrast to BuildKit it needs no session, which makes
// it work the same on all versions.
func (e *Engine) build(ctx context.Context, ref string, dockerfile []byte) error {
	e.opts.Progress("building the machine's image " + ref)
	var buildContext bytes.Buffer
	w := tar.NewWriter(&buildContext)
	if err := writeFile(w, "Dockerfile", 0o644, dockerfile); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	resp, err := e.client.ImageBuild(ctx, &buildContext, build.ImageBuildOptions{
		Tags:        []string{ref},
		Dockerfile:  "Dockerfile",
		Remove:      true,
		ForceRemove: true,
		Labels:      e.labels(roleImage, ""),
		Version:     build.BuilderV1,
	})
	if err != nil {
		return e.failure("cannot build the machine's image", err)
	}
	defer resp.Body.Close()
	var last tail
	err = readMessages(resp.Body, func(line string) {
		last.add(line)
		e.opts.Progress(line)
	})
	var said *progressError
	if errors.As(err, &said) {
		return &EngineError{Msg: fmt.Sprintf("the machine's Dockerfile does not build: %s%s", said.Msg, last.quote()), Err: err}
	}
	return e.failure("cannot build the machine's image", err)
}

// pull fetches an image from outside, through the mirror where there is one
// and the image is one of Docker Hub's.
func (e *Engine) pull(ctx context.Context, ref string) error {
	from := ref
	if via, ok := e.viaMirror(ref); ok {
		from = via
	}
	e.opts.Progress("pulling " + from)
	err := e.pullRef(ctx, from)
	if err != nil {
		return e.pullFailure(ref, from, err)
	}
	if from == ref {
		return nil
	}
	// The other name stays: with it the engine keeps the digest.
	return e.failure(fmt.Sprintf("cannot name %s", ref), e.client.ImageTag(ctx, from, ref))
}

func (e *Engine) pullRef(ctx context.Context, ref string) error {
	body, err := e.client.ImagePull(ctx, ref, image.PullOptions{})
	if err != nil {
		return err
	}
	defer body.Close()
	return readMessages(body, func(string) {})
}

// pullFailure tells an image that does not exist, which is for the page to
// correct, from a registry that can't be asked.
func (e *Engine) pullFailure(ref, from string, err error) error {
	said := strings.ToLower(err.Error())
	has := func(part string) bool { return strings.Contains(said, part) }
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errdefs.IsNotFound(err), has("manifest unknown"), has("not found: manifest"), has("repository does not exist"), has("name unknown"):
		return &verify.LabError{Msg: fmt.Sprintf("there is no image %q", ref)}
	case has("invalid reference format"), errdefs.IsInvalidArgument(err):
		return &verify.LabError{Msg: fmt.Sprintf("%q is not the name of an image", ref)}
	case has("no matching manifest"):
		return &verify.LabError{Msg: fmt.Sprintf("the image %q is not made for this engine's platform %s", ref, e.platform())}
	}
	if from != ref {
		return &EngineError{Msg: fmt.Sprintf("cannot pull %s from the mirror %s: %v", ref, e.opts.Mirror, err), Err: err}
	}
	return &EngineError{Msg: fmt.Sprintf("cannot pull %s: the registry can't be reached: %v", ref, err), Err: err}
}

// pullBases makes sure that the engine has the images that a Dockerfile
// starts from where they come through the mirror; what it does not have
// otherwise, the builder pulls.
func (e *Engine) pullBases(ctx context.Context, dockerfile []byte) error {
	for _, ref := range fromRefs(dockerfile) {
		if _, ok := e.viaMirror(ref); !ok {
			continue
		}
		_, err := e.client.ImageInspect(ctx, ref)
		switch {
		case err == nil:
			continue
		case !errdefs.IsNotFound(err):
			return e.failure(fmt.Sprintf("cannot look for %s", ref), err)
		}
		if err := e.pull(ctx, ref); err != nil {
			var lab *verify.LabError
			if errors.As(err, &lab) { // no page is to blame for it
				return &EngineError{Msg: "cannot build the machine's image: " + lab.Msg, Err: err}
			}
			return err
		}
	}
	return nil
}

// fromRefs returns what the FROM instructions of a Dockerfile name: no
// stages, no scratch, nothing with variables in it.
func fromRefs(dockerfile []byte) []string {
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

// readMessages reads the progress of a build or pull up to its end, which
// is an error if it failed.
func readMessages(r io.Reader, line func(string)) error {
	dec := json.NewDecoder(r)
	for {
		var m struct {
			Stream string
			Error  string
		}
		if err := dec.Decode(&m); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if m.Error != "" {
			return &progressError{m.Error}
		}
		for part := range strings.Lines(m.Stream) {
			if part = strings.TrimRight(part, "\r\n"); part != "" {
				line(part)
			}
		}
	}
}

// A progressError is the end of a build or pull that failed.
type progressError struct{ Msg string }

func (e *progressError) Error() string { return e.Msg }

// writeFile adds a file of root's to a tar archive.
func writeFile(w *tar.Writer, name string, mode int64, content []byte) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}

// A tail keeps the last lines of an output, for messages.
type tail struct{ lines []string }

func (t *tail) add(line string) {
	const most = 12
	t.lines = append(t.lines, line)
	if len(t.lines) > most {
		t.lines = t.lines[1:]
	}
}

// quote returns the lines indented, each on a line of its own.
func (t *tail) quote() string {
	var b strings.Builder
	for _, line := range t.lines {
		b.WriteString("\n    " + line)
	}
	return b.String()
}
