package images

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
)

// pulls collects the images that an engine has pulled. The engine's list of
// images does not tell: an image that was pushed looks the same, and one that
// was removed is not in it. The engine's events tell, but it keeps only the
// last 256 of them, so they have to be listened to all the time.
type pulls struct {
	client *client.Client

	mu    sync.Mutex
	order []string          // references as they were pulled
	found map[string]pulled // by reference
}

// A pulled is an image from outside.
type pulled struct {
	pinned
	note string // its label handbook.standin
}

// A pinned is an image with the digest of the manifest that its name led to.
type pinned struct {
	name   reference.Named // "docker.io/library/python:3.12-slim"
	digest string          // "" if it is not known
}

// watch collects pulls until ctx ends, or the engine does.
func (p *pulls) watch(ctx context.Context) {
	p.collect(ctx, events.ListOptions{Since: ever})
}

// catchUp collects the pulls up to now. The events that watch receives come a
// moment after the pulls.
func (p *pulls) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p.collect(ctx, events.ListOptions{Until: ever})
}

func (p *pulls) collect(ctx context.Context, which events.ListOptions) {
	which.Filters = filters.NewArgs(filters.Arg("type", string(events.ImageEventType)), filters.Arg("event", string(events.ActionPull)))
	messages, errs := p.client.Events(ctx, which)
	for {
		select {
		case message := <-messages:
			p.add(ctx, message.Actor.ID)
		case <-errs:
			return
		}
	}
}

// add remembers a pull, and the image's digest and label, which are gone when
// the image is removed.
func (p *pulls) add(ctx context.Context, ref string) {
	name, err := reference.ParseDockerRef(ref)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.found[ref]; ok {
		return
	}
	image := pulled{pinned: pinned{name: name}}
	found, err := p.client.ImageInspect(ctx, ref)
	if ctx.Err() != nil {
		return // nothing is known of it; who asks later hears of the pull again
	}
	if err == nil {
		image.digest = digestOf(name, found.RepoDigests)
		if found.Config != nil {
			image.note = found.Config.Labels[labelStandin]
		}
	}
	p.found[ref] = image
	p.order = append(p.order, ref)
}

// all returns the images that were pulled, in this order.
func (p *pulls) all() []pulled {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []pulled
	for _, ref := range p.order {
		all = append(all, p.found[ref])
	}
	return slices.Clip(all)
}
