package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
)

// How often an engine is asked whether it is still there, and how long it may
// think about it: a busy one is slow, but a computer that was switched off
// does not even hang up.
const (
	heartbeat = 15 * time.Second
	answer    = 30 * time.Second
)

// Ping asks the engine whether it is there. An error is an *EngineError, or
// that of ctx.
func (e *Engine) Ping(ctx context.Context) error {
	_, err := e.client.Ping(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return e.unusable(err)
}

// Watch returns when the engine is lost: when it ends, even if another one
// takes its place at once, or does not answer any more. The error is an
// *EngineError that says so, or that of ctx if it ended before.
func (e *Engine) Watch(ctx context.Context) error {
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	// A connection that is held open and on which nothing is ever said: it
	// ends with the engine, and a ping alone would not see a restart.
	nothing := filters.NewArgs(filters.Arg("label", labelRole+"=none"))
	said, ended := e.client.Events(watching, events.ListOptions{Filters: nothing})
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-said:
		case err := <-ended:
			return e.lost(ctx, err)
		case <-beat.C:
			ask, done := context.WithTimeout(ctx, answer)
			err := e.Ping(ask)
			done()
			if err != nil {
				return e.lost(ctx, err)
			}
		}
	}
}

func (e *Engine) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &EngineError{Msg: fmt.Sprintf("the Docker Engine at %s is gone", e.opts.Endpoint), Err: err}
}
