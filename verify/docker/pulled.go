package docker

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
)

// pulled gathers the images that the machine's engine has pulled. The engine
// itself does not tell them from others: one that was pushed looks the same,
// and one that was removed is forgotten. Only its events do, and it keeps no
// more than the last 256 of them, so somebody has to listen all the time.
type pulled struct {
	since time.Time // when the machine was not there yet

	mu   sync.Mutex
	refs []string          // as written, in order
	by   map[string]digest // what was found out about them
}

// A digest is an image's in its registry, with a label of it.
type digest struct {
	digest string
	note   string // label handbook.standin
}

func (p *pulled) filter() filters.Args {
	return filters.NewArgs(filters.Arg("type", string(events.ImageEventType)), filters.Arg("event", string(events.ActionPull)))
}

// listen gathers until ctx ends, or the machine does.
func (m *Machine) listen(ctx context.Context) {
	messages, errs := m.inner.Events(ctx, events.ListOptions{Since: unix(m.pulled.since), Filters: m.pulled.filter()})
	for {
		select {
		case message := <-messages:
			m.notePull(ctx, message.Actor.ID)
		case <-errs:
			return
		}
	}
}

// catchUp gathers what has happened up to now, for events come a moment
// after what they tell of.
func (m *Machine) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	messages, errs := m.inner.Events(ctx, events.ListOptions{Since: unix(m.pulled.since), Until: unix(time.Now()), Filters: m.pulled.filter()})
	for {
		select {
		case message := <-messages:
			m.notePull(ctx, message.Actor.ID)
		case <-errs:
			return
		}
	}
}

// notePull remembers a pull, and of its image what is forgotten with it.
func (m *Machine) notePull(ctx context.Context, ref string) {
	p := &m.pulled
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.by[ref]; ok {
		return
	}
	var d digest
	if found, err := m.inner.ImageInspect(ctx, ref); err == nil {
		d.digest = digestOf(ref, found.RepoDigests)
		if found.Config != nil {
			d.note = found.Config.Labels[labelStandin]
		}
	}
	if p.by == nil {
		p.by = map[string]digest{}
	}
	p.by[ref] = d
	p.refs = append(p.refs, ref)
}

// unix writes a time as the engine's API wants it.
func unix(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixNano())/1e9, 'f', 9, 64)
}
