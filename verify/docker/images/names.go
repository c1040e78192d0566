package images

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/content/record"
)

// listNames returns the names of an engine's images, as Docker shows them,
// with the ids of the images.
func listNames(ctx context.Context, cli *client.Client) (map[string]string, error) {
	list, err := cli.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return nil, &Error{Op: "cannot list the machine's images", Err: err}
	}
	names := map[string]string{}
	for _, one := range list {
		for _, tag := range tagsOf(one) {
			names[record.CanonicalRef(tag)] = one.ID
		}
	}
	return names, nil
}

// tagsOf returns the names of an image that have a tag. Engines before 24 list
// "<none>:<none>", and containerd's store "busybox:latest@sha256:…" where an image
// was pulled by its digest: it has no tag then.
func tagsOf(one image.Summary) []string {
	return slices.DeleteFunc(slices.Clone(one.RepoTags), func(tag string) bool { return tag == "<none>:<none>" || strings.Contains(tag, "@") })
}

// describe returns the images that have got one of their names between two
// lists of names, in the order of the names.
func describe(ctx context.Context, cli *client.Client, before, now map[string]string) ([]content.Image, error) {
	var images []content.Image
	for _, ref := range slices.Sorted(maps.Keys(now)) {
		if before[ref] != now[ref] {
			images = append(images, content.Image{Ref: ref, ID: now[ref]})
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range images {
		group.Go(func() (err error) {
			images[i].Layers, err = layers(ctx, cli, images[i].ID)
			for _, l := range images[i].Layers {
				images[i].Unpacked += l.Bytes
			}
			return err
		})
	}
	return images, group.Wait()
}

// layers returns the history of an image, first step first. The sizes are
// those of unpacked layers, whatever the engine's storage. ImageInspect's Size
// is not, and has changed its meaning within Engine 29. If the image has been
// removed, there are no layers.
func layers(ctx context.Context, cli *client.Client, id string) ([]content.Layer, error) {
	history, err := cli.ImageHistory(ctx, id)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, &Error{Op: "cannot ask for an image's history", Err: err}
	}
	layers := make([]content.Layer, 0, len(history))
	for _, h := range slices.Backward(history) {
		layers = append(layers, content.Layer{Instruction: instruction(h.CreatedBy, h.Comment), Bytes: h.Size})
	}
	return layers, nil
}

// argsOfRun matches what precedes the command of a RUN with build arguments:
// "|1 VERSION=1.2 ".
var argsOfRun = regexp.MustCompile(`^\|\d+ .*?(/bin/sh -c )`)

// instruction writes an entry of "docker history" as a line of a Dockerfile.
// Images of the classic builder have "/bin/sh -c #(nop) CMD […]" for
// instructions that run nothing, those of BuildKit "RUN /bin/sh -c … #
// buildkit", and imported images only a comment.
func instruction(createdBy, comment string) string {
	s := strings.TrimSpace(strings.TrimSuffix(createdBy, "# buildkit"))
	run := strings.HasPrefix(s, "RUN ")
	s = argsOfRun.ReplaceAllString(strings.TrimPrefix(s, "RUN "), "$1")
	if rest, ok := strings.CutPrefix(s, "/bin/sh -c #(nop)"); ok {
		s, run = rest, false
	} else if rest, ok := strings.CutPrefix(s, "/bin/sh -c "); ok {
		s, run = rest, true
	}
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case s == "":
		return strings.TrimSpace(comment)
	case run:
		return "RUN " + s
	}
	return s
}

// An eventPosition is a position in an engine's log of events about images.
//
// With overlay2, listing the images takes a millisecond. With containerd's
// store it takes tens of milliseconds, as the engine looks at all layers, and
// so the log is asked first whether there can be new names.
type eventPosition struct {
	asked bool  // the engine has been asked for its storage
	slow  bool  // listing the images is slow
	last  int64 // time of the last event, by the engine's clock in ns; 0 if there is none
}

// ever is a time before all events, in a form that the API does not take for a
// duration, as it would "0".
//
// Since ever, an engine returns all events that it has kept, and then new ones.
// Until ever, it returns those that it has kept whatever their time, and no new
// ones (moby, daemon/events, loadBufferedEvents). So no clocks are compared.
// The engine keeps an event before it answers the request that has caused it:
// those of commands that have ended are all there.
const ever = "0.0"

// unchanged reports whether no image can have got a name since p, and returns
// the position to ask from the next time.
func (p eventPosition) unchanged(ctx context.Context, cli *client.Client) (unchanged bool, next eventPosition, err error) {
	if !p.asked {
		info, err := cli.Info(ctx)
		if err != nil {
			return false, p, &Error{Op: "cannot ask the machine's engine", Err: err}
		}
		p.asked, p.slow = true, inContainerd(info)
	}
	if !p.slow {
		return false, p, nil
	}
	filter := filters.NewArgs(filters.Arg("type", string(events.ImageEventType)))
	messages, errs := cli.Events(ctx, events.ListOptions{Until: ever, Filters: filter})
	next = p
	next.last = 0
	for {
		select {
		case message := <-messages:
			next.last = max(next.last, message.TimeNano)
		case <-errs: // io.EOF; any other error will show when the images are listed
			// An engine keeps 256 events. If it has dropped the last event
			// about an image, it may have dropped later ones, too.
			return p.last != 0 && p.last == next.last, next, ctx.Err()
		}
	}
}

// inContainerd reports whether an engine keeps its images in containerd's
// store.
func inContainerd(info system.Info) bool {
	return slices.Contains(info.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"})
}
