package docker

import (
	"context"
	"slices"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/system"
)

// A quiet tells cheaply that no image has got a name. With overlay2 it says
// nothing, for to list the images takes a millisecond there. With containerd's
// store that takes tens, as the engine looks at all layers, and so the
// engine's events are asked first.
type quiet struct {
	asked bool  // which storage it is
	slow  bool  // to list the images
	last  int64 // time of the last event about an image, by the engine's clock in ns; 0: none
}

// allPast asks for the events that an engine has kept, whenever they were, and
// for no others (moby daemon/events, loadBufferedEvents; "0" is a duration).
// No clocks are compared. The engine keeps what happened before it answers
// the request that made it happen, so that nothing a command did is missing.
const allPast = "0.0"

// listen returns whether it is certain that no image has got a name since q
// was made, and the quiet to ask the next time.
func (q quiet) listen(ctx context.Context, m *Machine) (certain bool, next quiet, err error) {
	if !q.asked {
		info, err := m.inner.Info(ctx)
		if err != nil {
			return false, q, m.failure("cannot ask the machine's engine", err)
		}
		q.asked, q.slow = true, inContainerd(info)
	}
	if !q.slow {
		return false, q, nil
	}
	images := filters.NewArgs(filters.Arg("type", string(events.ImageEventType)))
	messages, errs := m.inner.Events(ctx, events.ListOptions{Until: allPast, Filters: images})
	next = q
	next.last = 0
	for {
		select {
		case message := <-messages:
			next.last = max(next.last, message.TimeNano)
		case <-errs: // io.EOF; if it is not, that shows when the images are listed
			// An engine keeps 256 events. If the last one about an image is
			// not among them any more, nor are those that may have followed.
			return q.last != 0 && q.last == next.last, next, ctx.Err()
		}
	}
}

// inContainerd tells whether an engine keeps its images in containerd's store.
func inContainerd(info system.Info) bool {
	return slices.Contains(info.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"})
}
