package ready

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
)

// ever is a time before all events; see package images.
const ever = "0.0"

// An eventLog has the events about an engine's containers and services. The
// engine keeps the last 256 of all events: it is asked for these after each
// command, and listened to meanwhile.
type eventLog struct {
	client *client.Client

	mu     sync.Mutex
	known  map[string]bool // all that have been seen
	unread []events.Message
}

// wanted are the events that are read.
var wanted = func() filters.Args {
	args := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)), filters.Arg("type", string(events.ServiceEventType)))
	for _, action := range []events.Action{
		events.ActionAttach, events.ActionDetach, events.ActionStart, events.ActionKill, events.ActionExecStart, events.ActionExecDie, events.ActionDie,
		events.ActionStop, events.ActionDestroy, events.ActionRename, events.ActionCreate, events.ActionUpdate, events.ActionRemove,
	} {
		args.Add("event", string(action))
	}
	return args
}()

func newEventLog(c *client.Client) *eventLog { return &eventLog{client: c, known: map[string]bool{}} }

// watch listens until ctx ends, also to an engine that is restarted.
func (l *eventLog) watch(ctx context.Context) {
	for ctx.Err() == nil {
		_ = l.collect(ctx, events.ListOptions{Since: ever})
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// news returns the events since the last call, in their order. Those of a
// request that the engine has answered are among them.
func (l *eventLog) news(ctx context.Context) ([]events.Message, error) {
	if err := l.collect(ctx, events.ListOptions{Until: ever}); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	news := l.unread
	l.unread = nil
	slices.SortStableFunc(news, func(a, b events.Message) int { return int(a.TimeNano - b.TimeNano) })
	return news, nil
}

func (l *eventLog) collect(ctx context.Context, which events.ListOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	which.Filters = wanted
	messages, errs := l.client.Events(ctx, which)
	for {
		select {
		case message := <-messages:
			l.add(message)
		case err := <-errs:
			if err == io.EOF { // not that of a request, which is wrapped
				return nil
			}
			return err
		}
	}
}

func (l *eventLog) add(m events.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := fmt.Sprint(m.TimeNano, m.Action, m.Actor.ID)
	if l.known[key] {
		return
	}
	l.known[key] = true
	l.unread = append(l.unread, m)
}
